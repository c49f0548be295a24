//! ParameterDescription: the types of a statement's parameters.

use wire::{Malformed, Reader};

use super::count;

/// The numbers of the types.
pub(crate) fn parse(body: &[u8]) -> Result<Vec<u32>, Malformed> {
    let mut reader = Reader::new(body);
    let mut types = Vec::new();
    for _ in 0..count(&mut reader)? {
        types.push(reader.u32()?);
    }
    reader.finish()?;
    Ok(types)
}
