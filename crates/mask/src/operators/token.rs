//! `token`: a keyed name of a value. Equal values have equal tokens, in whatever column they stand and however they are
//! written, and nobody without the key can tell the value from its token or try values against it.

use std::borrow::Cow;
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
    fn veil<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        token(&self.0, value, kind).or_else(|| redacted(kind))
    }
}

/// The token of a value, where its kind can hold one.
pub(super) fn token(keys: &Keys, value: &Value<'_>, kind: &ValueKind) -> Option<Value<'static>> {
    match (value, element(kind)) {
        (Value::Text(text), ValueKind::Text(limit)) => {
            let mut token = name(keys.digest(Purpose::Token, normal(text).as_bytes()));
            if !fits(LENGTH, *limit) {
                token.truncate(usize::try_from(limit.unwrap_or_default()).ok()?);
            }
            (token.len() >= SHORTEST).then(|| Value::Text(token.into()))
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
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    let separator = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    let text = text.trim();
    let number =
        text.chars().all(|c| c.is_ascii_digit() || separator(c)) && text.contains(|c: char| c.is_ascii_digit());
    if number { text.chars().filter(|c| !separator(*c)).collect::<String>().into() } else { lower(text) }
}

/// A text in lower case.
pub(super) fn lower(text: &str) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// A digest in letters and digits (base 32, lower case).
pub(super) fn name(digest: [u8; 16]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bits = u128::from_be_bytes(digest);
    // The last letter has three bits of the digest only.
    let five = |shift: u32| if shift < 5 { bits << (5 - shift) } else { bits >> (shift - 5) };
    let letter = |part: u128| LETTERS.get(usize::from(part as u8 & 31)).copied().unwrap_or(b'a');
    let letters: Vec<u8> = (0..LENGTH as u32).map(|at| letter(five(128 - 5 * at))).collect();
    String::from_utf8(letters).unwrap_or_default()
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
