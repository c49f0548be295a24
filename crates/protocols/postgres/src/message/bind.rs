//! Bind: a statement gets its parameters and becomes a portal.

use bytes::Bytes;
use wire::{Malformed, Reader};

use super::{body, count, slice, value};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bind {
    /// Empty = the unnamed portal.
    pub(crate) portal: Bytes,
    pub(crate) statement: Bytes,
    /// As they stand on the wire; `None` = NULL.
    pub(crate) parameters: Vec<Option<Bytes>>,
    /// Whether any of them is in its type's binary form.
    pub(crate) binary: bool,
}

impl Bind {
    pub(crate) fn read(frame: &Bytes) -> Result<Self, Malformed> {
        let mut reader = body(frame)?;
        let portal = slice(frame, reader.c_str()?);
        let statement = slice(frame, reader.c_str()?);
        let Formats { count: formats, binary } = formats(&mut reader)?;
        let values = count(&mut reader)?;
        if formats > 1 && formats != values {
            return Err(Malformed("a Bind has formats for another number of parameters"));
        }
        let mut parameters = Vec::new();
        for _ in 0..values {
            parameters.push(value(&mut reader)?.map(|part| slice(frame, part)));
        }
        self::formats(&mut reader)?;
        reader.finish()?;
        Ok(Self { portal, statement, parameters, binary })
    }
}

/// Format codes of one side.
pub(super) struct Formats {
    pub(super) count: usize,
    /// Whether any is binary.
    pub(super) binary: bool,
}

/// Format codes: 0 is text, 1 is binary; there are no others.
pub(super) fn formats(reader: &mut Reader<'_>) -> Result<Formats, Malformed> {
    let count = count(reader)?;
    let mut binary = false;
    for _ in 0..count {
        match reader.u16()? {
            0 => {}
            1 => binary = true,
            _ => return Err(Malformed("a format code is neither text nor binary")),
        }
    }
    Ok(Formats { count, binary })
}
