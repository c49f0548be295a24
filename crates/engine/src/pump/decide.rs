//! decide: every command passes here, inline. The answer is recorded before it is given, and `Go` is made nowhere else.

use std::sync::Arc;

use model::{
    Action, ActionText, CommandId, Decision, Durability, Event, Mask, Meter, Obligations, Public, Requirement, Verdict,
};
use wire::{Answer, Plan, Ticket};

use super::Pump;
use super::hold::ToHold;
use super::masks::{Masked, Unread};
use super::meaning::Look;
use super::tickets::{Granted, Unsent};
use crate::authorise::Permit;
use crate::clock;

/// An allowed command, as it is written down.
pub(super) struct Allowed {
    pub(super) command: CommandId,
    pub(super) action: Action,
    /// What humans have agreed to for it; empty when nobody was asked.
    pub(super) met: Vec<Requirement>,
    pub(super) policies: Vec<String>,
    pub(super) observed: Vec<String>,
    pub(super) policy_version: String,
    pub(super) obligations: Obligations,
    /// What masks its result.
    pub(super) mask: Option<Arc<dyn Mask>>,
}

/// A refused command, as it is written down.
pub(super) struct Refused {
    pub(super) command: Option<CommandId>,
    pub(super) policies: Vec<String>,
    pub(super) policy_version: String,
    pub(super) reason: Public,
}

impl Pump {
    /// Answers `Ask::Act` in the same turn. A hold is answered `Waiting` now, and again, and `Go` or `Refuse` later.
    pub(crate) fn decide(&mut self, ticket: Ticket, action: Action) {
        self.decide_with(ticket, action, Look::Not);
    }

    /// The same, with a catalogue that was read for it.
    pub(super) fn decide_with(&mut self, ticket: Ticket, action: Action, look: Look) {
        if !self.out.tickets.is_open(ticket) {
            return; // Withdrawn in the same breath: nobody waits for a decision.
        }
        let Some(permit) = self.permit() else {
            let (policies, policy_version, reason) = (Vec::new(), String::new(), Public::internal());
            return self.refuse(ticket, &action, Refused { command: None, policies, policy_version, reason });
        };
        let look = self.look(&permit, &action, look);
        if matches!(look, Look::Not) && self.looks_up(&permit, &action) {
            return self.read_catalogue(ticket, &permit, Unread::Asked(action));
        }
        let action = self.resolved(&permit, action, &look);
        let Decision { verdict, version, observed } = self.premises.house.decider.decide(permit.who(), &action, &[]);
        let policy_version = version.to_string();
        match verdict {
            Verdict::Allow { policies, obligations } => match self.mask(&permit, &action, &obligations, &look) {
                Masked::Yes(mask) => {
                    let (command, met) = (self.chain.next_command(), Vec::new());
                    let allowed =
                        Allowed { command, action, met, policies, observed, policy_version, obligations, mask };
                    self.grant(ticket, allowed);
                }
                Masked::No(reason) => {
                    self.refuse(ticket, &action, Refused { command: None, policies, policy_version, reason });
                }
                Masked::Unread => self.read_catalogue(ticket, &permit, Unread::Asked(action)),
            },
            Verdict::Deny { policies, reason } => {
                self.refuse(ticket, &action, Refused { command: None, policies, policy_version, reason });
            }
            Verdict::Hold { policies, notice, terms } => {
                let objects = self.objects(&permit, &action, &look);
                self.hold(ticket, action, ToHold { policies, policy_version, notice, terms, objects });
            }
        }
    }

    pub(super) fn permit(&self) -> Option<Arc<Permit>> {
        self.live.as_ref().map(|live| live.permit.clone())
    }

    /// Records the command, then gives leave. What a proven read brings waits for that record on the way to the client;
    /// any other command waits on the way to the target, behind the gate that the outbox closes when its bytes are sent.
    pub(super) fn grant(&mut self, ticket: Ticket, allowed: Allowed) {
        let Allowed { command, action, met, policies, observed, policy_version, obligations, mask } = allowed;
        let text = ActionText::from(&action);
        let (stream, approved) = (self.out.stream, !met.is_empty());
        let event = Event::Command { stream, command, action: text, policies, observed, policy_version, approved };
        let Some(mark) = self.out.record(event) else { return };
        let gated = self.out.durability == Durability::Strict && !action.proven_read();
        if !gated {
            self.out.gate_client(mark);
        }
        self.count("allowed");
        self.may_change_structure(&action);
        let meter = self.meter(&obligations);
        let (since, record) = (clock::now(), obligations.record);
        let (timeout, until) = (obligations.timeout, None);
        let (unsent, tap) = (Some(Box::new(Unsent { action, met })), None);
        let granted = Granted { command, mark, gated, unsent, since, timeout, until, record, tap };
        self.out.tickets.grant(ticket, granted);
        let go = self.out.mint.go(ticket);
        let plan = Plan { mask, meter, max_rows: obligations.max_rows, max_bytes: obligations.max_bytes };
        self.give(ticket, Answer::Go(go, plan));
    }

    /// What counts the rows of a command beside those of its person's other commands.
    fn meter(&self, obligations: &Obligations) -> Option<Arc<dyn Meter>> {
        let permit = self.permit().filter(|_| !obligations.rates.is_empty())?;
        Some(self.premises.house.decider.meter(permit.who(), obligations))
    }

    /// Records the refusal, then tells the stream, which answers the client in its turn and behind that record.
    pub(super) fn refuse(&mut self, ticket: Ticket, action: &Action, refused: Refused) {
        let Refused { command, policies, policy_version, reason } = refused;
        let text = ActionText::from(action);
        let stream = self.out.stream;
        let event = Event::Refusal { stream, command, action: text, reason: reason.clone(), policies, policy_version };
        let Some(mark) = self.out.record(event) else { return };
        self.out.gate_client(mark);
        self.count("refused");
        self.answer(ticket, Answer::Refuse(reason));
    }

    pub(super) fn count(&self, verdict: &'static str) {
        self.premises.house.metrics.commands.get_or_create(&vec![("verdict", verdict)]).inc();
    }
}
