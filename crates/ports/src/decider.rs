//! Who decides.

use std::net::IpAddr;
use std::sync::Arc;

use model::{
    Account, Action, CredentialId, Decision, Meter, Obligations, Principal, Public, Requirement, Resource, SessionId,
};

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

    /// What counts the rows of a command that is allowed with these obligations; asked when it gets leave and they hold rates.
    /// Without a book to count in, none are shown.
    fn meter(&self, _: Who<'_>, _: &Obligations) -> Arc<dyn Meter> {
        Arc::new(Nothing)
    }

    /// Ends when the session would not be admitted any more, with what the client is told: another policy, a group that was
    /// left, a grant that ran out, an order to end it. Held by live sessions.
    fn ended(&self, who: Who<'_>) -> Later<Public>;
}

/// Shows no row.
#[derive(Debug)]
struct Nothing;

impl Meter for Nothing {
    fn take(&self) -> Result<(), Public> {
        Err(Public::internal())
    }
}
