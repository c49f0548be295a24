//! Requests, as an approver must see them: whole.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Octets, Person, rfc3339, word};

/// A request for approval: of a command that waits, of access for a time, of breaking the glass, of being shown what is masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Request {
    /// Its name.
    pub(crate) id: String,
    /// `command`, `access`, `break_glass` or `reveal`.
    pub(crate) kind: String,
    /// `pending`, `approved`, `used`, `rejected`, `expired`, `withdrawn` or `void`.
    pub(crate) state: String,
    /// Grows with each change of any request; the id of its event.
    pub(crate) revision: u64,
    /// Who asks.
    pub(crate) requester: Person,
    /// Their name for people.
    pub(crate) requester_name: String,
    /// The human who answers for them.
    pub(crate) human: Person,
    /// On what.
    pub(crate) resource: String,
    /// As which upstream account; none for breaking the glass and for revealing, which are for all that the person may use.
    pub(crate) account: Option<String>,
    /// In which database or the like.
    pub(crate) database: Option<String>,
    /// From which address it was asked.
    pub(crate) client: String,
    /// What the client program calls itself: proves nothing.
    pub(crate) program: Option<String>,
    /// Why, in the requester's words.
    pub(crate) reason: Option<String>,
    /// The command that waits.
    pub(crate) command: Option<Command>,
    /// The time that is asked for.
    pub(crate) window: Option<Window>,
    /// The policies that ask for approval; of revealing, the one that would mask nothing.
    pub(crate) policies: Vec<String>,
    /// What that one masked when it was asked for: what would be shown, and no more.
    pub(crate) masks: Vec<String>,
    /// The version of them.
    pub(crate) policy_version: String,
    /// Who must agree: `group:NAME`, `N of group:NAME`, `person:ISSUER/SUBJECT`. Empty for breaking the glass.
    pub(crate) requirements: Vec<String>,
    /// Who has agreed, oldest first.
    pub(crate) approvals: Vec<Approval>,
    /// Who reviews the breaking of the glass afterwards.
    pub(crate) reviewer: Option<Person>,
    /// When it was made.
    pub(crate) created: String,
    /// Until when a decision is waited for, and an approval of a command is good.
    pub(crate) expires: String,
    /// How it came out of `pending`; none while it waits.
    pub(crate) ended: Option<Ended>,
    /// Whether whoever reads this could decide it now.
    pub(crate) yours_to_decide: bool,
}

/// A command that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Command {
    /// Its session.
    pub(crate) session: String,
    /// Its number there.
    pub(crate) number: u64,
    /// Its most consequential effect.
    pub(crate) verb: String,
    /// The protocol's word for it.
    pub(crate) name: String,
    /// How sure that is: `opaque`, `lexed` or `full`.
    pub(crate) certainty: String,
    /// `prepare`, `bind` or `run`.
    pub(crate) phase: String,
    /// How it waits: `session` or `resubmit`.
    pub(crate) wait: String,
    /// Whether locks are held while it waits.
    pub(crate) in_transaction: bool,
    /// Names exactly this command by exactly this person. Whoever approves sends it, so that it is what they have read.
    pub(crate) digest: String,
    /// What would run, whole, with a mark in the place of each credential. Only where one request is asked for.
    pub(crate) text: Option<Octets>,
    /// Parameters, those of a known binary form as text; `null` is NULL. Only together with the text.
    pub(crate) parameters: Option<Vec<Option<Octets>>>,
    /// What stands before it in its message, with a mark in the place of each credential; absent unless other commands stand in
    /// the message. Only together with the text.
    pub(crate) before: Option<Octets>,
    /// The same for what stands behind it.
    pub(crate) after: Option<Octets>,
}

/// A time that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Window {
    /// From when; none = from the approval on.
    pub(crate) from: Option<String>,
    /// For how long.
    pub(crate) seconds: u64,
}

/// Somebody agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Approval {
    /// Who.
    pub(crate) by: Person,
    /// When.
    pub(crate) at: String,
    /// What they wrote.
    pub(crate) note: Option<String>,
}

/// How a request came out of `pending`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Ended {
    /// When.
    pub(crate) at: String,
    /// Who rejected or withdrew it; nobody when time or the gateway did.
    pub(crate) by: Option<Person>,
    /// Why.
    pub(crate) reason: Option<String>,
}

impl Request {
    /// Without what would run: in lists, and in answers that are kept.
    pub(crate) fn without_text(mut self) -> Self {
        if let Some(command) = &mut self.command {
            (command.text, command.parameters) = (None, None);
            (command.before, command.after) = (None, None);
        }
        self
    }
}

impl From<control::Request> for Request {
    fn from(request: control::Request) -> Self {
        Self {
            id: request.id.to_string(),
            kind: word(&request.kind),
            state: word(&request.state),
            revision: request.revision,
            requester: request.requester.into(),
            requester_name: request.requester_name,
            human: request.human.into(),
            resource: request.resource.to_string(),
            account: request.account,
            database: request.database,
            client: request.client.to_string(),
            program: request.program,
            reason: request.reason,
            command: request.command.map(Command::from),
            window: request.window.map(Window::from),
            policies: request.policies,
            masks: request.masks,
            policy_version: request.policy_version,
            requirements: request.requirements.iter().map(ToString::to_string).collect(),
            approvals: request.approvals.into_iter().map(Approval::from).collect(),
            reviewer: request.reviewer.map(Person::from),
            created: rfc3339(request.created_us),
            expires: rfc3339(request.expires_us),
            ended: request.ended.map(Ended::from),
            yours_to_decide: request.yours_to_decide,
        }
    }
}

impl From<control::HeldCommand> for Command {
    fn from(command: control::HeldCommand) -> Self {
        let octets = |parameter: &Option<bytes::Bytes>| parameter.as_deref().map(Octets::of);
        let around = command.text.as_ref().and_then(|text| text.around.as_ref());
        Self {
            session: command.session.to_string(),
            number: command.number,
            verb: command.verb,
            name: command.name,
            certainty: command.certainty,
            phase: command.phase,
            wait: word(&command.wait),
            in_transaction: command.in_transaction,
            digest: command.digest,
            before: around.map(|around| Octets::of(&around.before)),
            after: around.map(|around| Octets::of(&around.after)),
            parameters: command.text.as_ref().map(|text| text.parameters.iter().map(octets).collect()),
            text: command.text.map(|text| Octets::of(&text.text)),
        }
    }
}

impl From<control::Window> for Window {
    fn from(window: control::Window) -> Self {
        Self { from: window.from_us.map(rfc3339), seconds: window.lasts_us / 1_000_000 }
    }
}

impl From<control::Approval> for Approval {
    fn from(approval: control::Approval) -> Self {
        Self { by: approval.by.into(), at: rfc3339(approval.at_us), note: approval.note }
    }
}

impl From<control::Ended> for Ended {
    fn from(ended: control::Ended) -> Self {
        Self { at: rfc3339(ended.at_us), by: ended.by.map(Person::from), reason: ended.reason }
    }
}
