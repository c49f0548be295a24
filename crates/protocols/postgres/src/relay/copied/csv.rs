//! CSV: values that hold a delimiter, a quote or a line break stand in quotes.

use bytes::{BufMut, BytesMut};

use super::{Columns, End, NotACopy, Search, veiled};
use crate::copy_options::Csv;
use crate::values::Form;

/// A line break inside quotes ends nothing.
pub(super) fn end(options: &Csv, bytes: &[u8], search: &mut Search) -> End {
    while let Some(byte) = bytes.get(search.at).copied() {
        search.at = search.at.saturating_add(1);
        if std::mem::take(&mut search.escaped) && (byte == options.quote || byte == options.escape) {
            continue;
        }
        if search.quoted && byte == options.escape && options.escape != options.quote {
            search.escaped = true;
        } else if byte == options.quote {
            // A doubled quote ends the quotes and begins them again.
            search.quoted = !search.quoted;
        } else if byte == b'\n' && !search.quoted {
            return End::At(search.at);
        }
    }
    End::Unknown
}

pub(super) fn row(
    options: &Csv,
    columns: &Columns,
    form: Form,
    row: &[u8],
    room: &mut BytesMut,
    into: &mut BytesMut,
) -> Result<u64, NotACopy> {
    let mut left = Some(row.strip_suffix(b"\n").ok_or(NotACopy)?);
    if columns.is_empty() && left == Some(b"") {
        left = None;
    }
    let (mut masked, mut plain) = (0, Vec::new());
    for (at, column) in columns.iter().enumerate() {
        let (value, quoted, rest) = value(options, left.ok_or(NotACopy)?, &mut plain)?;
        left = rest;
        if at > 0 {
            into.put_u8(options.delimiter);
        }
        if !quoted && value == options.null {
            into.put_slice(value);
            continue;
        }
        match veiled(column, form, &plain, room) {
            (_, false) => into.put_slice(value),
            (shown, true) => {
                masked += 1;
                match shown {
                    Some(shown) => put(options, shown, quoted, into),
                    None => into.put_slice(&options.null),
                }
            }
        }
    }
    into.put_u8(b'\n');
    if left.is_some() { Err(NotACopy) } else { Ok(masked) }
}

/// A value as it stands there, whether it is in quotes, and what is behind its delimiter.
type Found<'a> = (&'a [u8], bool, Option<&'a [u8]>);

/// The next value. Writes what it stands for.
fn value<'a>(options: &Csv, bytes: &'a [u8], plain: &mut Vec<u8>) -> Result<Found<'a>, NotACopy> {
    plain.clear();
    let quoted = bytes.first() == Some(&options.quote);
    let mut left = if quoted { bytes.get(1..).unwrap_or_default() } else { bytes };
    let mut inside = quoted;
    loop {
        left = match (left.split_first(), inside) {
            (None, true) => return Err(NotACopy),
            (None, false) => return Ok((bytes, quoted, None)),
            (Some((byte, rest)), true) => match rest.split_first() {
                Some((next, behind))
                    if *byte == options.escape && (*next == options.quote || *next == options.escape) =>
                {
                    plain.push(*next);
                    behind
                }
                _ if *byte == options.quote => {
                    inside = false;
                    rest
                }
                _ => {
                    plain.push(*byte);
                    rest
                }
            },
            (Some((byte, rest)), false) if *byte == options.delimiter => {
                let length = bytes.len().saturating_sub(rest.len()).saturating_sub(1);
                return Ok((bytes.get(..length).unwrap_or_default(), quoted, Some(rest)));
            }
            // The target puts a value in quotes whole or not at all.
            (Some((byte, _)), false) if quoted || *byte == options.quote => return Err(NotACopy),
            (Some((byte, rest)), false) => {
                plain.push(*byte);
                rest
            }
        };
    }
}

fn put(options: &Csv, value: &[u8], quoted: bool, into: &mut BytesMut) {
    let special = |byte: &u8| [options.delimiter, options.quote, options.escape, b'\n', b'\r', b'\\'].contains(byte);
    if !quoted && value != options.null && !value.iter().any(special) {
        return into.put_slice(value);
    }
    into.put_u8(options.quote);
    for byte in value {
        if [options.quote, options.escape].contains(byte) {
            into.put_u8(options.escape);
        }
        into.put_u8(*byte);
    }
    into.put_u8(options.quote);
}
