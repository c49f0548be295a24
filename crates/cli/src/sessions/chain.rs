//! Whether the records of a session fit together: each names the place and the hash of the one before.

use crate::reading::Seen;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The records of a chain, so far.
#[derive(Default)]
pub(super) struct Chain {
    position: u64,
    head: Option<String>,
    ended: bool,
}

impl Chain {
    /// Takes the next record; says what does not fit.
    pub(super) fn take(&mut self, seen: &Seen) -> Option<String> {
        let wrong = self.wrong(seen);
        self.position = seen.position();
        self.head = Some(BASE64_STANDARD.encode(seen.hash));
        self.ended = seen.kind() == "session.end";
        wrong
    }

    fn wrong(&self, seen: &Seen) -> Option<String> {
        let expected = self.position.saturating_add(1);
        if self.ended {
            return Some("this record stands behind the end of its session".to_owned());
        }
        if seen.position() != expected {
            return Some(format!(
                "record {expected} of the session should stand here, and this is {}",
                seen.position()
            ));
        }
        if seen.prev() != self.head.as_deref() {
            return Some("this record was not written behind the one before it: one of them is another now".to_owned());
        }
        (seen.kind() == "session.end" && seen.number("records") != Some(seen.position()))
            .then(|| "the end of the session counts other records".to_owned())
    }

    /// Whether the session has ended.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }
}
