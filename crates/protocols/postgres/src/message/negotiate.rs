//! NegotiateProtocolVersion: which minor version and which options are not known here.

use bytes::{BufMut, Bytes};

use crate::frame::{frame, put_c_str};

/// The message: the version that is spoken, and the options that are not.
pub(crate) fn build(version: u32, unknown: &[Bytes]) -> Bytes {
    frame(b'v', |body| {
        body.put_u32(version);
        body.put_u32(u32::try_from(unknown.len()).unwrap_or(u32::MAX));
        for option in unknown {
            put_c_str(body, option);
        }
    })
}
