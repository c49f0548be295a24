//! Numbers. `numeric` in binary form is a row of digits to the base 10,000.

use std::fmt::Write;

use bytes::{BufMut, BytesMut};
use wire::Reader;

use super::{Form, ascii};

pub(super) fn decode_integer(width: u8, form: Form, bytes: &[u8]) -> Option<i64> {
    if form.binary {
        return match width {
            2 => bytes.try_into().ok().map(|bytes| i64::from(i16::from_be_bytes(bytes))),
            4 => bytes.try_into().ok().map(|bytes| i64::from(i32::from_be_bytes(bytes))),
            8 => bytes.try_into().ok().map(i64::from_be_bytes),
            _ => None,
        };
    }
    let value: i64 = ascii(bytes)?.parse().ok()?;
    fits(width, value).then_some(value)
}

pub(super) fn encode_integer(width: u8, form: Form, value: i64, into: &mut BytesMut) -> Option<()> {
    if !fits(width, value) {
        return None;
    }
    match (form.binary, width) {
        (false, _) => write!(into, "{value}").ok()?,
        (true, 2) => into.put_i16(i16::try_from(value).ok()?),
        (true, 4) => into.put_i32(i32::try_from(value).ok()?),
        (true, _) => into.put_i64(value),
    }
    Some(())
}

fn fits(width: u8, value: i64) -> bool {
    match width {
        2 => i16::try_from(value).is_ok(),
        4 => i32::try_from(value).is_ok(),
        8 => true,
        _ => false,
    }
}

pub(super) fn decode_float(width: u8, form: Form, bytes: &[u8]) -> Option<f64> {
    match (form.binary, width) {
        (true, 4) => bytes.try_into().ok().map(|bytes| f64::from(f32::from_be_bytes(bytes))),
        (true, 8) => bytes.try_into().ok().map(f64::from_be_bytes),
        (false, 4) => ascii(bytes)?.parse().ok().map(|value: f32| f64::from(value)),
        (false, 8) => ascii(bytes)?.parse().ok(),
        _ => None,
    }
}

pub(super) fn encode_float(width: u8, form: Form, value: f64, into: &mut BytesMut) -> Option<()> {
    // Rounded to the nearest, as the target does.
    let short = value as f32;
    match (form.binary, width) {
        (true, 4) => into.put_f32(short),
        (true, 8) => into.put_f64(value),
        (false, 4 | 8) if value.is_nan() => into.put_slice(b"NaN"),
        (false, 4 | 8) if value.is_infinite() => {
            into.put_slice(if value > 0.0 { b"Infinity".as_slice() } else { b"-Infinity" });
        }
        (false, 4) if is_short(value) => write!(into, "{short}").ok()?,
        (false, 4) => write!(into, "{short:e}").ok()?,
        (false, 8) if is_short(value) => write!(into, "{value}").ok()?,
        (false, 8) => write!(into, "{value:e}").ok()?,
        _ => return None,
    }
    Some(())
}

/// Whether it is written without an exponent.
fn is_short(value: f64) -> bool {
    value == 0.0 || (1e-5..1e15).contains(&value.abs())
}

/// Decimal digits in one of base 10,000.
const DIGITS: usize = 4;

/// More digits than this stand in no number.
const LONGEST: usize = 150_000;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITE: u16 = 0xD000;
const NEGATIVE_INFINITE: u16 = 0xF000;

pub(super) fn decode_decimal(form: Form, bytes: &[u8]) -> Option<String> {
    if form.binary {
        return decimal_from_binary(bytes);
    }
    let text = ascii(bytes)?;
    (is_special(text) || parts(text).is_some()).then(|| text.to_owned())
}

pub(super) fn encode_decimal(form: Form, value: &str, into: &mut BytesMut) -> Option<()> {
    if form.binary {
        return decimal_to_binary(value, into);
    }
    if !is_special(value) {
        parts(value)?;
    }
    into.put_slice(value.as_bytes());
    Some(())
}

fn is_special(text: &str) -> bool {
    matches!(text, "NaN" | "Infinity" | "-Infinity")
}

/// Whether it is negative, its digits before the point and those behind it.
fn parts(text: &str) -> Option<(bool, &str, &str)> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let some = !whole.is_empty() || !fraction.is_empty();
    (some && all_digits(whole) && all_digits(fraction) && text.len() <= LONGEST).then_some((negative, whole, fraction))
}

fn decimal_from_binary(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::new(bytes);
    let count = usize::from(reader.u16().ok()?);
    let weight = i64::from(reader.u16().ok()?.cast_signed());
    let sign = reader.u16().ok()?;
    let scale = usize::from(reader.u16().ok()?);
    match sign {
        NAN => return Some("NaN".to_owned()),
        INFINITE => return Some("Infinity".to_owned()),
        NEGATIVE_INFINITE => return Some("-Infinity".to_owned()),
        0 | NEGATIVE => {}
        _ => return None,
    }
    let mut digits = Vec::new();
    for _ in 0..count {
        digits.push(reader.u16().ok().filter(|digit| *digit < 10_000)?);
    }
    reader.finish().ok()?;
    let at = |place: i64| {
        let index = usize::try_from(weight - place).ok();
        index.and_then(|index| digits.get(index)).copied().unwrap_or(0)
    };
    let mut text = String::new();
    if sign == NEGATIVE {
        text.push('-');
    }
    let whole: String = (0..=weight).rev().map(|place| format!("{:04}", at(place))).collect();
    let whole = whole.trim_start_matches('0');
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        let places = i64::try_from(scale.div_ceil(DIGITS)).ok()?;
        let fraction: String = (1..=places).map(|place| format!("{:04}", at(-place))).collect();
        text.push('.');
        text.push_str(fraction.get(..scale)?);
    }
    Some(text)
}

fn decimal_to_binary(value: &str, into: &mut BytesMut) -> Option<()> {
    let special = match value {
        "NaN" => Some(NAN),
        "Infinity" => Some(INFINITE),
        "-Infinity" => Some(NEGATIVE_INFINITE),
        _ => None,
    };
    if let Some(sign) = special {
        into.put_u32(0);
        into.put_u16(sign);
        into.put_u16(0);
        return Some(());
    }
    let (negative, whole, fraction) = parts(value)?;
    let scale = u16::try_from(fraction.len()).ok()?;
    let padded = format!(
        "{}{whole}{fraction}{}",
        "0".repeat(whole.len().next_multiple_of(DIGITS) - whole.len()),
        "0".repeat(fraction.len().next_multiple_of(DIGITS) - fraction.len())
    );
    let mut digits: Vec<u16> =
        padded.as_bytes().chunks(DIGITS).map(|four| ascii(four)?.parse().ok()).collect::<Option<_>>()?;
    let mut weight = i64::try_from(whole.len().div_ceil(DIGITS)).ok()? - 1;
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    digits.drain(..leading);
    weight -= i64::try_from(leading).ok()?;
    while digits.last() == Some(&0) {
        digits.pop();
    }
    if digits.is_empty() {
        weight = 0;
    }
    into.put_u16(u16::try_from(digits.len()).ok()?);
    into.put_i16(i16::try_from(weight).ok()?);
    into.put_u16(if negative && !digits.is_empty() { NEGATIVE } else { 0 });
    into.put_u16(scale);
    digits.into_iter().for_each(|digit| into.put_u16(digit));
    Some(())
}
