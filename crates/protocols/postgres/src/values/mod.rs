//! Values as PostgreSQL writes them, in text and in binary form, and as masks know them.
//!
//! What is decoded is encoded again in the form that it came in: a time keeps its offset, a padded text its padding, bytes
//! their notation. Only what is surely understood is decoded: dates and times in the ISO style alone, text in UTF-8 or ASCII.
//! Anything else is no value here, and is then said to be missing.

mod bytea;
mod kind;
mod list;
mod network;
mod number;
#[cfg(test)]
mod tests;
mod text;
mod time;

use bytes::BytesMut;
use model::{Value, ValueKind, Veil};

pub(crate) use kind::kind;
pub(crate) use list::put_value;
use list::veil_list;

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// In the binary form of their type.
    pub(crate) binary: bool,
    /// Text is UTF-8. In any other encoding only ASCII is understood.
    pub(crate) utf8: bool,
}

/// Writes what is shown in the place of `bytes`; `None` when nothing is, and then what was written does not count.
pub(crate) fn veil(veil: &dyn Veil, kind: &ValueKind, form: Form, bytes: &[u8], into: &mut BytesMut) -> Option<()> {
    match kind {
        ValueKind::List(of) => veil_list(of, form, bytes, veil, into),
        kind => {
            let value = decode(kind, form, bytes)?;
            let shown = veil.veil(&value, kind)?;
            encode(kind, form, &shown, bytes, into)
        }
    }
}

/// Writes a value in binary form as the text of its type; `style` is a text in the notation that is wanted, where there is more
/// than one. `None` when it is not understood.
pub(crate) fn as_text(kind: &ValueKind, bytes: &[u8], style: &[u8], into: &mut BytesMut) -> Option<()> {
    let form = |binary| Form { binary, utf8: true };
    encode(kind, form(false), &decode(kind, form(true), bytes)?, style, into)
}

/// The value that `bytes` stand for; `None` when they are not one of that kind.
fn decode<'v>(kind: &ValueKind, form: Form, bytes: &'v [u8]) -> Option<Value<'v>> {
    match kind {
        ValueKind::Text(limit) => text::decode(*limit, form, bytes).map(|text| Value::Text(text.into())),
        ValueKind::Json => text::decode_json(form, bytes).map(|text| Value::Json(text.into())),
        ValueKind::Integer(width) => number::decode_integer(*width, form, bytes).map(Value::Integer),
        ValueKind::Float(width) => number::decode_float(*width, form, bytes).map(Value::Float),
        ValueKind::Decimal => number::decode_decimal(form, bytes).map(|text| Value::Decimal(text.into())),
        ValueKind::Bool => bytea::decode_bool(form, bytes).map(Value::Bool),
        ValueKind::Uuid => bytea::decode_uuid(form, bytes).map(Value::Uuid),
        ValueKind::Bytes => bytea::decode(form, bytes).map(Value::Bytes),
        ValueKind::Date => time::decode_date(form, bytes).map(Value::Date),
        ValueKind::Time => time::decode_time(form, bytes).map(Value::Time),
        ValueKind::Timestamp => time::decode_timestamp(form, bytes).map(Value::Timestamp),
        ValueKind::Network => network::decode(form, bytes).map(|(address, bits)| Value::Network(address, bits)),
        ValueKind::List(_) | ValueKind::Other => None,
    }
}

/// Writes a value in the place of `original`, whose style it keeps; `None` when the kind cannot hold it.
fn encode(kind: &ValueKind, form: Form, value: &Value<'_>, original: &[u8], into: &mut BytesMut) -> Option<()> {
    match (kind, value) {
        (ValueKind::Text(limit), Value::Text(value)) => text::encode(*limit, form, value, original, into),
        (ValueKind::Json, Value::Json(value)) => text::encode_json(form, value, original, into),
        (ValueKind::Integer(width), Value::Integer(value)) => number::encode_integer(*width, form, *value, into),
        (ValueKind::Float(width), Value::Float(value)) => number::encode_float(*width, form, *value, into),
        (ValueKind::Decimal, Value::Decimal(value)) => number::encode_decimal(form, value, into),
        (ValueKind::Bool, Value::Bool(value)) => bytea::encode_bool(form, *value, into),
        (ValueKind::Uuid, Value::Uuid(value)) => bytea::encode_uuid(form, value, into),
        (ValueKind::Bytes, Value::Bytes(value)) => bytea::encode(form, value, original, into),
        (ValueKind::Date, Value::Date(value)) => time::encode_date(form, *value, into),
        (ValueKind::Time, Value::Time(value)) => time::encode_time(form, *value, into),
        (ValueKind::Timestamp, Value::Timestamp(value)) => time::encode_timestamp(form, *value, original, into),
        (ValueKind::Network, Value::Network(address, bits)) => network::encode(form, *address, *bits, original, into),
        _ => None,
    }
}

/// Text of digits and signs, as a string.
fn ascii(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii())
}
