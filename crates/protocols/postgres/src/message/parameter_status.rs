//! ParameterStatus: a setting of the target that matters to clients.

use wire::{Malformed, Reader};

/// Name and value.
pub(crate) fn parse(body: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let mut reader = Reader::new(body);
    let name = reader.c_str()?;
    let value = reader.c_str()?;
    reader.finish()?;
    Ok((name, value))
}
