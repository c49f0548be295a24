//! FunctionCall: a function is called by its OID, without SQL.

use bytes::Bytes;
use wire::Malformed;

use super::bind::formats;
use super::{body, count, slice, value};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionCall {
    pub(crate) oid: u32,
    pub(crate) arguments: Vec<Option<Bytes>>,
    /// Whether any of them is in its type's binary form.
    pub(crate) binary: bool,
}

impl FunctionCall {
    pub(crate) fn read(frame: &Bytes) -> Result<Self, Malformed> {
        let mut reader = body(frame)?;
        let oid = reader.u32()?;
        let formats = formats(&mut reader)?;
        let values = count(&mut reader)?;
        if formats.count > 1 && formats.count != values {
            return Err(Malformed("a FunctionCall has formats for another number of arguments"));
        }
        let mut arguments = Vec::new();
        for _ in 0..values {
            arguments.push(value(&mut reader)?.map(|part| slice(frame, part)));
        }
        if reader.u16()? > 1 {
            return Err(Malformed("a format code is neither text nor binary"));
        }
        reader.finish()?;
        let binary = !formats.of(&arguments).is_empty();
        Ok(Self { oid, arguments, binary })
    }
}
