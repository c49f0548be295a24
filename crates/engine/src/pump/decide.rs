//! decide: every command passes here, inline. The answer is recorded before it is given, and `Go` is made nowhere else.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{AbortHandle, Abortable};
use model::{
    Action, ActionText, Class, CommandId, Decision, Durability, Event, HoldEnded, HoldTerms, Obligations, Public,
    RequestId, Requirement, StreamId, Verdict,
};
use ports::{HoldEnd, HoldRequest};
use wire::{Answer, Input, Mask, Plan, Ticket};

use super::tickets::Granted;
use super::{Chore, Pump};
use crate::authorise::Permit;
use crate::binding::binding;
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
    observed: Vec<String>,
    policy_version: String,
    obligations: Obligations,
    /// A human said yes.
    approved: bool,
}

/// A refused command, as it is written down.
struct Refused {
    command: Option<CommandId>,
    policies: Vec<String>,
    policy_version: String,
    reason: Public,
}

/// A command to be held, as it is written down.
struct ToHold {
    policies: Vec<String>,
    policy_version: String,
    notice: Public,
    terms: HoldTerms,
}

impl Pump {
    /// Answers `Ask::Act` in the same turn. A hold is answered `Waiting` now and `Go` or `Refuse` later.
    pub(crate) fn decide(&mut self, ticket: Ticket, action: Action) {
        if !self.out.tickets.is_open(ticket) {
            return; // Withdrawn in the same breath: nobody waits for a decision.
        }
        let Some(permit) = self.permit() else {
            let (policies, policy_version, reason) = (Vec::new(), String::new(), Public::internal());
            return self.refuse(ticket, &action, Refused { command: None, policies, policy_version, reason });
        };
        let Decision { verdict, version, observed } = self.premises.house.decider.decide(permit.who(), &action, &[]);
        let policy_version = version.to_string();
        match verdict {
            Verdict::Allow { policies, obligations } => {
                let (command, approved) = (self.chain.next_command(), false);
                let action = &action;
                self.grant(
                    ticket,
                    Allowed { command, action, policies, observed, policy_version, obligations, approved },
                );
            }
            Verdict::Deny { policies, reason } => {
                self.refuse(ticket, &action, Refused { command: None, policies, policy_version, reason });
            }
            Verdict::Hold { policies, notice, terms } => {
                self.hold(ticket, action, ToHold { policies, policy_version, notice, terms });
            }
        }
    }

    /// Humans have agreed: decided once more, by the policy that is in force now, with what they met.
    fn decide_again(&mut self, ticket: Ticket, waiting: Waiting, met: &[Requirement]) {
        let Waiting { command, action, .. } = waiting;
        let Some(permit) = self.permit() else { return };
        let Decision { verdict, version, observed } = self.premises.house.decider.decide(permit.who(), &action, met);
        let policy_version = version.to_string();
        let (policies, reason) = match verdict {
            Verdict::Allow { policies, obligations } => {
                let (action, approved) = (&action, true);
                let allowed = Allowed { command, action, policies, observed, policy_version, obligations, approved };
                return self.grant(ticket, allowed);
            }
            Verdict::Deny { policies, reason } => (policies, reason),
            Verdict::Hold { policies, .. } => (policies, no_longer_enough()),
        };
        self.refuse(ticket, &action, Refused { command: Some(command), policies, policy_version, reason });
    }

    fn permit(&self) -> Option<Arc<Permit>> {
        self.live.as_ref().map(|live| live.permit.clone())
    }

