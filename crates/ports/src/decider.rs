//! Who decides.

use std::net::IpAddr;

use model::{Account, Action, CredentialId, Decision, Principal, Public, Requirement, Resource, SessionId};

use crate::Later;

/// Whose wish is decided, on what, from where.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The session that is, or would be, theirs.
    pub session: SessionId,
    /// The person or program.
    pub principal: &'a Principal,
    /// How it proved itself.
    pub credential: &'a CredentialId,
    /// The target.
    pub resource: &'a Resource,
    /// The upstream account.
    pub account: &'a Account,
    /// The database or its like, as the client named it.
    pub database: Option<&'a str>,
    /// The client's address.
    pub client: IpAddr,
    /// What the client program calls itself: proves nothing.
    pub program: Option<&'a str>,
}

/// The policy. Answers at once, without waiting for anything: it runs inside the relay.
pub trait Decider: Send + Sync {
    /// May this session begin? A `Hold` means that access must be asked for first, elsewhere.
    fn admit(&self, who: Who<'_>) -> Decision;

    /// May this command happen? `met` is what humans have agreed to for exactly this command.
    fn decide(&self, who: Who<'_>, action: &Action, met: &[Requirement]) -> Decision;

    /// Ends when the session would not be admitted any more, with what the client is told: another policy, a group that was
    /// left, a grant that ran out, an order to end it. Held by live sessions.
    fn ended(&self, who: Who<'_>) -> Later<Public>;
}
