//! Parse: one statement is named and planned.

use bytes::Bytes;
use wire::Malformed;

use super::{body, count, slice};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parse {
    /// Empty = the unnamed statement.
    pub(crate) name: Bytes,
    pub(crate) text: Bytes,
    /// The numbers of the parameters' types, as far as they are given; 0 = the target finds it out.
    pub(crate) types: Vec<u32>,
}

impl Parse {
    pub(crate) fn read(frame: &Bytes) -> Result<Self, Malformed> {
        let mut reader = body(frame)?;
        let name = slice(frame, reader.c_str()?);
        let text = slice(frame, reader.c_str()?);
        let mut types = Vec::new();
        for _ in 0..count(&mut reader)? {
            types.push(reader.u32()?);
        }
        reader.finish()?;
        Ok(Self { name, text, types })
    }
}