    /// Records the command, then gives leave. What a proven read brings waits for that record on the way to the client;
    /// any other command waits on the way to the target, behind the gate that the outbox closes when its bytes are sent.
    fn grant(&mut self, ticket: Ticket, allowed: Allowed<'_>) {
        let Allowed { command, action, policies, observed, policy_version, obligations, approved } = allowed;
        let text = ActionText::from(action);
        let stream = self.out.stream;
        let event = Event::Command { stream, command, action: text, policies, observed, policy_version, approved };
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
    fn refuse(&mut self, ticket: Ticket, action: &Action, refused: Refused) {
        let Refused { command, policies, policy_version, reason } = refused;
        let text = ActionText::from(action);
        let stream = self.out.stream;
        let event = Event::Refusal { stream, command, action: text, reason: reason.clone(), policies, policy_version };
        let Some(mark) = self.out.record(event) else { return };
        self.out.gate_client(mark);
        self.count("refused");
        self.answer(ticket, Answer::Refuse(reason));
    }

    /// Writes down that the command waits, then hands it in for approval. It waits in the live session; one direction is
    /// paused.
    fn hold(&mut self, ticket: Ticket, action: Action, held: ToHold) {
        let ToHold { policies, policy_version, notice, terms } = held;
        let Some(permit) = self.permit() else { return };
        let (stream, command) = (self.out.stream, self.chain.next_command());
        let request = RequestId(self.premises.identifier());
        let event = Event::Hold {
            stream,
            command,
            request,
            action: ActionText::from(&action),
            notice: notice.clone(),
            policies: policies.clone(),
            policy_version: policy_version.clone(),
        };
        let Some(mark) = self.out.record(event) else { return };
        self.out.gate_client(mark);
        let request = HoldRequest {
            id: request,
            session: permit.session(),
            command,
            principal: permit.principal().clone(),
            resource: permit.resource().name.clone(),
            account: permit.account().name.clone(),
            database: permit.database().map(str::to_owned),
            client: self.facts.client.ip(),
            program: permit.program().map(str::to_owned),
            // Whoever approves sees what the record shows.
            action: ActionText { typed: None, ..ActionText::from(&action) },
            in_transaction: action.facts.in_transaction,
            binding: binding(permit.who(), &action),
            policies: policies.clone(),
            policy_version: policy_version.clone(),
            terms,
        };
        let held = match self.premises.house.approvals.hold(request, notice) {
            Ok(held) => held,
            Err(reason) => {
                self.out.record(not_taken(stream, command));
                let refused = Refused { command: Some(command), policies, policy_version, reason };
                return self.refuse(ticket, &action, refused);
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
        let Some(waiting) = self.out.tickets.waited(ticket) else { return };
        self.premises.house.metrics.waiting.dec();
        let command = waiting.command;
        if self.out.record(hold_ended(self.out.stream, command, &end)).is_none() {
            return;
        }
        match end {
            HoldEnd::Approved { met, .. } => self.decide_again(ticket, waiting, &met),
            HoldEnd::Rejected { reason, .. } | HoldEnd::Expired(reason) | HoldEnd::Deferred(reason) => {
                let Waiting { action, policies, policy_version, .. } = waiting;
                let refused = Refused { command: Some(command), policies, policy_version, reason };
                self.refuse(ticket, &action, refused);
            }
        }
    }

    fn count(&self, verdict: &'static str) {
        self.premises.house.metrics.commands.get_or_create(&vec![("verdict", verdict)]).inc();
    }
}

/// Who ended a wait, and how.
fn hold_ended(stream: StreamId, command: CommandId, end: &HoldEnd) -> Event {
    let (how, by, reason) = match end {
        HoldEnd::Approved { by, .. } => (HoldEnded::Approved, by.clone(), None),
        HoldEnd::Rejected { by, reason } => (HoldEnded::Rejected, by.clone(), Some(reason.message.to_string())),
        HoldEnd::Expired(_) => (HoldEnded::Expired, Vec::new(), None),
        HoldEnd::Deferred(_) => (HoldEnded::Deferred, Vec::new(), None),
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

/// What was agreed to is not what the policy asks for now.
fn no_longer_enough() -> Public {
    Public::new(Class::NotApproved, "it was approved, but the policy has changed and now asks for another approval")
        .with_hint("Send it again to ask for that one.")
}

/// What is done with the result of an allowed command.
fn plan(obligations: &Obligations) -> Plan {
    let columns = &obligations.mask;
    let mask = (!columns.is_empty()).then(|| Arc::new(Redact { columns: columns.clone() }) as Arc<dyn Mask>);
    Plan { mask, max_rows: obligations.max_rows, max_bytes: obligations.max_bytes }
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
