//! Base64 in its one form: the standard alphabet, padded, no bits left over.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text is not base64, or not of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not base64 of the right length")]
pub struct Base64Error;

pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Base64Error> {
    STANDARD.decode(text).map_err(|_| Base64Error)
}

/// Exactly `N` bytes.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], Base64Error> {
    let mut bytes = [0; N];
    // A longer text would not fit, a shorter one would not fill.
    match STANDARD.decode_slice(text, &mut bytes) {
        Ok(filled) if filled == N => Ok(bytes),
        _ => Err(Base64Error),
    }
}
