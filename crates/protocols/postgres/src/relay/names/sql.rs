//! Names as SQL gives, ends and finds them.

use std::sync::Arc;

use super::Names;
use crate::relay::changes::Made;
use crate::relay::prepared::{Portal, Prepared};

impl Names {
    /// The same for SQL: nothing that was given before code ran that may have given it anew.
    pub(in crate::relay) fn undoubted_statement(&self, name: &[u8], boundary: u64) -> Option<&Arc<Prepared>> {
        self.registered(name, boundary).filter(|registered| *registered > self.doubted)?;
        self.statement(name, boundary)
    }

    pub(in crate::relay) fn undoubted_portal(&self, name: &[u8], boundary: u64) -> Option<&Portal> {
        self.portals.get(name).filter(|named| named.registered > self.doubted)?;
        self.portal(name, boundary)
    }

    /// Code ran that may have given names anew.
    pub(in crate::relay) fn doubt(&mut self) {
        self.doubted = self.registered;
    }

    /// The command that makes this name is done.
    pub(in crate::relay) fn confirm(&mut self, made: &Made) {
        match made {
            Made::Statement(name, registered) => self.confirm_statement(name, *registered),
            Made::Portal(name, registered) => self.confirm_portal(name, *registered),
        }
    }

    /// It failed, or was skipped.
    pub(in crate::relay) fn undo(&mut self, made: Option<&Made>) {
        match made {
            Some(Made::Statement(name, registered)) => self.undo_statement(name, *registered),
            Some(Made::Portal(name, registered)) => self.undo_portal(name, *registered),
            None => {}
        }
    }

    /// SQL ends a transaction, or part of one. Which part is not looked at. A COMMIT keeps what is to be held, if it succeeds.
    pub(in crate::relay) fn end_portals(&mut self, commits: bool) {
        let names: Vec<_> = self.ages.values().cloned().collect();
        for name in names {
            if !(commits && self.portals.get(&name).is_some_and(|named| named.thing.hold)) {
                self.forget_portal(&name);
            }
        }
    }

    /// The target said that something failed: what was to be held of its transaction may not be.
    pub(in crate::relay) fn failed(&mut self) {
        self.failed = self.registered;
    }
}
