//! Execute: a portal runs, wholly or for some rows.

use bytes::Bytes;
use wire::Malformed;

use super::{body, slice};

/// The portal that is to run.
pub(crate) fn parse(frame: &Bytes) -> Result<Bytes, Malformed> {
    let mut reader = body(frame)?;
    let portal = slice(frame, reader.c_str()?);
    reader.u32()?;
    reader.finish()?;
    Ok(portal)
}
