//! The arithmetic of SCRAM-SHA-256 (RFC 5802, RFC 7677), seen from the server.

use std::num::NonZeroU32;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

/// PBKDF2 rounds. Tokens are random, so the rounds protect nothing; clients refuse fewer than RFC 7677's 4096.
pub(crate) const ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4095);

/// What is kept of a password.
pub(crate) struct Keys {
    pub(crate) stored: [u8; 32],
    pub(crate) server: [u8; 32],
}

/// Derives the keys of a password that is plain ASCII, which SASLprep leaves as it is. Costs milliseconds.
pub(crate) fn derive(password: &[u8], salt: &[u8]) -> Keys {
    let mut salted = Zeroizing::new([0; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, salt, password, salted.as_mut_slice());
    let client_key = Zeroizing::new(sign(salted.as_slice(), b"Client Key"));
    Keys { stored: hash(client_key.as_slice()), server: sign(salted.as_slice(), b"Server Key") }
}

/// Whether the proof was made with the key whose hash is `stored`.
pub(crate) fn proves(stored: &[u8; 32], auth_message: &[u8], proof: &[u8; 32]) -> bool {
    let mut client_key = Zeroizing::new(sign(stored, auth_message));
    client_key.iter_mut().zip(proof).for_each(|(byte, other)| *byte ^= other);
    verify_slices_are_equal(&hash(client_key.as_slice()), stored).is_ok()
}

/// HMAC-SHA-256: ServerSignature, when the key is ServerKey and the text AuthMessage.
pub(crate) fn sign(key: &[u8], text: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
    array(tag.as_ref())
}

fn hash(text: &[u8]) -> [u8; 32] {
    array(digest::digest(&digest::SHA256, text).as_ref())
}

/// SHA-256 has 32 bytes.
fn array(bytes: &[u8]) -> [u8; 32] {
    let mut array = [0; 32];
    array.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    array
}
