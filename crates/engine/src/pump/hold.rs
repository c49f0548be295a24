//! hold: a command waits for a human in the live session, and is decided once more when they have agreed.

use std::time::Duration;

use futures_util::future::{AbortHandle, Abortable};
use model::code::Object;
use model::{
    Action, ActionText, Class, CommandId, Decision, Event, HoldEnded, HoldTerms, Message, Public, RequestId,
    Requirement, StreamId, Verdict,
};
use ports::{Held, HoldEnd, HoldRequest};
use wire::{Answer, Input, Ticket};

use super::decide::{Allowed, Refused};
use super::masks::{Masked, Unread};
use super::meaning::Look;
use super::tickets::{Due, Hold, Unsent};
use super::{Chore, Pump};
use crate::authorise::Permit;
use crate::binding::{Meaning, binding};
use crate::clock;

/// A notice is repeated no more often than this, whatever the desk says.
const REPEAT: Duration = Duration::from_secs(1);

/// A command that waits for a human, as it will be forwarded.
pub(crate) struct Waiting {
    pub(crate) command: CommandId,
    pub(crate) action: Action,
    pub(crate) policies: Vec<String>,
    /// The version of the policy that holds it.
    pub(crate) policy_version: String,
    /// What its names stood for when it was asked about, where they are looked up.
    pub(crate) objects: Option<Vec<Object>>,
}

/// A command to be held, as it is written down.
pub(super) struct ToHold {
    pub(super) policies: Vec<String>,
    pub(super) policy_version: String,
    pub(super) notice: Public,
    pub(super) terms: HoldTerms,
    pub(super) objects: Option<Vec<Object>>,
}

impl Pump {
    /// Writes down that the command waits, then hands it in for approval. It waits in the live session; one direction is
    /// paused.
    pub(super) fn hold(&mut self, ticket: Ticket, action: Action, held: ToHold) {
        let ToHold { policies, policy_version, notice, terms, objects } = held;
        let Some(permit) = self.permit() else { return };
        let (stream, command) = (self.out.stream, self.chain.next_command());
        let id = RequestId(self.premises.identifier());
        let event = Event::Hold {
            stream,
            command,
            request: id,
            action: ActionText::from(&action),
            notice: notice.clone(),
            policies: policies.clone(),
            policy_version: policy_version.clone(),
        };
        let Some(mark) = self.out.record(event) else { return };
        self.out.gate_client(mark);
        let waiting = Waiting { command, action, policies, policy_version, objects };
        match self.premises.house.approvals.hold(self.request(id, &permit, &waiting, terms), notice) {
            Ok(held) => self.wait(ticket, waiting, held),
            Err(reason) => {
                let (how, by) = (HoldEnded::Rejected, Vec::new());
                self.out.record(Event::HoldEnded { stream, command, how, by, reason: said(&reason) });
                self.refuse_waiting(ticket, waiting, reason);
            }
        }
    }

    /// What is handed in for approval.
    fn request(&self, id: RequestId, permit: &Permit, waiting: &Waiting, terms: HoldTerms) -> HoldRequest {
        let session = self.chain.is_unsettled().then(|| permit.session());
        let Waiting { command, action, policies, policy_version, objects } = waiting;
        let meaning = Meaning { settings: permit.settings(), session, objects: objects.as_deref() };
        let (who, text) = (permit.who(), ActionText::from(action));
        HoldRequest {
            id,
            session: who.session,
            command: *command,
            principal: who.principal.clone(),
            resource: who.resource.name.clone(),
            account: who.account.name.clone(),
            database: who.database.map(str::to_owned),
            client: who.client,
            program: who.program.map(str::to_owned),
            // Whoever approves sees what the record shows.
            left_out: text.typed.as_ref().is_some_and(|typed| typed.left_out),
            binary: action.facts.binary,
            action: ActionText { typed: None, ..text },
            around: action.message.as_ref().map(Message::around),
            in_transaction: action.facts.in_transaction,
            binding: binding(who, &meaning, action),
            policies: policies.clone(),
            policy_version: policy_version.clone(),
            terms,
        }
    }

    fn wait(&mut self, ticket: Ticket, waiting: Waiting, held: Held) {
        let Held { notice, repeat, end } = held;
        let (abort, registration) = AbortHandle::new_pair();
        let end = Abortable::new(end, registration);
        let every = repeat.max(REPEAT);
        let next = clock::now().checked_add(every);
        self.out.tickets.hold(ticket, Hold { waiting, abort, notice: notice.clone(), every, next });
        self.premises.house.metrics.waiting.inc();
        self.count("held");
        self.chores.push(Box::pin(async move {
            // Dropping the wait withdraws the request.
            end.await.map_or(Chore::Withdrawn, |end| Chore::Decided(ticket, end))
        }));
        self.tell(Input::Answer(ticket, Answer::Waiting(notice)));
    }

    /// A hold came to its end.
    pub(super) fn decided(&mut self, ticket: Ticket, end: HoldEnd) {
        if self.closing.is_some() {
            return; // Too late: the session runs nothing more, and says that it was withdrawn.
        }
        let Some(waiting) = self.out.tickets.waited(ticket) else { return };
        self.premises.house.metrics.waiting.dec();
        self.deadlines.moved(clock::now());
        if self.out.record(hold_ended(self.out.stream, waiting.command, &end)).is_none() {
            return;
        }
        match end {
            HoldEnd::Approved { met, .. } => self.decide_again(ticket, waiting, met, Look::Not),
            HoldEnd::Rejected { reason, .. } | HoldEnd::Expired(reason) | HoldEnd::Deferred(reason) => {
                self.refuse_waiting(ticket, waiting, reason);
            }
        }
    }

