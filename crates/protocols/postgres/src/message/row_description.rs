//! RowDescription: the columns of the rows that follow.

use wire::{Malformed, Reader};

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column<'a> {
    pub(crate) name: &'a [u8],
    /// The relation that it is taken from; 0 = from none, or it is computed.
    pub(crate) relation: u32,
    /// Its number in that relation.
    pub(crate) number: i16,
    pub(crate) type_id: u32,
    pub(crate) modifier: i32,
    /// Its values come in binary form.
    pub(crate) binary: bool,
}

/// The number of columns.
pub(crate) fn parse(body: &[u8]) -> Result<u16, Malformed> {
    each(body, |_| {})
}

/// The columns.
pub(crate) fn columns(body: &[u8]) -> Result<Vec<Column<'_>>, Malformed> {
    let mut columns = Vec::new();
    each(body, |column| columns.push(column))?;
    Ok(columns)
}

fn each<'a>(body: &'a [u8], mut take: impl FnMut(Column<'a>)) -> Result<u16, Malformed> {
    let mut reader = Reader::new(body);
    let count = reader.u16()?;
    for _ in 0..count {
        let name = reader.c_str()?;
        let (relation, number, type_id) = (reader.u32()?, reader.u16()?.cast_signed(), reader.u32()?);
        reader.u16()?;
        let modifier = reader.u32()?.cast_signed();
        let binary = reader.u16()? == 1;
        take(Column { name, relation, number, type_id, modifier, binary });
    }
    reader.finish()?;
    Ok(count)
}
