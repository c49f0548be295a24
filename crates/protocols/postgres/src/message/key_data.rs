//! BackendKeyData: what a cancel must show. The target's own stays here; the client gets a secret of ours.

use bytes::{BufMut, Bytes, BytesMut};
use wire::{Malformed, Reader};

use crate::frame::frame;

/// A process number and a secret, as they stand together on the wire.
pub(crate) fn parse(body: &[u8]) -> Result<(u32, &[u8]), Malformed> {
    let mut reader = Reader::new(body);
    let process = reader.u32()?;
    let secret = reader.rest();
    if (4..=256).contains(&secret.len()) {
        Ok((process, secret))
    } else {
        Err(Malformed("a cancel key has an impossible length"))
    }
}

/// Process number and secret as one key.
pub(crate) fn key(process: u32, secret: &[u8]) -> Bytes {
    let mut key = BytesMut::with_capacity(secret.len().saturating_add(4));
    key.put_u32(process);
    key.extend_from_slice(secret);
    key.freeze()
}

/// The message with this key.
pub(crate) fn build(key: &[u8]) -> Bytes {
    frame(b'K', |body| body.extend_from_slice(key))
}
