//! `constant(TEXT)`: the same for all values, as far as their type can hold it.

use std::net::IpAddr;

use model::{Value, ValueKind, Veil};

use super::redact::redacted;
use super::{date, element, fits};

/// Shows one text for all.
pub(super) struct Constant(String);

impl Constant {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Veil for Constant {
    fn veil<'v>(&self, _: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        read(&self.0, element(kind)).or_else(|| redacted(kind))
    }
}

/// The text as a value of that kind, when it is one.
pub(super) fn read(text: &str, kind: &ValueKind) -> Option<Value<'static>> {
    Some(match kind {
        ValueKind::Text(limit) => fits(text.chars().count(), *limit).then(|| Value::Text(text.to_owned().into()))?,
        ValueKind::Integer(bytes) => Value::Integer(integer(text, *bytes)?),
        ValueKind::Float(bytes) => Value::Float(float(text, *bytes)?),
        ValueKind::Decimal => is_decimal(text).then(|| Value::Decimal(text.to_owned().into()))?,
        ValueKind::Bool => Value::Bool(text.parse().ok()?),
        ValueKind::Uuid => Value::Uuid(uuid(text)?),
        ValueKind::Date => Value::Date(date::read(text)?),
        ValueKind::Time => Value::Time(date::read_time(text)?),
        ValueKind::Timestamp => Value::Timestamp(timestamp(text)?),
        ValueKind::Network => network(text)?,
        ValueKind::Json => Value::Json(json(text).into()),
        ValueKind::Bytes => Value::Bytes(text.as_bytes().to_owned().into()),
        ValueKind::List(_) | ValueKind::Other => return None,
    })
}

fn integer(text: &str, bytes: u8) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    match bytes {
        2 => i16::try_from(number).ok().map(i64::from),
        4 => i32::try_from(number).ok().map(i64::from),
        _ => Some(number),
    }
}

fn float(text: &str, bytes: u8) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let most = if bytes == 4 { f64::from(f32::MAX) } else { f64::MAX };
    (number.abs() <= most).then_some(number)
}

/// Digits, perhaps with a sign and a point. Few enough for any type.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let good = |part: &str| (1..=128).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    good(whole) && good(rest)
}

fn uuid(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    let pairs = digits.as_chunks::<2>().0;
    let mut bytes = [0; 16];
    if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// A day, perhaps with a time behind it.
fn timestamp(text: &str) -> Option<i64> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    i64::from(date::read(day)?).checked_mul(date::DAY)?.checked_add(date::read_time(time)?)
}

/// An address, perhaps with the bits of its network, beyond which it must be zero: some types want that.
fn network(text: &str) -> Option<Value<'static>> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most && super::generalise::network(address, bits) == address).then_some(Value::Network(address, bits))
}

fn json(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(_) => text.to_owned(),
        Err(_) => serde_json::Value::from(text).to_string(),
    }
}
