//! RowDescription: the columns of the rows that follow.

use wire::{Malformed, Reader};

/// The number of columns.
pub(crate) fn parse(body: &[u8]) -> Result<u16, Malformed> {
    let mut reader = Reader::new(body);
    let columns = reader.u16()?;
    for _ in 0..columns {
        reader.c_str()?;
        // Table, attribute, type, size, modifier, format.
        reader.bytes(18)?;
    }
    reader.finish()?;
    Ok(columns)
}
