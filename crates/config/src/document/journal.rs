//! `[journal]`: how evidence is kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The evidence journal, and the log that is made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Journal {
    /// What waits for a record to be on stable storage.
    pub mode: Mode,
    /// The name of this gateway's log, which stands in every record and is the name of its key: up to 128 of
    /// `a-z 0-9 . - _ /`, such as `signet.example.com/node1`. Without it, a random one is made at the first start. It is
    /// chosen once: a log keeps the name that it began with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Bytes of each result that are recorded, for resources with `record = "beginning"`. The rest is counted and
    /// identified by its digest.
    pub result_bytes: u64,
    /// Bytes after which a new file is begun.
    pub segment_bytes: u64,
    /// Bytes of disk that are set aside, so that a journal that fails on a full disk can still say so in its last words.
    pub reserve_bytes: u64,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            mode: Mode::Strict,
            origin: None,
            result_bytes: 64 * 1024,
            segment_bytes: 64 * 1024 * 1024,
            reserve_bytes: 1024 * 1024,
        }
    }
}

/// What waits for a record to be on stable storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A command waits for its record (one that is proven to only read runs meanwhile), its answer for that record, and the
    /// end of the answer for the record of the outcome. A crash of the gateway loses nothing that happened or was shown.
    #[default]
    Strict,
    /// Every command goes at once and only its answer waits: faster, but a crash of the gateway can leave an effect on the
    /// target without its record. Every record says that it was made so.
    OutputCommit,
    /// Nothing waits: a crash of the gateway loses the records of its last moments (what came since the last write to disk
    /// began: milliseconds on a sound disk). Every record says that it was made so.
    Async,
}

impl From<Mode> for model::Durability {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Strict => Self::Strict,
            Mode::OutputCommit => Self::OutputCommit,
            Mode::Async => Self::Async,
        }
    }
}
