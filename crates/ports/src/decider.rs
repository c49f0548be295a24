//! Who decides.

use model::{Account, Action, CredentialId, Principal, Resource, Verdict};

/// Whose wish is decided, on what.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The person or program.
    pub principal: &'a Principal,
    /// How it proved itself.
    pub credential: &'a CredentialId,
    /// The target.
    pub resource: &'a Resource,
    /// The upstream account.
    pub account: &'a Account,
}

/// The policy. Answers at once, without waiting for anything: it runs inside the relay.
pub trait Decider: Send + Sync {
    /// The version of the policy in force, for the records.
    fn version(&self) -> String;

    /// May this session begin? A `Hold` is not an answer here and counts as a denial.
    fn admit(&self, who: Who<'_>) -> Verdict;

    /// May this command happen?
    fn decide(&self, who: Who<'_>, action: &Action) -> Verdict;
}
