//! Makes logs from nothing: entries become leaves, leaves become files, and a test key signs.

mod disk;
mod entry;
mod payload;
mod sequence;
mod story;

pub use disk::{publish, sign, write_keys};
pub use entry::{Body, Entry, Value, int, list, map, text};
pub use payload::{commitment, encrypt, master, seal, wrapped};
pub use sequence::{Leaf, sequence};
pub use story::{GATEWAY, SECOND_GATEWAY, Story, session, story};

use ed25519_dalek::SigningKey;
use tlog::note::VerifierKey;

/// Name of the log.
pub const ORIGIN: &str = "signet.test/log";

/// The key that signs.
pub fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[4; 32])
}

/// Somebody else's key of the same name.
pub fn other_key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

/// A key as verifiers take it.
pub fn verifier_key(key: &SigningKey) -> VerifierKey {
    VerifierKey::new(ORIGIN, key.verifying_key().to_bytes()).unwrap()
}