    /// Humans have agreed: decided once more, by the policy that is in force now, with what they met. What stands before it in
    /// the same message and has not been sent must still be allowed too, and show nothing that is masked.
    pub(super) fn decide_again(&mut self, ticket: Ticket, mut waiting: Waiting, met: Vec<Requirement>, look: Look) {
        let Some(permit) = self.permit() else { return };
        if matches!(look, Look::Not) && self.looks_up(&permit, &waiting.action) {
            // What was known when it was asked is too old: what was agreed to is what its names stood for then.
            return self.read_catalogue(ticket, &permit, Unread::Agreed(waiting, met));
        }
        if let (Look::Failed(reason), Some(_)) = (&look, &waiting.objects) {
            let reason = reason.clone();
            return self.refuse_waiting(ticket, waiting, reason);
        }
        if self.objects(&permit, &waiting.action, &look) != waiting.objects {
            return self.refuse_waiting(ticket, waiting, stands_for_another());
        }
        waiting.action = self.resolved(&permit, waiting.action, &look);
        let (command, action) = (waiting.command, &waiting.action);
        let decide = |action: &Action, met: &[Requirement]| {
            let Decision { verdict, version, observed } = self.premises.house.decider.decide(permit.who(), action, met);
            match verdict {
                Verdict::Allow { policies, obligations } => Ok((policies, obligations, version.to_string(), observed)),
                Verdict::Deny { policies, reason } => Err((policies, reason, version.to_string())),
                Verdict::Hold { policies, .. } => Err((policies, no_longer_enough(), version.to_string())),
            }
        };
        let still = |unsent: &Unsent| match decide(&unsent.action, &unsent.met) {
            Ok((policies, obligations, version, _)) if self.may_show_masked(&permit, &unsent.action, &obligations) => {
                Err((policies, masked_before(), version))
            }
            other => other,
        };
        let before = self.out.tickets.unsent().map(still).find(Result::is_err);
        match before.unwrap_or_else(|| decide(action, &met)) {
            Ok((policies, obligations, policy_version, observed)) => {
                match self.mask(&permit, action, &obligations, &look) {
                    Masked::Yes(mask) => {
                        let Waiting { action, .. } = waiting;
                        let allowed =
                            Allowed { command, action, met, policies, observed, policy_version, obligations, mask };
                        self.grant(ticket, allowed);
                    }
                    Masked::No(reason) => self.refuse_waiting(ticket, waiting, reason),
                    Masked::Unread => self.read_catalogue(ticket, &permit, Unread::Agreed(waiting, met)),
                }
            }
            Err((policies, reason, policy_version)) => {
                self.refuse(ticket, action, Refused { command: Some(command), policies, policy_version, reason });
            }
        }
    }

    pub(super) fn refuse_waiting(&mut self, ticket: Ticket, waiting: Waiting, reason: Public) {
        let Waiting { command, action, policies, policy_version, .. } = waiting;
        self.refuse(ticket, &action, Refused { command: Some(command), policies, policy_version, reason });
    }

    /// Tells the stream what is due about its commands because time has passed.
    pub(super) fn ring(&mut self) -> bool {
        let mut moved = false;
        while let Some(due) = self.out.tickets.due(clock::now()) {
            match due {
                _ if self.closing.is_some() => {}
                Due::Overdue(ticket) => self.tell(Input::Overdue(ticket)),
                // While bytes wait for the client, one more notice would keep nothing alive that they do not.
                Due::Notice(..) if !self.out.client.is_empty() => {}
                Due::Notice(ticket, notice) => self.tell(Input::Answer(ticket, Answer::Waiting(notice))),
            }
            moved = true;
        }
        moved
    }
}

/// Who ended a wait, and how.
fn hold_ended(stream: StreamId, command: CommandId, end: &HoldEnd) -> Event {
    let (how, by, reason) = match end {
        HoldEnd::Approved { by, .. } => (HoldEnded::Approved, by.clone(), None),
        HoldEnd::Rejected { by, reason } => (HoldEnded::Rejected, by.clone(), said(reason)),
        HoldEnd::Expired(_) => (HoldEnded::Expired, Vec::new(), None),
        HoldEnd::Deferred(_) => (HoldEnded::Deferred, Vec::new(), None),
    };
    Event::HoldEnded { stream, command, how, by, reason }
}

fn said(reason: &Public) -> Option<String> {
    Some(reason.message.to_string())
}

/// What a withdrawn hold is recorded as: the client took it back, or left.
pub(super) fn withdrawn() -> Public {
    Public::new(Class::Cancelled, "withdrawn by the client while it waited for approval")
}

/// What is masked is decided when a command goes out, and one that stands before it would go out as it was decided long ago.
fn masked_before() -> Public {
    Public::new(
        Class::Denied,
        "it stands in one message behind a command whose result may have to be masked in another way by now",
    )
    .with_hint("Send it alone.")
}

/// What was agreed to is not what would run.
fn stands_for_another() -> Public {
    let told = "it was approved, but what its names stand for was changed meanwhile: a table, view, function or type";
    Public::new(Class::NotApproved, told).with_hint("Send it again to ask for what it does now.")
}

/// What was agreed to is not what the policy asks for now.
fn no_longer_enough() -> Public {
    Public::new(Class::NotApproved, "it was approved, but the policy has changed and now asks for another approval")
        .with_hint("Send it again to ask for that one.")
}
