//! What the target said, read strictly as far as it matters here.

use wire::Malformed;

use crate::message::error::Error;
use crate::message::ready::Transaction;
use crate::message::{command_complete, error, parameter_description, ready, row_description};

/// A message of the target.
#[derive(Clone, Debug)]
pub(super) enum Said {
    ParseComplete,
    BindComplete,
    CloseComplete,
    /// With the types of the parameters.
    ParameterDescription(Vec<u32>),
    RowDescription(u16),
    NoData,
    CommandComplete(Option<u64>),
    EmptyQuery,
    Suspended,
    CopyIn,
    CopyOut,
    CopyBoth,
    CopyDone,
    FunctionResult,
    Ready(Transaction),
    Error(error::Error),
    /// Has no place in a relay.
    OutOfPlace,
    /// A notice, a notification, or something that is not known here: it passes.
    Passing,
}

impl Said {
    /// Reads a whole message; DataRow, CopyData and ParameterStatus are looked at elsewhere.
    pub(super) fn read(tag: u8, body: &[u8]) -> Result<Self, Malformed> {
        let said = match tag {
            b'1' => Self::ParseComplete,
            b'2' => Self::BindComplete,
            b'3' => Self::CloseComplete,
            b't' => Self::ParameterDescription(parameter_description::parse(body)?),
            b'T' => Self::RowDescription(row_description::parse(body)?),
            b'n' => Self::NoData,
            b'C' => Self::CommandComplete(command_complete::parse(body)?),
            b'I' => Self::EmptyQuery,
            b's' => Self::Suspended,
            b'G' => Self::CopyIn,
            b'H' => Self::CopyOut,
            b'W' => Self::CopyBoth,
            b'c' => Self::CopyDone,
            b'V' => Self::FunctionResult,
            b'Z' => Self::Ready(ready::parse(body)?),
            b'E' => Self::Error(Error::read(body)?),
            b'R' | b'K' | b'v' => Self::OutOfPlace,
            _ => Self::Passing,
        };
        let empty = matches!(tag, b'1' | b'2' | b'3' | b'n' | b'I' | b's' | b'c');
        if empty && !body.is_empty() { Err(Malformed("a frame is longer than its fields")) } else { Ok(said) }
    }
}
