//! What stands behind a name: `EXECUTE` runs a prepared statement, `FETCH` takes from a cursor.
//!
//! A name is not proof: a function can give it another meaning behind our back. So what is behind it is at most `lexed`, and
//! behind code that is not known, SQL has no names that were given before. For messages they stand: drivers give and use them so.

use std::sync::Arc;

use model::{Action, Certainty, Credentials, Facts, Verb};
use sql::{Step, credentials};

use super::Relay;
use super::asked::{Asked, portal_action};
use super::changes::{Change, Found, cursor, statement};
use super::prepared::{Portal, Prepared};

impl Relay {
    /// The action of what is asked about, with what stands behind its name.
    pub(super) fn complete(&self, asked: &Asked) -> Action {
        let action = asked.action();
        match asked.step() {
            Some(Step::Execute { name, plain }) => match self.executed(name, asked.earlier()) {
                Some(prepared) => executes(action, &prepared, *plain),
                None => action,
            },
            Some(Step::Fetch(name)) => match self.fetched(name, asked.earlier()) {
                Some(portal) if portal.prepared.is_some() => fetches(action, portal),
                _ => action,
            },
            _ => action,
        }
    }

    /// The prepared statement of that name, behind these changes.
    pub(super) fn executed(&self, name: &str, earlier: &[Change]) -> Option<Arc<Prepared>> {
        match statement(name.as_bytes(), earlier) {
            Found::Made(prepared) => Some(Arc::clone(prepared)),
            Found::Forgotten => None,
            Found::Untouched => self.names.undoubted_statement(name.as_bytes(), self.boundary).cloned(),
        }
    }

    /// The same of a cursor.
    pub(super) fn fetched(&self, name: &str, earlier: &[Change]) -> Option<Portal> {
        match cursor(name.as_bytes(), earlier) {
            Found::Made(portal) => Some(portal.clone()),
            Found::Forgotten => None,
            Found::Untouched => self.names.undoubted_portal(name.as_bytes(), self.boundary).cloned(),
        }
    }
}

/// The arguments can run code too.
fn executes(action: Action, prepared: &Prepared, plain: bool) -> Action {
    let verb = if plain { prepared.verb } else { prepared.verb.max(Verb::Call) };
    let behind = credentials::find(&prepared.text, None).text;
    let unbounded_write = prepared.facts.unbounded_write;
    Action {
        verb,
        certainty: action.certainty.min(prepared.certainty).min(Certainty::Lexed),
        facts: Facts { unbounded_write, names: true, ..action.facts },
        reading: prepared.reading.clone().filter(|_| plain),
        credentials: Credentials { behind, ..action.credentials },
        behind: Some(prepared.text.clone()),
        ..action
    }
}

/// What was bound to a portal are its parameters.
fn fetches(action: Action, portal: Portal) -> Action {
    let taken = portal_action(portal, "FETCH", false);
    let Credentials { text: behind, parameters, .. } = taken.credentials;
    Action {
        verb: taken.verb,
        certainty: action.certainty.min(taken.certainty),
        facts: Facts { in_transaction: action.facts.in_transaction, ..taken.facts },
        reading: taken.reading,
        credentials: Credentials { behind, parameters, ..action.credentials },
        behind: Some(taken.text),
        parameters: taken.parameters,
        readable: taken.readable,
        ..action
    }
}
