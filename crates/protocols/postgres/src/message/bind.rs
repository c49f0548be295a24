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
    /// Which of them (from 0) are in their types' binary form.
    pub(crate) binary: Vec<usize>,
}

impl Bind {
    pub(crate) fn read(frame: &Bytes) -> Result<Self, Malformed> {
        let mut reader = body(frame)?;
        let portal = slice(frame, reader.c_str()?);
        let statement = slice(frame, reader.c_str()?);
        let formats = formats(&mut reader)?;
        let values = count(&mut reader)?;
        if formats.count > 1 && formats.count != values {
            return Err(Malformed("a Bind has formats for another number of parameters"));
        }
        let mut parameters = Vec::new();
        for _ in 0..values {
            parameters.push(value(&mut reader)?.map(|part| slice(frame, part)));
        }
        let binary = formats.of(&parameters);
        self::formats(&mut reader)?;
        reader.finish()?;
        Ok(Self { portal, statement, parameters, binary })
    }
}

/// Format codes of one side.
pub(super) struct Formats {
    pub(super) count: usize,
    /// Which are binary.
    binary: Vec<usize>,
}

impl Formats {
    /// Which of these values (from 0) are in binary form. One format is that of all.
    pub(super) fn of(self, values: &[Option<Bytes>]) -> Vec<usize> {
        let is_there = |number: &usize| values.get(*number).is_some_and(Option::is_some);
        match (self.count, self.binary.is_empty()) {
            (_, true) => Vec::new(),
            (1, false) => (0..values.len()).filter(is_there).collect(),
            _ => self.binary.into_iter().filter(is_there).collect(),
        }
    }
}

/// Format codes: 0 is text, 1 is binary; there are no others.
pub(super) fn formats(reader: &mut Reader<'_>) -> Result<Formats, Malformed> {
    let count = count(reader)?;
    let mut binary = Vec::new();
    for number in 0..count {
        match reader.u16()? {
            0 => {}
            1 => binary.push(number),
            _ => return Err(Malformed("a format code is neither text nor binary")),
        }
    }
    Ok(Formats { count, binary })
}
