//! The binary format: a beginning, rows of values with their lengths, and the number -1 at the end.

use bytes::{BufMut, BytesMut};
use wire::{Malformed, Reader};

use super::{Columns, End, NotACopy, Search, veiled};
use crate::message::value;
use crate::values::Form;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// Signature and flags, before the length of what may follow them.
const BEGINNING: usize = 15;

/// The number of values in the row that is the end.
const LAST: u16 = u16::MAX;

impl From<Malformed> for NotACopy {
    fn from(_: Malformed) -> Self {
        Self
    }
}

/// The beginning counts as a part of the first row, as the target sends it.
pub(super) fn end(bytes: &[u8], begins: bool, search: &mut Search) -> Result<End, NotACopy> {
    if begins && search.at == 0 {
        let Some(length) = begins_with(bytes)? else { return Ok(End::Unknown) };
        search.at = length;
    }
    let left = search.values.map_or_else(|| field::<2>(bytes, search).map(u16::from_be_bytes), Some);
    let Some(left) = left else { return Ok(End::Unknown) };
    let mut left = if left == LAST { 0 } else { left };
    while left > 0 {
        let begin = search.at;
        let here = field::<4>(bytes, search).map(u32::from_be_bytes).and_then(|length| {
            let length = if length == u32::MAX { 0 } else { usize::try_from(length).ok()? };
            search.at.checked_add(length).filter(|end| *end <= bytes.len())
        });
        let Some(end) = here else {
            search.at = begin;
            search.values = Some(left);
            return Ok(End::Unknown);
        };
        search.at = end;
        left = left.saturating_sub(1);
    }
    Ok(End::At(search.at))
}

/// The next number, stepped over.
fn field<const N: usize>(bytes: &[u8], search: &mut Search) -> Option<[u8; N]> {
    let field = bytes.get(search.at..)?.first_chunk::<N>()?;
    search.at = search.at.saturating_add(N);
    Some(*field)
}

/// The length of the beginning, when all of it is there.
fn begins_with(bytes: &[u8]) -> Result<Option<usize>, NotACopy> {
    let length = bytes.len().min(BEGINNING);
    // Flags say that there is more to know.
    let known = [SIGNATURE, &[0; 4]].concat();
    if bytes.get(..length) != known.get(..length) {
        return Err(NotACopy);
    }
    let Some(more) = bytes.get(BEGINNING..).and_then(|left| left.first_chunk::<4>()) else { return Ok(None) };
    let more = usize::try_from(u32::from_be_bytes(*more)).map_err(|_| NotACopy)?;
    let length = BEGINNING.saturating_add(4).saturating_add(more);
    Ok((bytes.len() >= length).then_some(length))
}

/// Writes a row; how many values are masked, and whether it was the end.
pub(super) fn row(
    columns: &Columns,
    form: Form,
    row: &[u8],
    room: &mut BytesMut,
    into: &mut BytesMut,
) -> Result<(u64, bool), NotACopy> {
    let beginning = if row.starts_with(SIGNATURE) { begins_with(row)?.ok_or(NotACopy)? } else { 0 };
    let mut reader = Reader::new(row);
    into.put_slice(reader.bytes(beginning)?);
    let count = reader.u16()?;
    into.put_u16(count);
    if count == LAST {
        reader.finish()?;
        return Ok((0, true));
    }
    if usize::from(count) != columns.len() {
        return Err(NotACopy);
    }
    let mut masked = 0;
    for column in columns {
        let value = value(&mut reader)?;
        let (shown, veiled) = value.map_or((None, false), |value| veiled(column, form, value, room));
        masked += u64::from(veiled);
        match shown.and_then(|shown| Some((u32::try_from(shown.len()).ok()?, shown))) {
            Some((length, shown)) => {
                into.put_u32(length);
                into.put_slice(shown);
            }
            None => into.put_u32(u32::MAX),
        }
    }
    reader.finish()?;
    Ok((masked, false))
}
