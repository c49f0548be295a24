//! Where a held command waits for a human.

use std::net::IpAddr;
use std::time::Duration;

use model::{
    ActionText, Around, CommandId, HoldTerms, Principal, PrincipalId, Public, RequestId, Requirement, ResourceName,
    SessionId,
};

use crate::Later;

/// A command that waits.
#[derive(Clone, Debug)]
pub struct HoldRequest {
    /// Its name, also in the record of the hold.
    pub id: RequestId,
    /// The session it waits in.
    pub session: SessionId,
    /// Its number there.
    pub command: CommandId,
    /// Who wants it.
    pub principal: Principal,
    /// On what.
    pub resource: ResourceName,
    /// As which upstream account.
    pub account: String,
    /// In which database or the like.
    pub database: Option<String>,
    /// From which address.
    pub client: IpAddr,
    /// What the client program calls itself.
    pub program: Option<String>,
    /// The command, with a mark in the place of each credential.
    pub action: ActionText,
    /// What stands around it in its message, when other commands do. They are decided on their own.
    pub around: Option<Around>,
    /// Whether marks stand in it, so that not all of what would run can be seen.
    pub left_out: bool,
    /// Whether parameters of it are in a binary form that is not understood, which shows nobody what they are.
    pub binary: bool,
    /// Whether it waits inside a transaction, so that locks are held.
    pub in_transaction: bool,
    /// SHA-256 over the exact command and where it would run (`engine::binding`): what an approval is for. Of low entropy when
    /// the command is, so it is kept under a key only.
    pub binding: [u8; 32],
    /// The policies that hold it.
    pub policies: Vec<String>,
    /// The version of the policy that holds it.
    pub policy_version: String,
    /// Who must agree, and how it waits.
    pub terms: HoldTerms,
}

/// How the waiting ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// Enough people said yes, and the approval was used up by this answer. It is decided once more with what was met.
    Approved {
        /// Who.
        by: Vec<PrincipalId>,
        /// What they met, by their groups at this moment.
        met: Vec<Requirement>,
    },
    /// Somebody said no.
    Rejected {
        /// Who.
        by: Vec<PrincipalId>,
        /// What the client is told.
        reason: Public,
    },
    /// Nobody answered in time; what the client is told.
    Expired(Public),
    /// It is asked for; the client is told to come again with the same command.
    Deferred(Public),
}

/// A wait under way. Dropping it withdraws the request.
pub struct Held {
    /// What the client is told at once, and again every so often, so that nothing on the way believes the connection dead.
    pub notice: Public,
    /// How often.
    pub repeat: Duration,
    /// Ends by event when the decision is made; never by polling.
    pub end: Later<HoldEnd>,
}

/// The desk where requests for approval are handed in.
pub trait Approvals: Send + Sync {
    /// Hands in a request. `notice` is the policy's text for the client.
    ///
    /// # Errors
    /// When no request can be taken; the command is then refused with this text.
    fn hold(&self, request: HoldRequest, notice: Public) -> Result<Held, Public>;
}
