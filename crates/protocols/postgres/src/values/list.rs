//! Arrays: their elements are replaced one by one, and their shape stays.

use bytes::{BufMut, BytesMut};
use model::{ValueKind, Veil};
use wire::Reader;

use super::{Form, decode, encode};
use crate::message::value;

/// The target allows no more dimensions.
const DIMENSIONS: u32 = 6;

/// Writes an array with each element replaced; an element that is not understood is missing then. `None` when it is not an
/// array, and then nothing of `into` counts.
pub(super) fn veil_list(of: &ValueKind, form: Form, bytes: &[u8], veil: &dyn Veil, into: &mut BytesMut) -> Option<()> {
    if form.binary { binary(of, form, bytes, veil, into) } else { text(of, form, bytes, veil, into) }
}

fn element(of: &ValueKind, form: Form, bytes: &[u8], veil: &dyn Veil, into: &mut BytesMut) -> Option<()> {
    let value = decode(of, form, bytes)?;
    let shown = veil.veil(&value, of)?;
    encode(of, form, &shown, bytes, into)
}

fn binary(of: &ValueKind, form: Form, bytes: &[u8], veil: &dyn Veil, into: &mut BytesMut) -> Option<()> {
    let mut reader = Reader::new(bytes);
    let dimensions = reader.u32().ok().filter(|count| *count <= DIMENSIONS)?;
    reader.u32().ok().filter(|flags| *flags <= 1)?;
    let mut count: u64 = u64::from(dimensions > 0);
    let begin = into.len();
    into.put_u32(dimensions);
    into.put_u32(0);
    into.put_u32(reader.u32().ok()?);
    for _ in 0..dimensions {
        let size = reader.u32().ok()?;
        count = count.checked_mul(u64::from(size))?;
        into.put_u32(size);
        into.put_u32(reader.u32().ok()?);
    }
    let mut missing = false;
    for _ in 0..count {
        let shown = match value(&mut reader).ok()? {
            None => None,
            Some(bytes) => put_value(into, |into| element(of, form, bytes, veil, into)),
        };
        if shown.is_none() {
            missing = true;
            into.put_u32(u32::MAX);
        }
    }
    reader.finish().ok()?;
    let flags = into.get_mut(begin.checked_add(4)?..begin.checked_add(8)?)?;
    flags.copy_from_slice(&u32::from(missing).to_be_bytes());
    Some(())
}

/// Writes a value with its length before it; nothing, when it cannot be written.
pub(crate) fn put_value(into: &mut BytesMut, write: impl FnOnce(&mut BytesMut) -> Option<()>) -> Option<()> {
    let begin = into.len();
    into.put_u32(0);
    let written = write(into).and_then(|()| {
        let length = u32::try_from(into.len().checked_sub(begin.checked_add(4)?)?).ok()?;
        into.get_mut(begin..begin.checked_add(4)?)?.copy_from_slice(&length.to_be_bytes());
        Some(())
    });
    if written.is_none() {
        into.truncate(begin);
    }
    written
}

fn text(of: &ValueKind, form: Form, bytes: &[u8], veil: &dyn Veil, into: &mut BytesMut) -> Option<()> {
    // Lower bounds stand before: `[0:1]={..}`.
    let brace = memchr::memchr(b'{', bytes)?;
    let (bounds, mut left) = bytes.split_at_checked(brace)?;
    if !matches!(bounds, [] | [b'[', .., b'=']) {
        return None;
    }
    into.put_slice(bounds);
    let (mut depth, mut plain, mut quoted) = (0_u32, Vec::new(), BytesMut::new());
    loop {
        let (first, rest) = left.split_first()?;
        match first {
            b'{' => depth = depth.checked_add(1).filter(|depth| *depth <= DIMENSIONS)?,
            b'}' => depth = depth.checked_sub(1)?,
            b',' => {}
            _ => {
                let is_quoted = *first == b'"';
                left = if is_quoted { take_quoted(rest, &mut plain)? } else { take_plain(left, &mut plain)? };
                quoted.clear();
                let missing = !is_quoted && plain.eq_ignore_ascii_case(b"null");
                let shown = if missing { None } else { element(of, form, &plain, veil, &mut quoted) };
                put_element(shown.map(|()| quoted.as_ref()), into);
                continue;
            }
        }
        into.put_u8(*first);
        left = rest;
        if depth == 0 {
            return left.is_empty().then_some(());
        }
    }
}

/// An element in quotes, whose backslashes are taken out; gives what stands behind it.
fn take_quoted<'a>(mut left: &'a [u8], plain: &mut Vec<u8>) -> Option<&'a [u8]> {
    plain.clear();
    loop {
        left = match left.split_first()? {
            (b'"', rest) => return Some(rest),
            (b'\\', rest) => {
                let (byte, rest) = rest.split_first()?;
                plain.push(*byte);
                rest
            }
            (byte, rest) => {
                plain.push(*byte);
                rest
            }
        };
    }
}

fn take_plain<'a>(left: &'a [u8], plain: &mut Vec<u8>) -> Option<&'a [u8]> {
    plain.clear();
    let end = left.iter().position(|byte| b",{}\"".contains(byte))?;
    let (element, rest) = left.split_at_checked(end)?;
    plain.extend_from_slice(element);
    Some(rest)
}

fn put_element(element: Option<&[u8]>, into: &mut BytesMut) {
    let Some(element) = element else { return into.put_slice(b"NULL") };
    let simple = |byte: &u8| byte.is_ascii_alphanumeric() || b"-+.:_/".contains(byte);
    if !element.is_empty() && element.iter().all(simple) && !element.eq_ignore_ascii_case(b"null") {
        return into.put_slice(element);
    }
    into.put_u8(b'"');
    for byte in element {
        if matches!(byte, b'"' | b'\\') {
            into.put_u8(b'\\');
        }
        into.put_u8(*byte);
    }
    into.put_u8(b'"');
}
