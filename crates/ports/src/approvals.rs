//! Where a held command waits for a human.

use model::{ActionText, CommandId, Principal, PrincipalId, Public, ResourceName, SessionId};

use crate::Later;

/// A command that waits.
#[derive(Clone, Debug)]
pub struct HoldRequest {
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
    /// The command, with a mark in the place of each credential.
    pub action: ActionText,
    /// The policies that hold it.
    pub policies: Vec<String>,
}

/// How the waiting ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// Somebody else said yes.
    Approved {
        /// Who.
        by: Vec<PrincipalId>,
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
}

/// A wait under way. Dropping it withdraws the request.
pub struct Held {
    /// What the client is told at once.
    pub notice: Public,
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
