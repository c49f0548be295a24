//! Query: statements as one text.

use bytes::Bytes;
use wire::Malformed;

use super::{body, slice};

/// The text of a Query frame, without its NUL.
pub(crate) fn parse(frame: &Bytes) -> Result<Bytes, Malformed> {
    let mut reader = body(frame)?;
    let text = slice(frame, reader.c_str()?);
    reader.finish()?;
    Ok(text)
}
