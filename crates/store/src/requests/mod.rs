//! Requests for approval and what people said about them. A request changes its state by compare-and-swap only, and each
//! change gives it the next revision, so that whoever follows reads rows and needs no messages.

pub(crate) mod change;
pub(crate) mod read;
mod sealed;
#[cfg(test)]
mod tests;

use model::{PrincipalId, RequestId, Requirement, ResourceName, SessionId, Wait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use change::Move;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// That one command may happen.
    Command,
    /// Access to a resource for a time.
    Access,
    /// To break the glass on a resource.
    BreakGlass,
    /// To be shown for a time what one policy masks on a resource.
    Reveal,
}

impl RequestKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Command, Self::Access, Self::BreakGlass, Self::Reveal];

    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Access => "access",
            Self::BreakGlass => "break_glass",
            Self::Reveal => "reveal",
        }
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It waits for people.
    Pending,
    /// Enough have agreed.
    Approved,
    /// The approval was used, which happens once.
    Used,
    /// Somebody said no.
    Rejected,
    /// Its time is over.
    Expired,
    /// Its requester took it back, or left.
    Withdrawn,
    /// What it was for is gone: the gateway was restarted, or who agreed may not agree any more.
    Void,
}

impl RequestState {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Pending, Self::Approved, Self::Used, Self::Rejected, Self::Expired, Self::Withdrawn, Self::Void];

    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Used => "used",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Void => "void",
        }
    }
}

/// A request as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Its name.
    pub id: RequestId,
    /// What is asked for.
    pub kind: RequestKind,
    /// Where it stands.
    pub state: RequestState,
    /// Which change of all requests was its last. Given by the store.
    pub revision: u64,
    /// The gateway that took it.
    pub gateway: String,
    /// Which run of that gateway.
    pub run: Uuid,
    /// Who asks.
    pub requester: PrincipalId,
    /// Their name for people.
    pub requester_name: String,
    /// The human who answers for them.
    pub human: PrincipalId,
    /// On what.
    pub resource: ResourceName,
    /// As which upstream account.
    pub account: Option<String>,
    /// In which database or the like.
    pub database: Option<String>,
    /// From which address.
    pub client: String,
    /// What the client program calls itself.
    pub program: Option<String>,
    /// The policies that ask for approval; of revealing, the one that would be lifted.
    pub policies: Vec<String>,
    /// Of revealing, the texts of what that one masks.
    pub masks: Vec<String>,
    /// The version of them.
    pub policy_version: String,
    /// Who must agree.
    pub requirements: Vec<Requirement>,
    /// When it was made, microseconds since 1970 UTC.
    pub created_us: u64,
    /// From then on it can be neither decided nor used.
    pub expires_us: u64,
    /// The command, when it is for one.
    pub command: Option<CommandRow>,
    /// Why, in the requester's words.
    pub reason: Option<String>,
    /// From when access is wanted; none = from the approval on.
    pub from_us: Option<u64>,
    /// For how long, microseconds.
    pub lasts_us: Option<u64>,
    /// Who reviews a broken glass.
    pub reviewer: Option<PrincipalId>,
    /// Its last change of state.
    pub ended: Option<EndedRow>,
    /// Who has agreed, oldest first.
    pub approvals: Vec<ApprovalRow>,
}

/// A held command as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRow {
    /// Its session.
    pub session: SessionId,
    /// Its number there.
    pub number: u64,
    /// Its most consequential effect.
    pub verb: String,
    /// The protocol's word.
    pub name: String,
    /// How sure that is.
    pub certainty: String,
    /// Prepared, bound or run.
    pub phase: String,
    /// How it waits.
    pub wait: Wait,
    /// Whether locks are held while it waits.
    pub in_transaction: bool,
    /// Its text and parameters, sealed.
    pub sealed: Vec<u8>,
    /// Names exactly this command.
    pub binding: [u8; 32],
}

/// One human's agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRow {
    /// The human.
    pub human: PrincipalId,
    /// As whom they signed in.
    pub by: PrincipalId,
    /// When.
    pub at_us: u64,
    /// What they wrote.
    pub note: Option<String>,
}

/// The last change of a request's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndedRow {
    /// When.
    pub at_us: u64,
    /// By whom; nobody when time or the gateway did it.
    pub by: Option<PrincipalId>,
    /// Why.
    pub reason: Option<String>,
}

/// Which requests are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestsWanted {
    /// In one of these states; empty = any.
    pub states: Vec<RequestState>,
    /// Of that kind.
    pub kind: Option<RequestKind>,
    /// For which that human answers.
    pub human: Option<PrincipalId>,
    /// Older than that one.
    pub after: Option<RequestId>,
    /// How many at most.
    pub limit: u32,
}
