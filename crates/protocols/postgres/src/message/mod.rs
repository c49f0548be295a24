//! The messages, one file each. Parsers are strict: they take the body of one frame and must consume all of it.

pub(crate) mod authentication;
pub(crate) mod bind;
pub(crate) mod close;
pub(crate) mod command_complete;
pub(crate) mod copy_fail;
pub(crate) mod data_row;
pub(crate) mod describe;
pub(crate) mod error;
pub(crate) mod execute;
pub(crate) mod function_call;
pub(crate) mod key_data;
pub(crate) mod negotiate;
pub(crate) mod parameter_description;
pub(crate) mod parameter_status;
pub(crate) mod parse;
pub(crate) mod query;
pub(crate) mod ready;
pub(crate) mod row_description;
pub(crate) mod sasl;
pub(crate) mod startup;

use bytes::Bytes;
use wire::{Malformed, Reader};

use crate::frame::HEADER;

/// The part of `frame` that `part` of its body is. No copy is made.
fn slice(frame: &Bytes, part: &[u8]) -> Bytes {
    if part.is_empty() { Bytes::new() } else { frame.slice_ref(part) }
}

/// A reader over the body of a whole frame.
fn body(frame: &Bytes) -> Result<Reader<'_>, Malformed> {
    let mut reader = Reader::new(frame);
    reader.bytes(HEADER)?;
    Ok(reader)
}

/// A count of 16 bits, as a size.
fn count(reader: &mut Reader<'_>) -> Result<usize, Malformed> {
    reader.u16().map(usize::from)
}

/// A value with its length before it; the length -1 is NULL.
pub(crate) fn value<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a [u8]>, Malformed> {
    match reader.u32()? {
        u32::MAX => Ok(None),
        length if length > i32::MAX.unsigned_abs() => Err(Malformed("a value has a negative length")),
        length => {
            let length = usize::try_from(length).map_err(|_| Malformed("a value is too long"))?;
            reader.bytes(length).map(Some)
        }
    }
}
