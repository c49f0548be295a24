//! Parameters in binary form as people read them: as the target would write the same value. What is not surely understood
//! stays what it is, and nobody is asked to agree to it.

use std::iter::repeat_n;

use bytes::{BufMut, Bytes, BytesMut};
use model::ValueKind;
use wire::Reader;

use crate::message::value;
use crate::values::{as_text, kind};

/// So many bytes of text are made of one command's parameters: nobody reads more.
const LONGEST: usize = 1 << 20;

/// The target allows no more dimensions of an array.
const DIMENSIONS: u32 = 6;

/// The parameters among `binary` that are understood, with their text.
pub(super) fn read(parameters: &[Option<Bytes>], binary: &[usize], types: &[u32]) -> Vec<(usize, Bytes)> {
    let mut left = LONGEST;
    let mut readable = Vec::new();
    for number in binary {
        let (Some(Some(value)), Some(type_id)) = (parameters.get(*number), types.get(*number)) else { continue };
        if value.len() > left {
            continue;
        }
        let mut text = BytesMut::new();
        if written(*type_id, value, left, &mut text).is_some() {
            left = left.saturating_sub(text.len());
            readable.push((*number, text.freeze()));
        }
    }
    readable
}

/// Writes a value as text of at most so many bytes; `None` when it is not understood.
fn written(type_id: u32, bytes: &[u8], most: usize, into: &mut BytesMut) -> Option<()> {
    match kind_of(type_id) {
        ValueKind::List(_) => array(bytes, most, into)?,
        ValueKind::Other => return None,
        kind => scalar(&kind, type_id, bytes, into)?,
    }
    (into.len() <= most).then_some(())
}

/// Besides the kinds that masks know, types whose binary form is their text.
fn kind_of(type_id: u32) -> ValueKind {
    match type_id {
        // xml, unknown
        142 | 705 => ValueKind::Text(None),
        other => kind(other, -1),
    }
}

fn scalar(kind: &ValueKind, type_id: u32, bytes: &[u8], into: &mut BytesMut) -> Option<()> {
    as_text(kind, bytes, style(type_id), into)
}

/// How the target writes values of that type, where there is more than one way.
fn style(type_id: u32) -> &'static [u8] {
    match type_id {
        17 => b"\\x",
        1114 => b"2000-01-01 00:00:00",
        1184 => b"2000-01-01 00:00:00+00",
        650 => b"0.0.0.0/0",
        869 => b"0.0.0.0",
        _ => b"",
    }
}

/// An array as `{{1,2},{3,NULL}}`, with the bounds before it where they do not begin at one. The type of its elements stands
/// in it, and the target demands that it is that of the parameter.
fn array(bytes: &[u8], most: usize, into: &mut BytesMut) -> Option<()> {
    let mut reader = Reader::new(bytes);
    let dimensions = reader.u32().ok().filter(|count| *count <= DIMENSIONS)?;
    reader.u32().ok().filter(|flags| *flags <= 1)?;
    let element = reader.u32().ok()?;
    let of = kind_of(element);
    let mut sizes = Vec::new();
    let mut bounds = String::new();
    for _ in 0..dimensions {
        let (size, lower) = (reader.u32().ok()?, i64::from(reader.u32().ok()?.cast_signed()));
        sizes.push(usize::try_from(size).ok().filter(|size| *size > 0)?);
        let upper = lower.checked_add(i64::from(size))?.checked_sub(1)?;
        bounds.push_str(&format!("[{lower}:{upper}]"));
    }
    if sizes.is_empty() {
        into.put_slice(b"{}");
    } else if bounds.split(']').any(|bound| !bound.is_empty() && !bound.starts_with("[1:")) {
        into.put_slice(bounds.as_bytes());
        into.put_u8(b'=');
    }
    let mut count =
        if sizes.is_empty() { 0 } else { sizes.iter().try_fold(1_usize, |all, size| all.checked_mul(*size))? };
    let mut at = Shape::new(&sizes);
    while count > 0 {
        at.before(into);
        match value(&mut reader).ok()? {
            None => into.put_slice(b"NULL"),
            Some(bytes) => {
                let mut text = BytesMut::new();
                scalar(&of, element, bytes, &mut text)?;
                put_element(&text, into);
            }
        }
        at.after(into);
        if into.len() > most {
            return None;
        }
        count = count.saturating_sub(1);
    }
    reader.finish().ok()
}

/// Where among the braces of an array an element stands.
struct Shape<'a> {
    sizes: &'a [usize],
    /// How many elements of each dimension have been written in the innermost one that is open.
    at: Vec<usize>,
}

impl<'a> Shape<'a> {
    fn new(sizes: &'a [usize]) -> Self {
        Self { sizes, at: vec![0; sizes.len()] }
    }

    /// Writes what stands before the next element.
    fn before(&self, into: &mut BytesMut) {
        let opening = self.at.iter().rev().take_while(|at| **at == 0).count();
        if opening < self.at.len() {
            into.put_u8(b',');
        }
        into.extend(repeat_n(b'{', opening));
    }

    /// Counts the element, and writes the braces that it closes.
    fn after(&mut self, into: &mut BytesMut) {
        for (at, size) in self.at.iter_mut().zip(self.sizes).rev() {
            *at = at.saturating_add(1);
            if *at < *size {
                return;
            }
            *at = 0;
            into.put_u8(b'}');
        }
    }
}

/// In quotes, when it could be taken for something else.
fn put_element(text: &[u8], into: &mut BytesMut) {
    let special = |byte: &u8| b"{},\"\\".contains(byte) || byte.is_ascii_whitespace() || *byte == 0x0b;
    if !text.is_empty() && !text.iter().any(special) && !text.eq_ignore_ascii_case(b"null") {
        return into.put_slice(text);
    }
    into.put_u8(b'"');
    for byte in text {
        if matches!(byte, b'"' | b'\\') {
            into.put_u8(b'\\');
        }
        into.put_u8(*byte);
    }
    into.put_u8(b'"');
}

#[cfg(test)]
mod tests;
