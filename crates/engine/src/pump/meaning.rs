//! meaning: what the names in a command stand for is looked up before it is decided, where an account reads what is there.

use std::sync::Arc;

use model::code::Object;
use model::{Action, Catalogue, Public, Verb};

use super::Pump;
use crate::authorise::Permit;

/// What is known of the database of a command.
pub(super) enum Look {
    /// It was not looked at yet.
    Not,
    /// This.
    Read(Arc<Catalogue>),
    /// It cannot be read, and this is what whoever needs it is told.
    Failed(Public),
}

impl Pump {
    /// Whether the names in a command are looked up.
    pub(super) fn looks_up(&self, permit: &Permit, action: &Action) -> bool {
        action.facts.names && self.premises.house.catalogues.inspects(permit.who())
    }

    /// What is believed to be there, for names that are looked up; else what was there already.
    pub(super) fn look(&self, permit: &Permit, action: &Action, look: Look) -> Look {
        match look {
            Look::Not if self.looks_up(permit, action) => {
                self.premises.house.catalogues.known(permit.who()).map_or(Look::Not, Look::Read)
            }
            look => look,
        }
    }

    /// The command with the verb that it has there. Where that cannot be read, a name may stand for code of users.
    pub(super) fn resolved(&self, permit: &Permit, action: Action, look: &Look) -> Action {
        if !self.looks_up(permit, &action) {
            return action;
        }
        match look {
            Look::Read(catalogue) => self.facts.protocol.resolve(action, catalogue, self.shadows),
            Look::Not | Look::Failed(_) => may_call(action),
        }
    }

    /// What the names in a command stand for there; `None` when that is not known.
    pub(super) fn objects(&self, permit: &Permit, action: &Action, look: &Look) -> Option<Vec<Object>> {
        match look {
            Look::Read(catalogue) if self.looks_up(permit, action) => {
                Some(self.facts.protocol.objects(action, catalogue))
            }
            _ => None,
        }
    }
}

/// What only reads or writes by its text may run code of users by its names.
fn may_call(action: Action) -> Action {
    let mild = matches!(action.verb, Verb::Read | Verb::Session | Verb::CopyOut | Verb::Write);
    Action { verb: if mild { Verb::Call } else { action.verb }, ..action }
}
