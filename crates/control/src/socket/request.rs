//! What is asked and answered, and what a request may look like.

use std::collections::BTreeMap;

use model::{By, Event};
use serde::{Deserialize, Serialize};

/// The longest request, its newline included.
pub(super) const LONGEST: usize = 64 << 10;

/// What somebody is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Change something of the gateway.
    Act,
    /// Read evidence.
    Read,
}

/// What is to be written down before it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Which kind.
    pub deed: Deed,
    /// Which, as `token.create` or `session`: at most 64 of `a-z . _`.
    pub what: String,
    /// On what, by name. Never a secret. Values of at most 4 KiB.
    pub details: BTreeMap<String, String>,
}

/// What the gateway answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// It is on stable storage, at this place.
    Recorded(u64),
    /// It is not written down, and why.
    Refused(String),
}

impl Note {
    /// The event that says so.
    pub fn event(self, by: By) -> Event {
        let Self { deed, what, details } = self;
        match deed {
            Deed::Act => Event::Act { act: what, by, details },
            Deed::Read => Event::Read { what, by, details },
        }
    }

    /// Whether it may become a record.
    pub(super) fn is_fit(&self) -> bool {
        let word = |text: &str| {
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'.' | b'_'))
        };
        let details = self.details.iter().all(|(name, value)| word(name) && value.len() <= 4096);
        word(&self.what) && self.details.len() <= 16 && details
    }
}
