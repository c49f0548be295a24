//! masks: a command whose result must be masked gets its mask before it gets leave.

use std::sync::Arc;

use model::{Action, Catalogue, Certainty, Mask, Obligations, Public, Requirement, Verb};
use ports::ToMask;
use wire::Ticket;

use super::changed::Changed;
use super::hold::Waiting;
use super::meaning::Look;
use super::{Chore, Pump};
use crate::authorise::Permit;

/// Whether a command can be masked.
pub(super) enum Masked {
    /// By this, if by anything.
    Yes(Option<Arc<dyn Mask>>),
    /// It is refused.
    No(Public),
    /// What its database holds must be read first.
    Unread,
}

/// A command that waits for what its database holds.
pub(crate) enum Unread {
    /// It is to be decided.
    Asked(Action),
    /// Humans have agreed to it.
    Agreed(Waiting, Vec<Requirement>),
}

impl Pump {
    /// The mask of a command that is allowed with these obligations.
    pub(super) fn mask(&self, permit: &Permit, action: &Action, obligations: &Obligations, look: &Look) -> Masked {
        if obligations.mask.is_empty() {
            return Masked::Yes(None);
        }
        let (house, who) = (&self.premises.house, permit.who());
        let known = match look {
            Look::Read(catalogue) => Some(Arc::clone(catalogue)),
            Look::Failed(reason) => return Masked::No(reason.clone()),
            Look::Not => house.catalogues.known(who),
        };
        let Some(catalogue) = known else { return Masked::Unread };
        // What was sent before it in the same breath may have changed it too, and nobody has seen that yet.
        let open = action.facts.in_transaction || self.out.tickets.owes();
        let unsettled = open && self.changed.concerns(action, &catalogue);
        let lineage = || self.facts.protocol.lineage(action, &catalogue);
        let rules = &obligations.mask;
        let command = ToMask { who, action, rules, catalogue: &catalogue, unsettled, lineage: &lineage };
        house.masks.mask(command).map_or_else(Masked::No, Masked::Yes)
    }

    /// Whether something that must be masked may come of a command, as things stand now.
    pub(super) fn may_show_masked(&self, permit: &Permit, action: &Action, obligations: &Obligations) -> bool {
        !matches!(self.mask(permit, action, obligations, &Look::Not), Masked::Yes(None))
    }

    /// Has the catalogue read, on a connection that is not this session's. Meanwhile the question stays open.
    pub(super) fn read_catalogue(&mut self, ticket: Ticket, permit: &Permit, unread: Unread) {
        let read = self.premises.house.catalogues.read(permit.who());
        self.chores.push(Box::pin(async move { Chore::Read(ticket, Box::new(unread), read.await) }));
    }

    /// The catalogue was read, or could not be. Much may have happened since, so the command is decided anew.
    pub(super) fn catalogue_read(&mut self, ticket: Ticket, unread: Unread, read: Result<Arc<Catalogue>, Public>) {
        if self.closing.is_some() || !self.out.tickets.is_open(ticket) {
            return;
        }
        let look = read.map_or_else(Look::Failed, Look::Read);
        match unread {
            Unread::Asked(action) => self.decide_with(ticket, action, look),
            Unread::Agreed(waiting, met) => self.decide_again(ticket, waiting, met, look),
        }
    }

    /// An allowed command may change what its database holds: what is known of it is old as soon as it is done. That is not
    /// forgotten while a command before it is still under way, which is done only then.
    pub(super) fn may_change_structure(&mut self, action: &Action) {
        if !action.facts.in_transaction && !self.out.tickets.owes() {
            (self.changed, self.ran_code) = (Changed::default(), false);
        }
        self.changed.by(action);
        self.shadows |= matches!(action.verb, Verb::Ddl | Verb::Call | Verb::Unknown);
        // A function may change it too. That is reason enough to look anew, but not to trust nothing in this transaction.
        let runs = matches!(action.verb, Verb::Read | Verb::CopyOut | Verb::CopyIn | Verb::Write);
        let known = action.certainty == Certainty::Full || action.facts.resolved;
        self.ran_code |= action.verb >= Verb::Call || runs && !known;
    }

    /// A command is done: where the session may have changed structure, it or its end is seen by others from now on.
    pub(super) fn structure_may_have_changed(&self) {
        if let Some(live) = self.live.as_ref().filter(|_| !self.changed.is_empty() || self.ran_code) {
            self.premises.house.catalogues.changed(live.permit.who());
        }
    }
}
