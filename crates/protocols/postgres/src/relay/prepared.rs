//! What stands for a name: a prepared statement, or a portal.

use std::sync::Arc;

use bytes::Bytes;
use model::code::FIRST_OF_USERS;
use model::{Certainty, Facts, Reading, Verb};
use sql::credentials::Found;
use sql::{Statement, Step};

/// A statement that was sent to be planned.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// The text that it came in: its own, or that of a PREPARE.
    pub(super) text: Bytes,
    /// Where in that text its own begins.
    pub(super) inner: usize,
    /// Those of its own text.
    pub(super) credentials: Found,
    pub(super) verb: Verb,
    pub(super) name: &'static str,
    pub(super) certainty: Certainty,
    /// What is known of it besides its verb.
    pub(super) facts: Facts,
    /// What the grammar found in it.
    pub(super) reading: Option<Arc<Reading>>,
    /// It may itself make named statements and portals.
    pub(super) prepares: bool,
    /// It may end portals.
    pub(super) ends_portals: bool,
    /// What it does to names, where that is certain.
    pub(super) step: Option<Step>,
    /// The numbers of its parameters' types: as given, and as the target described them. 0 = not known.
    pub(super) types: Vec<u32>,
}

/// A statement with its parameters.
#[derive(Clone, Debug)]
pub(super) struct Portal {
    /// What runs; `None` when the statement is not known here.
    pub(super) prepared: Option<Arc<Prepared>>,
    pub(super) statement: Bytes,
    pub(super) parameters: Vec<Option<Bytes>>,
    /// Which of them (from 0) are in their types' binary form.
    pub(super) binary: Vec<usize>,
    /// It outlives the transaction, if that is committed.
    pub(super) hold: bool,
}

impl Prepared {
    /// A statement of that text, with what the client says of its parameters' types.
    pub(super) fn of(text: Bytes, statement: &Statement, types: Vec<u32>) -> Self {
        let typed = types.iter().any(|kind| *kind >= FIRST_OF_USERS);
        let verb = if typed { sql::may_call(statement.verb) } else { statement.verb };
        Self {
            text,
            inner: 0,
            credentials: Found::default(),
            verb,
            name: statement.name,
            certainty: statement.certainty,
            facts: Facts { typed, ..statement.facts() },
            reading: statement.reading.clone(),
            prepares: statement.effects.prepares,
            ends_portals: statement.effects.transaction,
            step: statement.step.clone(),
            types,
        }
    }

    /// What a text without statements, or with several, is prepared as: a Parse holds one.
    pub(super) fn other(text: Bytes, empty: bool, types: Vec<u32>) -> Self {
        let statement = Statement::opaque(&text);
        let worst = Self { name: "several statements", ..Self::of(text, &statement, types) };
        if !empty {
            return worst;
        }
        let (verb, certainty, facts) = (Verb::Read, Certainty::Full, Facts::default());
        Self { name: "empty", verb, certainty, facts, prepares: false, ends_portals: false, ..worst }
    }

    /// Its own text.
    pub(super) fn own_text(&self) -> Bytes {
        self.text.slice(self.inner.min(self.text.len())..)
    }
}

impl Portal {
    /// One that was not made here: a cursor of SQL perhaps.
    pub(super) fn unknown(name: &Bytes) -> Self {
        Self { prepared: None, statement: name.clone(), parameters: Vec::new(), binary: Vec::new(), hold: false }
    }

    /// A cursor of SQL.
    pub(super) fn cursor(declared: Prepared, name: Bytes, hold: bool) -> Self {
        Self { prepared: Some(Arc::new(declared)), hold, ..Self::unknown(&name) }
    }
}
