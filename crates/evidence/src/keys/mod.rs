//! Keys: the master key of the gateway wraps the key of each chain, and that one encrypts what people typed and were shown
//! and commits to it (docs/evidence-format.md, section 4).

mod chain;
mod master;
#[cfg(test)]
mod tests;

pub(crate) use chain::{ChainKey, Kind, Plain, Sealed, Whole};
pub use master::KeyError;
pub(crate) use master::MasterKey;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroizing;

/// 32 secret bytes.
type Secret = Zeroizing<[u8; 32]>;

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

/// HKDF-SHA-256 without salt, 32 bytes.
fn derive(secret: &Secret, info: &[u8]) -> Option<Secret> {
    let mut derived = Zeroizing::new([0; 32]);
    let pseudorandom = Salt::new(HKDF_SHA256, &[]).extract(secret.as_slice());
    pseudorandom.expand(&[info], Bytes32).ok()?.fill(derived.as_mut_slice()).ok()?;
    Some(derived)
}

fn random() -> Option<Secret> {
    let mut secret = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(secret.as_mut_slice()).ok()?;
    Some(secret)
}
