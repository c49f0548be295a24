//! decide: every command passes here, inline. The answer is recorded before it is given, and `Go` is made nowhere else.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{AbortHandle, Abortable};
use model::{
    Action, ActionText, Class, CommandId, Durability, Event, HoldEnded, Obligations, Public, StreamId, Verdict,
};
use ports::{HoldEnd, HoldRequest};
use wire::{Answer, Input, Mask, Plan, Ticket};

use super::tickets::Granted;
use super::{Chore, Pump};
use crate::authorise::Permit;
use crate::clock;

/// A command that waits for a human, as it will be forwarded.
pub(crate) struct Waiting {
    pub(crate) command: CommandId,
    pub(crate) action: Action,
    pub(crate) policies: Vec<String>,
    /// The version of the policy that holds it.
    pub(crate) policy_version: String,
}

/// An allowed command, as it is written down.
struct Allowed<'a> {
    command: CommandId,
    action: &'a Action,
    policies: Vec<String>,
    obligations: Obligations,
    /// A human said yes.
    approved: bool,
}

impl Pump {
    /// Answers `Ask::Act` in the same turn. A hold is answered `Waiting` now and `Go` or `Refuse` later.
    pub(crate) fn decide(&mut self, ticket: Ticket, action: Action) {
        if !self.out.tickets.is_open(ticket) {
            return; // Withdrawn in the same breath: nobody waits for a decision.
        }
        let Some(permit) = self.permit() else {
            return self.refuse(ticket, &action, None, Vec::new(), Public::internal());
        };
        match self.premises.house.decider.decide(permit.who(), &action) {
            Verdict::Allow { policies, obligations } => {
                let command = self.chain.next_command();
                self.grant(ticket, Allowed { command, action: &action, policies, obligations, approved: false });
            }
            Verdict::Deny { policies, reason } => self.refuse(ticket, &action, None, policies, reason),
            Verdict::Hold { policies, notice } => self.hold(ticket, action, policies, notice),
        }
    }

    fn permit(&self) -> Option<Arc<Permit>> {
        self.live.as_ref().map(|live| live.permit.clone())
    }

    /// Records the command, then gives leave. What a proven read brings waits for that record on the way to the client;
    /// any other command waits on the way to the target, behind the gate that the outbox closes when its bytes are sent.
    fn grant(&mut self, ticket: Ticket, allowed: Allowed<'_>) {
        let Allowed { command, action, policies, obligations, approved } = allowed;
        let text = ActionText::from(action);
        let (stream, policy_version) = (self.out.stream, self.policy_version());
        let event = Event::Command { stream, command, action: text, policies, policy_version, approved };
        let Some(mark) = self.out.record(event) else { return };
        let gated = self.out.durability == Durability::Strict && !action.proven_read();
        if !gated {
            self.out.gate_client(mark);
        }
        self.count("allowed");
        let (since, record) = (clock::now(), obligations.record);
        self.out.tickets.grant(ticket, Granted { command, mark, gated, since, record, tap: None });
        let go = self.out.mint.go(ticket);
        self.give(ticket, Answer::Go(go, plan(&obligations)));
    }

    /// Records the refusal, then tells the stream, which answers the client in its turn and behind that record.
    fn refuse(
        &mut self,
        ticket: Ticket,
        action: &Action,
        command: Option<CommandId>,
        policies: Vec<String>,
        reason: Public,
    ) {
        let text = ActionText::from(action);
        let (stream, policy_version) = (self.out.stream, self.policy_version());
        let event = Event::Refusal { stream, command, action: text, reason: reason.clone(), policies, policy_version };
        let Some(mark) = self.out.record(event) else { return };
        self.out.gate_client(mark);
        self.count("refused");
        self.answer(ticket, Answer::Refuse(reason));
    }

    /// Writes down that the command waits, then hands it in for approval. It waits in the live session; one direction is
    /// paused.
    fn hold(&mut self, ticket: Ticket, action: Action, policies: Vec<String>, notice: Public) {
        let Some(permit) = self.permit() else { return };
        let command = self.chain.next_command();
        let text = ActionText::from(&action);
        let (stream, policy_version) = (self.out.stream, self.policy_version());
        let version = policy_version.clone();
        // Whoever approves sees what the record shows.
        let shown = ActionText { typed: None, ..text.clone() };
        let (policies_too, notice_too) = (policies.clone(), notice.clone());
        let event = Event::Hold {
            stream,
            command,
            action: text,
            notice: notice_too,
            policies: policies_too,
            policy_version: version,
        };
        let Some(mark) = self.out.record(event) else { return };
        self.out.gate_client(mark);
        let request = HoldRequest {
            session: permit.session(),
            command,
            principal: permit.principal().clone(),
            resource: permit.resource().name.clone(),
            account: permit.account().name.clone(),
            action: shown,
            policies: policies.clone(),
        };
        let held = match self.premises.house.approvals.hold(request, notice) {
            Ok(held) => held,
            Err(reason) => {
                self.out.record(not_taken(stream, command));
                return self.refuse(ticket, &action, Some(command), policies, reason);
            }
        };
        let (abort, registration) = AbortHandle::new_pair();
        let end = Abortable::new(held.end, registration);
        self.out.tickets.hold(ticket, abort, Waiting { command, action, policies, policy_version });
        self.premises.house.metrics.waiting.inc();
        self.count("held");
        self.chores.push(Box::pin(async move {
            // Dropping the wait withdraws the request.
            end.await.map_or(Chore::Withdrawn, |end| Chore::Decided(ticket, end))
        }));
        self.tell(Input::Answer(ticket, Answer::Waiting(held.notice)));
    }

    /// A hold came to its end.
    pub(crate) fn decided(&mut self, ticket: Ticket, end: HoldEnd) {
        let Some(Waiting { command, action, policies, .. }) = self.out.tickets.waited(ticket) else { return };
        self.premises.house.metrics.waiting.dec();
        if self.out.record(hold_ended(self.out.stream, command, &end)).is_none() {
            return;
        }
        match end {
            HoldEnd::Approved { .. } => {
                let obligations = Obligations::default();
                self.grant(ticket, Allowed { command, action: &action, policies, obligations, approved: true });
            }
            HoldEnd::Rejected { reason, .. } | HoldEnd::Expired(reason) => {
                self.refuse(ticket, &action, Some(command), policies, reason);
            }
        }
    }

    pub(crate) fn policy_version(&self) -> String {
        self.premises.house.decider.version()
    }

    fn count(&self, verdict: &'static str) {
        self.premises.house.metrics.commands.get_or_create(&vec![("verdict", verdict)]).inc();
    }
}

/// Who ended a wait, and how.
fn hold_ended(stream: StreamId, command: CommandId, end: &HoldEnd) -> Event {
    let (how, by, reason) = match end {
        HoldEnd::Approved { by } => (HoldEnded::Approved, by.clone(), None),
        HoldEnd::Rejected { by, reason } => (HoldEnded::Rejected, by.clone(), Some(reason.message.to_string())),
        HoldEnd::Expired(_) => (HoldEnded::Expired, Vec::new(), None),
    };
    Event::HoldEnded { stream, command, how, by, reason }
}

/// Nobody could be asked.
fn not_taken(stream: StreamId, command: CommandId) -> Event {
    Event::HoldEnded { stream, command, how: HoldEnded::Rejected, by: Vec::new(), reason: None }
}

/// What a withdrawn hold is recorded as: the client took it back, or left.
pub(super) fn withdrawn() -> Public {
    Public::new(Class::Cancelled, "withdrawn by the client while it waited for approval")
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
