//! The records of the log, and what the journal has beyond it.

use config::Config;
use evidence::{Entry, Places, ReadError, Reader, Sealed};
use serde_json::Value;

use super::seen::Seen;
use crate::failure::{Code, Failure, Outcome};

/// Reads records at any place, and best in ascending order.
pub(crate) struct Source {
    reader: Reader,
    next: u64,
}

impl Source {
    /// Begins with the first record.
    pub(crate) fn open(config: &Config) -> Outcome<Self> {
        let reader = evidence::read(&Places::of(&config.data_dir)).map_err(unreadable)?;
        Ok(Self { reader, next: 0 })
    }

    /// Goes on with this record.
    pub(crate) fn seek(&mut self, sequence: u64) {
        self.next = sequence;
    }

    /// The next record, if there is one now, with those of its payloads that are asked for. The others stay closed.
    pub(crate) fn next(&mut self, asked: impl FnMut(&Sealed<'_>) -> bool) -> Outcome<Option<Seen>> {
        let Some(entry) = self.reader.entry_where(self.next, asked).map_err(unreadable)? else { return Ok(None) };
        self.next = self.next.saturating_add(1);
        seen(entry).map(Some)
    }
}

fn seen(entry: Entry) -> Outcome<Seen> {
    let Entry { sequence, leaf, view, payloads } = entry;
    let hash = tlog::merkle::leaf_hash(&leaf);
    let leaf = serde_json::from_slice(&leaf).map_err(anyhow::Error::from)?;
    Ok(Seen { sequence, hash, leaf, view: Value::Object(view), payloads })
}

fn unreadable(error: ReadError) -> Failure {
    Failure::new(Code::Failed, error.to_string()).hint("Keep the files as they are; signet verify checks all of them.")
}
