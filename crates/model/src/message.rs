//! A message that holds several commands: what stands around one of them says what it is part of.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::action_text::harmless;

/// A message, and where one of its commands stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// All of it.
    pub text: Bytes,
    /// Where the command stands in it.
    pub range: Range<usize>,
    /// What of it are credentials, in order and apart from one another.
    pub credentials: Arc<[Range<usize>]>,
}

/// What stands before and behind a command in its message, with a mark in the place of each credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    /// What runs before it.
    pub before: Bytes,
    /// What runs behind it.
    pub after: Bytes,
}

impl Message {
    /// What stands around the command.
    pub fn around(&self) -> Around {
        let length = self.text.len();
        let (start, end) = (self.range.start.min(length), self.range.end.min(length));
        Around { before: self.part(0..start), after: self.part(end.max(start)..length) }
    }

    fn part(&self, of: Range<usize>) -> Bytes {
        let text = self.text.slice(of.clone());
        let inside = |range: &Range<usize>| {
            let (start, end) = (range.start.max(of.start), range.end.min(of.end));
            (start < end).then(|| start.saturating_sub(of.start)..end.saturating_sub(of.start))
        };
        let credentials: Vec<_> = self.credentials.iter().filter_map(inside).collect();
        harmless(&text, &credentials).unwrap_or(text)
    }
}
