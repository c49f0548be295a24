//! `token`: a keyed name of a value. Equal values have equal tokens, in whatever column they stand and however they are
//! written, and nobody without the key can tell the value from its token or try values against it.

use std::sync::Arc;

use model::{Value, ValueKind, Veil};

use super::redact::redacted;
use super::{element, fits};
use crate::Keys;
use crate::keys::Purpose;

/// Shows tokens.
pub(super) struct Token(Arc<Keys>);

/// Characters of 128 bits, at five bits each.
pub(super) const LENGTH: usize = 26;

/// A token of fewer characters would soon be that of two values.
pub(super) const SHORTEST: usize = 16;

impl Token {
    pub(super) fn new(keys: Arc<Keys>) -> Self {
        Self(keys)
    }
}

impl Veil for Token {
    fn veil(&self, value: &Value, kind: &ValueKind) -> Option<Value> {
        token(&self.0, value, kind).or_else(|| redacted(kind))
    }
}

/// The token of a value, where its kind can hold one.
pub(super) fn token(keys: &Keys, value: &Value, kind: &ValueKind) -> Option<Value> {
    match (value, element(kind)) {
        (Value::Text(text), ValueKind::Text(limit)) => {
            let mut token = name(keys.digest(Purpose::Token, normal(text).as_bytes()));
            if !fits(LENGTH, *limit) {
                token.truncate(usize::try_from(limit.unwrap_or_default()).ok()?);
            }
            (token.len() >= SHORTEST).then_some(Value::Text(token))
        }
        (Value::Integer(number), ValueKind::Integer(bytes)) => {
            let digest = keys.digest(Purpose::Token, number.to_string().as_bytes());
            Some(Value::Integer(small(digest, *bytes)))
        }
        (Value::Uuid(bytes), ValueKind::Uuid) => Some(Value::Uuid(custom(keys.digest(Purpose::Token, bytes)))),
        _ => None,
    }
}

/// A text in the form in which it is compared: without space around it, in lower case, and when it is a number with
/// separators in it, without these.
pub(super) fn normal(text: &str) -> String {
    let separator = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    let text = text.trim();
    let number =
        text.chars().all(|c| c.is_ascii_digit() || separator(c)) && text.contains(|c: char| c.is_ascii_digit());
    if number { text.chars().filter(|c| !separator(*c)).collect() } else { text.to_lowercase() }
}

/// A digest in letters and digits (base 32, lower case).
pub(super) fn name(digest: [u8; 16]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bits = u128::from_be_bytes(digest);
    let five = |at: usize| {
        let shift = 128_i32 - 5 * (i32::try_from(at).unwrap_or_default() + 1);
        let part = if shift >= 0 { bits >> shift } else { bits << -shift };
        usize::try_from(part & 31).ok().and_then(|at| LETTERS.get(at)).map_or('a', |letter| char::from(*letter))
    };
    (0..LENGTH).map(five).collect()
}

/// A positive number of so many bytes. That of a smaller type is the end of that of a larger one.
fn small(digest: [u8; 16], bytes: u8) -> i64 {
    let most = match bytes {
        2 => i64::from(i16::MAX),
        4 => i64::from(i32::MAX),
        _ => i64::MAX,
    };
    let number = i64::try_from(u128::from_be_bytes(digest) & u128::from(most.unsigned_abs())).unwrap_or_default();
    number.max(1)
}

/// A UUID of version 8, whose bits mean what their maker says.
fn custom(digest: [u8; 16]) -> [u8; 16] {
    let version = 0xf << 76;
    let variant = 0x3 << 62;
    let bits = u128::from_be_bytes(digest) & !version & !variant | 0x8 << 76 | 0x2 << 62;
    bits.to_be_bytes()
}
