//! CopyFail: the client gives up a COPY, and says why.

use bytes::Bytes;
use wire::Malformed;

use super::body;

/// Checks the frame.
pub(crate) fn check(frame: &Bytes) -> Result<(), Malformed> {
    let mut reader = body(frame)?;
    reader.c_str()?;
    reader.finish()
}

/// Checks a frame that is nothing but its tag: Sync, Flush, Terminate, CopyDone.
pub(crate) fn check_empty(frame: &Bytes) -> Result<(), Malformed> {
    body(frame)?.finish()
}
