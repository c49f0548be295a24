//! What a stream is born with.

use model::{Limits, Principal, ResourceName};

/// What a stream knows when it begins.
pub struct Opening {
    /// The bounds it must keep.
    pub limits: Limits,
    /// Random bytes for nonces and keys.
    pub entropy: Entropy,
    /// How the resource is found.
    pub route: Route,
    /// Who is asking, when the leg already knows (SSH, an HTTP cookie); then `Identify` is not asked.
    pub principal: Option<Principal>,
    /// Whether the client may be served without TLS.
    pub plaintext_allowed: bool,
    /// Whether TLS can be offered to the client.
    pub tls_offered: bool,
}

/// How the resource of a connection is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The listener has one; names inside the protocol are the target's own.
    Fixed(ResourceName),
    /// The client names it: by TLS server name, or inside the protocol.
    Named,
}

/// The supply of random bytes of one stream. The engine fills it, so that a test can replay a stream to the letter.
pub struct Entropy {
    left: Vec<u8>,
}

/// More random bytes were taken than a stream is born with: a mistake of the protocol crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stream used more entropy than it was born with")]
pub struct EntropySpent;

impl Entropy {
    /// How many bytes a stream is born with.
    pub const BYTES: usize = 128;

    /// A supply of these bytes.
    pub fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self { left: bytes.to_vec() }
    }

    /// The next `N` bytes; never the same twice.
    ///
    /// # Errors
    /// When fewer than `N` are left.
    pub fn take<const N: usize>(&mut self) -> Result<[u8; N], EntropySpent> {
        let at = self.left.len().checked_sub(N).ok_or(EntropySpent)?;
        let taken = self.left.split_off(at);
        taken.try_into().map_err(|_| EntropySpent)
    }
}
