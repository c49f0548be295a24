//! Who people are, and how they prove it.

use model::{Challenge, CredentialId, Principal, Proof, Public};

use crate::Later;

/// A verified identity.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Who.
    pub principal: Principal,
    /// Which credential proved it.
    pub credential: CredentialId,
    /// What SCRAM sends back: ServerSignature.
    pub signature: Option<[u8; 32]>,
}

/// Identity was not proved. The client learns no more than that; `why` is for the gateway's own log and record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not identified: {why}")]
pub struct NotIdentified {
    /// Words of ours: `unknown person`, `wrong password`, `expired token`, `revoked token`.
    pub why: &'static str,
}

/// The directory of people, service accounts and agents.
pub trait Directory: Send + Sync {
    /// The challenge for a person.
    fn challenge(&self, person: &str) -> Later<Challenge>;

    /// Who this is, or why not.
    fn identify(&self, person: &str, proof: Proof) -> Later<Result<Verified, NotIdentified>>;

    /// Ends when the credential is revoked or its person is gone, with what the client is told. Held by live sessions.
    fn revoked(&self, credential: &CredentialId, principal: &Principal) -> Later<Public>;
}
