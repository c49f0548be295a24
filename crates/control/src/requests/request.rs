//! A request as people see it.

use std::net::IpAddr;

use bytes::Bytes;
use model::{Around, PrincipalId, RequestId, Requirement, ResourceName, SessionId, Wait};
use store::{RequestKind, RequestState};

/// A request for approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its name.
    pub id: RequestId,
    /// What is asked for.
    pub kind: RequestKind,
    /// Where it stands. What is past its time is shown as expired.
    pub state: RequestState,
    /// Grows with each change of any request.
    pub revision: u64,
    /// Who asks.
    pub requester: PrincipalId,
    /// Their name for people.
    pub requester_name: String,
    /// The human who answers for them.
    pub human: PrincipalId,
    /// On what.
    pub resource: ResourceName,
    /// As which upstream account; none for breaking the glass and for revealing, which are for all that the person may use.
    pub account: Option<String>,
    /// In which database or the like.
    pub database: Option<String>,
    /// From which address it was asked.
    pub client: IpAddr,
    /// What the client program calls itself.
    pub program: Option<String>,
    /// Why, in the requester's words.
    pub reason: Option<String>,
    /// The command that waits.
    pub command: Option<HeldCommand>,
    /// The time that is asked for.
    pub window: Option<Window>,
    /// The policies that ask for approval; of revealing, the one that would mask nothing.
    pub policies: Vec<String>,
    /// What that one masked when it was asked for: what would be shown, and no more.
    pub masks: Vec<String>,
    /// The version of them.
    pub policy_version: String,
    /// Who must agree. Empty for breaking the glass, to which two others with the role approver or administrator must.
    pub requirements: Vec<Requirement>,
    /// Who has agreed, oldest first.
    pub approvals: Vec<Approval>,
    /// Who reviews the breaking of the glass afterwards.
    pub reviewer: Option<PrincipalId>,
    /// When it was made, microseconds since 1970 UTC.
    pub created_us: u64,
    /// Until when a decision is waited for, and an approval of a command is good.
    pub expires_us: u64,
    /// How it came out of `pending`; none while it waits.
    pub ended: Option<Ended>,
    /// Whether this caller could decide it now.
    pub yours_to_decide: bool,
}

/// A command that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCommand {
    /// Its session.
    pub session: SessionId,
    /// Its number there.
    pub number: u64,
    /// Its most consequential effect.
    pub verb: String,
    /// The protocol's word for it.
    pub name: String,
    /// How sure that is: `opaque`, `lexed` or `full`.
    pub certainty: String,
    /// `prepare`, `bind` or `run`.
    pub phase: String,
    /// How it waits.
    pub wait: Wait,
    /// Whether locks are held while it waits.
    pub in_transaction: bool,
    /// Names exactly this command by exactly this person: hexadecimal, under a key of the instance.
    pub digest: String,
    /// What would run. None where reading it is put on record: only `Control::request` shows it then.
    pub text: Option<CommandText>,
}

/// What would run, whole, with a mark in the place of each credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandText {
    /// The text; not necessarily UTF-8. Whoever prints it escapes it.
    pub text: Bytes,
    /// Parameters as people read them; `None` = NULL.
    pub parameters: Vec<Option<Bytes>>,
    /// What stands around it in its message, when other commands do.
    pub around: Option<Around>,
}

/// Somebody agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: PrincipalId,
    /// When.
    pub at_us: u64,
    /// What they wrote.
    pub note: Option<String>,
}

/// How a request came out of `pending`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at_us: u64,
    /// Who rejected or withdrew it; nobody when time or the gateway did.
    pub by: Option<PrincipalId>,
    /// Why.
    pub reason: Option<String>,
}

/// A time that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// From when; none = from the approval on.
    pub from_us: Option<u64>,
    /// For how long, microseconds.
    pub lasts_us: u64,
}

/// Which requests are listed. The default is all that the caller may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// In one of these states; empty = any.
    pub states: Vec<RequestState>,
    /// Of that kind only.
    pub kind: Option<RequestKind>,
    /// Those of the caller, and of their services and agents, only.
    pub mine: bool,
    /// Those that the caller could decide now only.
    pub to_decide: bool,
}

/// How many requests wait that somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// All of them.
    pub requests: usize,
    /// Those that they could decide now.
    pub yours: usize,
    /// Whether there are more than were counted.
    pub more: bool,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// What comes after that one: `Paged::next` of the part before.
    pub after: Option<RequestId>,
    /// How many at most; 1 to 200.
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, limit: 50 }
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// The part. It may be short, or empty, though there is more.
    pub items: Vec<T>,
    /// Where the next part begins; none at the end.
    pub next: Option<RequestId>,
}
