//! What a command of SQL makes of the names of a session, once it goes out.

use std::sync::Arc;

use bytes::Bytes;
use model::Verb;
use sql::{Statement, Step, credentials};

use super::Relay;
use super::names::own;
use super::prepared::{Portal, Prepared};
use super::running::Running;

/// What is done to names.
#[derive(Debug)]
pub(super) enum Change {
    Nothing,
    Prepares(Bytes, Arc<Prepared>),
    /// `None` = all names.
    Deallocates(Option<Bytes>),
    Declares(Bytes, Portal),
    /// `None` = all cursors.
    Closes(Option<Bytes>),
    /// All or part of a transaction ends.
    Ends {
        commits: bool,
    },
    /// Code runs that may do anything to names; most does not.
    Doubts,
    /// It cannot be told; at worst this.
    Unsure {
        prepares: bool,
        ends_portals: bool,
    },
}

impl Change {
    /// What nobody knows.
    pub(super) const ANY: Self = Self::Unsure { prepares: true, ends_portals: true };

    /// What cannot be told better than by this.
    fn of(runs: &Prepared) -> Self {
        let Prepared { verb, prepares, ends_portals, .. } = *runs;
        match prepares || ends_portals {
            true => Self::Unsure { prepares, ends_portals },
            false if verb >= Verb::Call => Self::Doubts,
            false => Self::Nothing,
        }
    }
}

/// A name that stands, once the target has said that the command is done.
#[derive(Clone, Debug)]
pub(super) enum Made {
    Statement(Bytes, u64),
    Portal(Bytes, u64),
}

/// What changes make of a name.
pub(super) enum Found<'a, T> {
    Made(&'a T),
    Forgotten,
    Untouched,
}

/// What these changes make of the name of a prepared statement.
pub(super) fn statement<'a>(name: &[u8], changes: &'a [Change]) -> Found<'a, Arc<Prepared>> {
    for change in changes.iter().rev() {
        match change {
            Change::Prepares(made, prepared) if made == name => return Found::Made(prepared),
            Change::Deallocates(gone) if gone.as_ref().is_none_or(|gone| gone == name) => return Found::Forgotten,
            Change::Doubts | Change::Unsure { prepares: true, .. } => return Found::Forgotten,
            _ => {}
        }
    }
    Found::Untouched
}

/// What these changes make of the name of a cursor.
pub(super) fn cursor<'a>(name: &[u8], changes: &'a [Change]) -> Found<'a, Portal> {
    for change in changes.iter().rev() {
        match change {
            Change::Declares(made, portal) if made == name => return Found::Made(portal),
            Change::Closes(gone) if gone.as_ref().is_none_or(|gone| gone == name) => return Found::Forgotten,
            Change::Ends { .. } | Change::Doubts | Change::Unsure { .. } => return Found::Forgotten,
            _ => {}
        }
    }
    Found::Untouched
}

impl Relay {
    /// What a statement of a message changes, behind those before it.
    pub(super) fn change_of_statement(&self, message: &Bytes, statement: &Statement, earlier: &[Change]) -> Change {
        let effects = statement.effects.prepares || statement.effects.transaction;
        if statement.step.is_none() && !effects && statement.verb < Verb::Call {
            return Change::Nothing;
        }
        let text = message.get(statement.range.clone()).map(|text| message.slice_ref(text)).unwrap_or_default();
        let runs = Arc::new(Prepared::of(text, statement, Vec::new()));
        self.change(&runs, statement.range.start, earlier)
    }

    /// What a statement changes that runs now. Ranges in its step count from a text of which its own begins there.
    pub(super) fn change(&self, runs: &Arc<Prepared>, begins: usize, earlier: &[Change]) -> Change {
        let name = |name: &str| Bytes::copy_from_slice(name.as_bytes());
        match &runs.step {
            Some(Step::Nothing) => Change::Nothing,
            Some(Step::Fetch(name)) => match self.fetched(name, earlier).and_then(|portal| portal.prepared) {
                Some(taken) => Change::of(&taken),
                None => Change::Doubts,
            },
            Some(Step::Prepare { name: made, inner }) => {
                let prepared = Prepared::of(runs.text.clone(), inner, Vec::new());
                let prepared = Prepared { inner: inner.range.start.saturating_sub(begins), ..prepared };
                let credentials = credentials::find(&prepared.own_text(), None);
                Change::Prepares(name(made), Arc::new(Prepared { credentials, ..prepared }))
            }
            Some(Step::Deallocate(gone)) => Change::Deallocates(gone.as_deref().map(name)),
            Some(Step::Declare { name: made, hold }) => {
                // To run the portal is to take from it, and not to declare it again.
                let (text, credentials) = (own(&runs.text), credentials::find(&runs.text, None));
                let runs = Prepared { text, credentials, ..Prepared::clone(runs) };
                let taken = Prepared { prepares: false, ends_portals: false, step: None, ..runs };
                Change::Declares(name(made), Portal::cursor(taken, name(made), *hold))
            }
            Some(Step::Close(gone)) => Change::Closes(gone.as_deref().map(name)),
            Some(Step::Ends { commits }) => Change::Ends { commits: *commits },
            Some(Step::Execute { name, plain: true }) => match self.executed(name, earlier) {
                Some(known) => Change::of(&known),
                None => Change::Unsure { prepares: true, ends_portals: false },
            },
            Some(Step::Execute { plain: false, .. }) | None => Change::of(runs),
        }
    }

    /// The command goes out. What there is no room for is not known.
    pub(super) fn take_step(&mut self, change: Change, running: &mut Running) {
        match change {
            Change::Nothing => {}
            Change::Prepares(name, prepared) => {
                let made = self.names.prepare(&name, Arc::unwrap_or_clone(prepared), self.boundary);
                match made {
                    Ok(registered) => running.made = Some(Box::new(Made::Statement(name, registered))),
                    Err(_) => self.names.forget_statement(&name),
                }
            }
            Change::Deallocates(Some(name)) => self.names.forget_statement(&name),
            Change::Deallocates(None) => self.names.forget_statements(),
            Change::Declares(name, portal) => {
                let text = portal.prepared.as_ref().map_or(0, |prepared| prepared.text.len());
                if let Ok(registered) = self.names.open(&name, portal, text, self.boundary) {
                    running.made = Some(Box::new(Made::Portal(name, registered)));
                }
            }
            Change::Closes(Some(name)) => self.names.forget_portal(&name),
            Change::Closes(None) => self.names.forget_portals(),
            Change::Ends { commits } => self.names.end_portals(commits),
            Change::Doubts => self.names.doubt(),
            Change::Unsure { prepares, ends_portals } => {
                if prepares {
                    self.names.forget_named();
                }
                if ends_portals {
                    self.names.forget_portals();
                }
            }
        }
    }
}
