//! Describe: what a statement takes or a portal returns. Close has the same fields.

use bytes::Bytes;
use wire::Malformed;

use super::{body, slice};

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Statement,
    Portal,
}

/// Reads kind and name.
pub(crate) fn parse(frame: &Bytes) -> Result<(Kind, Bytes), Malformed> {
    let mut reader = body(frame)?;
    let kind = match reader.u8()? {
        b'S' => Kind::Statement,
        b'P' => Kind::Portal,
        _ => return Err(Malformed("a name is neither of a statement nor of a portal")),
    };
    let name = slice(frame, reader.c_str()?);
    reader.finish()?;
    Ok((kind, name))
}
