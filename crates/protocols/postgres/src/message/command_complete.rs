//! CommandComplete: a word for what was done, and often how many rows it touched.

use wire::{Malformed, Reader};

/// The number of rows in the tag, when it has one: `INSERT 0 5`, `SELECT 5`, `COPY 5`.
pub(crate) fn parse(body: &[u8]) -> Result<Option<u64>, Malformed> {
    let mut reader = Reader::new(body);
    let tag = reader.c_str()?;
    reader.finish()?;
    let last = tag.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    Ok(std::str::from_utf8(last).ok().and_then(|number| number.parse().ok()))
}
