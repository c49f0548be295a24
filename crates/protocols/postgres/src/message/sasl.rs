//! SASLInitialResponse, SASLResponse and PasswordMessage: the three meanings of the tag `p`.

use bytes::{BufMut, Bytes};
use model::Secret;
use wire::Malformed;
use zeroize::Zeroizing;

use super::{body, slice, value};
use crate::frame::{HEADER, frame, length, put_c_str};

/// The chosen mechanism and the first message of the client.
pub(crate) fn parse_initial(frame: &Bytes) -> Result<(Bytes, Bytes), Malformed> {
    let mut reader = body(frame)?;
    let mechanism = slice(frame, reader.c_str()?);
    let data = value(&mut reader)?.ok_or(Malformed("a sign-in begins without its first message"))?;
    let data = slice(frame, data);
    reader.finish()?;
    Ok((mechanism, data))
}

/// A later message of the client.
pub(crate) fn parse_response(frame: &Bytes) -> Result<Bytes, Malformed> {
    let mut reader = body(frame)?;
    Ok(slice(frame, reader.rest()))
}

/// SASLInitialResponse.
pub(crate) fn initial(mechanism: &str, data: &[u8]) -> Bytes {
    frame(b'p', |body| {
        put_c_str(body, mechanism.as_bytes());
        body.put_u32(length(data.len()).saturating_sub(4));
        body.extend_from_slice(data);
    })
}

/// SASLResponse.
pub(crate) fn response(data: &[u8]) -> Bytes {
    frame(b'p', |body| body.extend_from_slice(data))
}

/// PasswordMessage. Its bytes are wiped when they have been sent.
pub(crate) fn password(password: &Secret) -> Bytes {
    let password = password.reveal().split(|byte| *byte == 0).next().unwrap_or_default();
    let body = password.len().saturating_add(1);
    // With its full size at once, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(body.saturating_add(HEADER)));
    bytes.put_u8(b'p');
    bytes.put_u32(length(body));
    bytes.extend_from_slice(password);
    bytes.put_u8(0);
    Bytes::from_owner(bytes)
}
