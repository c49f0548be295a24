//! FunctionCall: a function is called by its OID, without SQL.

use bytes::Bytes;
use wire::Malformed;

use super::bind::{Formats, formats};
use super::{body, count, slice, value};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionCall {
    pub(crate) oid: u32,
    pub(crate) arguments: Vec<Option<Bytes>>,
}

impl FunctionCall {
    pub(crate) fn read(frame: &Bytes) -> Result<Self, Malformed> {
        let mut reader = body(frame)?;
        let oid = reader.u32()?;
        let Formats { count: formats, .. } = formats(&mut reader)?;
        let values = count(&mut reader)?;
        if formats > 1 && formats != values {
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
        Ok(Self { oid, arguments })
    }
}
