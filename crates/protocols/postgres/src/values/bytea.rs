//! Truth, UUIDs and bytes.

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};

use super::{Form, ascii};

pub(super) fn decode_bool(form: Form, bytes: &[u8]) -> Option<bool> {
    match (form.binary, bytes) {
        (true, [1]) | (false, b"t") => Some(true),
        (true, [0]) | (false, b"f") => Some(false),
        _ => None,
    }
}

pub(super) fn encode_bool(form: Form, value: bool, into: &mut BytesMut) -> Option<()> {
    into.put_u8(match (form.binary, value) {
        (true, value) => u8::from(value),
        (false, true) => b't',
        (false, false) => b'f',
    });
    Some(())
}

pub(super) fn decode_uuid(form: Form, bytes: &[u8]) -> Option<[u8; 16]> {
    if form.binary {
        return bytes.try_into().ok();
    }
    let dashes = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let fits = bytes.len() == 36 && bytes.iter().enumerate().all(|(at, byte)| dashes(at) == (*byte == b'-'));
    let digits: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'-').collect();
    if fits { from_hex(&digits)?.try_into().ok() } else { None }
}

pub(super) fn encode_uuid(form: Form, value: &[u8; 16], into: &mut BytesMut) -> Option<()> {
    if form.binary {
        into.put_slice(value);
        return Some(());
    }
    for (at, byte) in value.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            into.put_u8(b'-');
        }
        put_hex(*byte, into);
    }
    Some(())
}

pub(super) fn decode(form: Form, bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    match bytes {
        _ if form.binary => Some(bytes.into()),
        [b'\\', b'x', digits @ ..] => from_hex(digits).map(Cow::Owned),
        _ => unescaped(bytes).map(Cow::Owned),
    }
}

pub(super) fn encode(form: Form, value: &[u8], original: &[u8], into: &mut BytesMut) -> Option<()> {
    if form.binary {
        into.put_slice(value);
    } else if original.starts_with(b"\\x") {
        into.put_slice(b"\\x");
        value.iter().for_each(|byte| put_hex(*byte, into));
    } else {
        value.iter().for_each(|byte| put_escaped(*byte, into));
    }
    Some(())
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    digits.chunks(2).map(pair).collect()
}

fn put_hex(byte: u8, into: &mut BytesMut) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for half in [byte >> 4, byte & 15] {
        into.put_u8(HEX.get(usize::from(half)).copied().unwrap_or(b'0'));
    }
}

/// The older notation: a backslash is doubled, or stands before three octal digits.
fn unescaped(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut value = Vec::with_capacity(bytes.len());
    while let Some((first, rest)) = bytes.split_first() {
        (value, bytes) = match (first, rest) {
            (b'\\', [b'\\', rest @ ..]) => (with(value, b'\\'), rest),
            (b'\\', [high @ b'0'..=b'3', middle @ b'0'..=b'7', low @ b'0'..=b'7', rest @ ..]) => {
                let octal = ascii(&[*high, *middle, *low]).and_then(|text| u8::from_str_radix(text, 8).ok())?;
                (with(value, octal), rest)
            }
            (b'\\', _) | (128.., _) => return None,
            (plain, rest) => (with(value, *plain), rest),
        };
    }
    Some(value)
}

fn with(mut value: Vec<u8>, byte: u8) -> Vec<u8> {
    value.push(byte);
    value
}

fn put_escaped(byte: u8, into: &mut BytesMut) {
    match byte {
        b'\\' => into.put_slice(b"\\\\"),
        0x20..=0x7e => into.put_u8(byte),
        _ => into.put_slice(format!("\\{byte:03o}").as_bytes()),
    }
}
