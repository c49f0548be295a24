//! decide: every command passes here, inline. The answer is recorded before it is given, and `Go` is made nowhere else.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{AbortHandle, Abortable};
use model::{Action, ActionText, Class, Event, Obligations, Public, Verdict};
use ports::{HoldEnd, HoldRequest};
use wire::{Answer, Input, Mask, Plan, Ticket};

use crate::pump::{Chore, Granted, Pump};

/// A command that waits for a human, as it will be forwarded.
pub(crate) struct Waiting {
    pub(crate) action: Action,
    pub(crate) policies: Vec<String>,
}

impl Pump {
    /// Answers `Ask::Act` in the same turn. A hold is answered `Waiting` now and `Go` or `Refuse` later.
    pub(crate) fn decide(&mut self, ticket: Ticket, action: Action) {
        let Some(permit) = self.permit() else {
            return self.refuse(ticket, &action, Vec::new(), Public::internal());
        };
        match self.decider().decide(permit.who(), &action) {
            Verdict::Allow { policies, obligations } => self.grant(ticket, &action, policies, &obligations, false),
            Verdict::Deny { policies, reason } => self.refuse(ticket, &action, policies, reason),
            Verdict::Hold { policies, notice } => self.hold(ticket, action, policies, notice),
        }
    }

    /// Records the command, then gives leave. The gate that the record stands behind is closed here for a proven read (its
    /// answer waits), and by the outbox when the bytes of any other command are sent.
    fn grant(
        &mut self,
        ticket: Ticket,
        action: &Action,
        policies: Vec<String>,
        obligations: &Obligations,
        approved: bool,
    ) {
        let command = self.chain().next_command();
        let event =
            Event::Command { stream: self.stream_id(), command, action: ActionText::from(action), policies, approved };
        let Some(mark) = self.record(event) else { return };
        let read = action.proven_read();
        self.granted(ticket, Granted { command, mark, read });
        self.count("allowed");
        let go = self.mint(ticket);
        self.answer(ticket, Answer::Go(go, plan(obligations)));
    }

    /// Records the refusal, then tells the stream, which answers the client in its turn and behind that record.
    fn refuse(&mut self, ticket: Ticket, action: &Action, policies: Vec<String>, reason: Public) {
        let event = Event::Refusal {
            stream: self.stream_id(),
            action: ActionText::from(action),
            reason: reason.clone(),
            policies,
        };
        let Some(mark) = self.record(event) else { return };
        self.gate_client(mark);
        self.count("refused");
        self.answer(ticket, Answer::Refuse(reason));
    }

    /// Hands the command in for approval. It waits in the live session; one direction is paused.
    fn hold(&mut self, ticket: Ticket, action: Action, policies: Vec<String>, notice: Public) {
        let Some(permit) = self.permit() else { return };
        let request = HoldRequest {
            session: permit.session(),
            command: self.chain().next_command(),
            principal: permit.principal().clone(),
            resource: permit.resource().name.clone(),
            account: permit.account().name.clone(),
            action: action.clone(),
            policies: policies.clone(),
        };
        let held = match self.approvals().hold(request, notice) {
            Ok(held) => held,
            Err(reason) => return self.refuse(ticket, &action, policies, reason),
        };
        let event =
            Event::Hold { stream: self.stream_id(), action: ActionText::from(&action), policies: policies.clone() };
        if self.record(event).is_none() {
            return;
        }
        let (abort, registration) = AbortHandle::new_pair();
        let end = Abortable::new(held.end, registration);
        self.waits(ticket, abort, Waiting { action, policies });
        self.chore(async move {
            // Dropping the wait withdraws the request.
            end.await.map_or(Chore::Withdrawn, |end| Chore::Decided(ticket, end))
        });
        self.tell_waiting(Input::Answer(ticket, Answer::Waiting(held.notice)));
    }

    /// A hold came to its end.
    pub(crate) fn decided(&mut self, ticket: Ticket, end: HoldEnd) {
        let Some(Waiting { action, policies }) = self.waited(ticket) else { return };
        match end {
            HoldEnd::Approved => self.grant(ticket, &action, policies, &Obligations::default(), true),
            HoldEnd::Refused(reason) => self.refuse(ticket, &action, policies, reason),
        }
    }
}

/// The masking plan of an allowed command.
fn plan(obligations: &Obligations) -> Plan {
    if obligations.mask.is_empty() {
        return None;
    }
    Some(Arc::new(Redact { columns: obligations.mask.clone() }))
}

/// Replaces every value of the named columns.
struct Redact {
    columns: Vec<String>,
}

impl Mask for Redact {
    fn field(&self, column: &str, _value: &[u8]) -> Option<Bytes> {
        self.columns.iter().any(|masked| masked == column).then(|| Bytes::from_static(b"****"))
    }
}

/// What a withdrawn hold is recorded as: the client took it back, or left.
pub(crate) fn withdrawn() -> Public {
    Public::new(Class::Cancelled, "withdrawn by the client while it waited for approval")
}
