//! Writes the JSON objects of leaves: restricted JCS, whose keys stand in ascending order.

use std::io::Write;

use tlog::json;

/// An object that grows. Keys must be given in ascending order.
pub(crate) struct Object {
    bytes: Vec<u8>,
    last: &'static str,
}

impl Object {
    pub(crate) fn new() -> Self {
        Self { bytes: vec![b'{'], last: "" }
    }

    /// One for which there is room already.
    pub(crate) fn with_room(room: usize) -> Self {
        let mut bytes = Vec::with_capacity(room);
        bytes.push(b'{');
        Self { bytes, last: "" }
    }

    /// A string, of which at most `longest` bytes are kept.
    pub(crate) fn string(&mut self, key: &'static str, value: &str, longest: usize) -> &mut Self {
        self.key(key);
        json::string(&mut self.bytes, short(value, longest));
        self
    }

    /// A number; what JSON does not hold exactly becomes the largest that it does.
    pub(crate) fn number(&mut self, key: &'static str, value: u64) -> &mut Self {
        self.integer(key, i64::try_from(value).unwrap_or(json::LARGEST))
    }

    pub(crate) fn integer(&mut self, key: &'static str, value: i64) -> &mut Self {
        self.key(key);
        integer(&mut self.bytes, value);
        self
    }

    pub(crate) fn truth(&mut self, key: &'static str, value: bool) -> &mut Self {
        self.raw(key, if value { b"true" } else { b"false" })
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, key: &'static str, value: &[u8]) -> &mut Self {
        self.key(key);
        self.bytes.extend_from_slice(value);
        self
    }

    /// The whole object.
    pub(crate) fn end(&mut self) -> Vec<u8> {
        self.bytes.push(b'}');
        std::mem::take(&mut self.bytes)
    }

    fn key(&mut self, key: &'static str) {
        debug_assert!(self.last < key, "{key} stands behind {}", self.last);
        if !self.last.is_empty() {
            self.bytes.push(b',');
        }
        self.last = key;
        json::string(&mut self.bytes, key);
        self.bytes.push(b':');
    }
}

/// A list of values that are JSON already.
pub(crate) fn list(items: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut bytes = vec![b'['];
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(item.as_ref());
    }
    bytes.push(b']');
    bytes
}

pub(crate) fn integer(bytes: &mut Vec<u8>, value: i64) {
    let value = value.clamp(-json::LARGEST, json::LARGEST);
    // Writing into memory does not fail.
    drop(write!(bytes, "{value}"));
}

/// The beginning of a text: at most so many bytes of it, and whole characters.
pub(crate) fn short(text: &str, longest: usize) -> &str {
    text.get(..text.floor_char_boundary(longest)).unwrap_or_default()
}
