//! The JSON of the records: JCS (RFC 8785) without nulls, fractions and odd keys, so that a value has one text.

mod parse;
mod write;

pub use parse::parse;
pub use write::{string, write};

use std::borrow::Cow;

/// Bytes of a text, at most.
pub const LONGEST: usize = 65_535;
/// Objects and arrays inside one another, at most.
pub const DEEPEST: usize = 8;
/// The largest integer, and with a minus the smallest: what every JSON library keeps exactly.
pub const LARGEST: i64 = (1 << 53) - 1;

/// A value. Strings of a parsed text are borrowed from it where nothing in them is escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Keys in ascending order of their bytes, none twice.
    Object(Vec<(&'a str, Value<'a>)>),
    /// A list.
    Array(Vec<Value<'a>>),
    /// A text.
    String(Cow<'a, str>),
    /// An integer of at most 53 bits and a sign.
    Integer(i64),
    /// True or false.
    Bool(bool),
}

impl<'a> Value<'a> {
    /// What stands under a key, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        let Self::Object(members) = self else { return None };
        let at = members.binary_search_by(|(name, _)| (*name).cmp(key)).ok()?;
        members.get(at).map(|(_, value)| value)
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(integer) = self { Some(*integer) } else { None }
    }

    /// The truth, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// The list, if it is one.
    pub fn as_array(&self) -> Option<&[Value<'a>]> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&[(&'a str, Value<'a>)]> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }
}

/// Whether a key may be called so.
pub fn is_key(key: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&key.len()) && key.bytes().all(letter)
}

/// Why a text is not in its one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at}")]
pub struct JsonError {
    /// The byte at which it was noticed.
    pub at: usize,
    /// What is wrong there.
    pub kind: Wrong,
}

/// What can be wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// More than [`LONGEST`] bytes.
    #[error("too long")]
    TooLong,
    /// More than [`DEEPEST`] levels.
    #[error("too deep")]
    TooDeep,
    /// It ends too early.
    #[error("unexpected end")]
    End,
    /// Something else should stand here.
    #[error("unexpected byte")]
    Unexpected,
    /// Something stands behind the value.
    #[error("something behind the value")]
    Trailing,
    /// A key with other letters, or too long.
    #[error("not a key")]
    Key,
    /// A key that is not behind the one before it.
    #[error("key out of order or twice")]
    Order,
    /// Not an integer in its one form, or too large.
    #[error("not an integer in its one form")]
    Integer,
    /// A string that is not in its one form.
    #[error("not a string in its one form")]
    String,
}
