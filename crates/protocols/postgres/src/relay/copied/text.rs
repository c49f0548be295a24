//! Lines: values with a delimiter between, in which a backslash stands before what would be taken for something else.

use bytes::{BufMut, BytesMut};
use model::Treatment;

use super::{Columns, End, NotACopy, Search, veiled};
use crate::copy_options::Text;
use crate::values::Form;

/// A line break inside a value is written with a backslash and a letter.
pub(super) fn end(bytes: &[u8], search: &mut Search) -> End {
    match memchr::memchr(b'\n', bytes.get(search.at..).unwrap_or_default()) {
        Some(at) => End::At(search.at.saturating_add(at).saturating_add(1)),
        None => {
            search.at = bytes.len();
            End::Unknown
        }
    }
}

pub(super) fn row(
    options: &Text,
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
        let (value, rest) = value(options, left.ok_or(NotACopy)?);
        left = rest;
        if at > 0 {
            into.put_u8(options.delimiter);
        }
        if value == options.null || matches!(column.0, Treatment::Show) {
            into.put_slice(value);
            continue;
        }
        let escaped = memchr::memchr(b'\\', value).is_some();
        if escaped {
            unescape(value, &mut plain);
        }
        match veiled(column, form, if escaped { &plain } else { value }, room) {
            (_, false) => into.put_slice(value),
            (shown, true) => {
                masked += 1;
                match shown {
                    Some(shown) => escape(options, shown, into),
                    None => into.put_slice(&options.null),
                }
            }
        }
    }
    into.put_u8(b'\n');
    if left.is_some() { Err(NotACopy) } else { Ok(masked) }
}

/// The next value as it stands there, and what is behind its delimiter.
fn value<'a>(options: &Text, left: &'a [u8]) -> (&'a [u8], Option<&'a [u8]>) {
    let mut from = 0_usize;
    while let Some(found) = memchr::memchr2(b'\\', options.delimiter, left.get(from..).unwrap_or_default()) {
        let at = from.saturating_add(found);
        if left.get(at) != Some(&b'\\') {
            return (left.get(..at).unwrap_or_default(), left.get(at.saturating_add(1)..));
        }
        from = at.saturating_add(2);
    }
    (left, None)
}

fn unescape(mut value: &[u8], plain: &mut Vec<u8>) {
    plain.clear();
    while let Some((first, rest)) = value.split_first() {
        value = rest;
        match (first, rest.split_first()) {
            (b'\\', Some((letter, rest))) => {
                value = rest;
                plain.push(match letter {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 11,
                    other => *other,
                });
            }
            (byte, _) => plain.push(*byte),
        }
    }
}

fn escape(options: &Text, value: &[u8], into: &mut BytesMut) {
    if !value.iter().any(|byte| matches!(byte, 8..=13 | b'\\') || *byte == options.delimiter) {
        return into.put_slice(value);
    }
    for byte in value {
        let letter = match byte {
            8 => b'b',
            12 => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            11 => b'v',
            b'\\' => b'\\',
            byte if *byte == options.delimiter => *byte,
            byte => {
                into.put_u8(*byte);
                continue;
            }
        };
        into.put_slice(&[b'\\', letter]);
    }
}
