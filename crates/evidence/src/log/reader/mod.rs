//! Reading the log, also while a gateway writes it: record by record, opened as far as the keys allow.

mod opened;
mod stored;
#[cfg(test)]
mod tests;
mod view;

use std::time::Duration;

use serde_json::{Map, Value};
use tlog::json;

use crate::Places;
use crate::error::ReadError;
use opened::Opener;
pub use opened::{Closed, Payload};
use stored::{Shelf, Stored};

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its index in the log, from 0.
    pub sequence: u64,
    /// The record, as it stands in the log.
    pub leaf: Vec<u8>,
    /// What it says and what its payloads say, as one flat object.
    pub view: Map<String, Value>,
    /// Its payloads, in their order.
    pub payloads: Vec<Payload>,
}

/// Reads records at any place, and best in ascending order.
#[derive(Debug)]
pub struct Reader {
    shelf: Shelf,
    opener: Opener,
}

/// All records that are in the log now, oldest first. After `None`, `next` looks again: more may have come.
///
/// # Errors
/// When the master key is there and is none.
pub fn read(places: &Places) -> Result<Reader, ReadError> {
    Reader::from(places, 0)
}

/// Records from `next` on, and then each new one as it comes; it looks again every `interval`. Ends only with an error.
///
/// # Errors
/// When the master key is there and is none.
pub fn follow(places: &Places, next: u64, interval: Duration) -> Result<Follower, ReadError> {
    Ok(Follower { reader: Reader::from(places, next)?, interval, over: false })
}

impl Reader {
    /// Begins with record `next`.
    ///
    /// # Errors
    /// When the master key is there and is none.
    pub fn from(places: &Places, next: u64) -> Result<Self, ReadError> {
        Ok(Self { shelf: Shelf::new(places.clone(), next), opener: Opener::new(places)? })
    }

    /// The record of this index; none when the log is shorter.
    ///
    /// # Errors
    /// When it cannot be read, or is damaged.
    pub fn entry_at(&mut self, sequence: u64) -> Result<Option<Entry>, ReadError> {
        self.shelf.seek(sequence);
        self.step()
    }

    /// The records of these indices, such as those of one session; best ascending.
    pub fn entries_at(
        &mut self,
        sequences: impl IntoIterator<Item = u64>,
    ) -> impl Iterator<Item = Result<Entry, ReadError>> {
        sequences.into_iter().filter_map(|sequence| self.entry_at(sequence).transpose())
    }

    fn step(&mut self) -> Result<Option<Entry>, ReadError> {
        let Some(stored) = self.shelf.next()? else { return Ok(None) };
        let malformed = || ReadError::Malformed { sequence: stored.sequence };
        let record = json::parse(&stored.leaf).map_err(|_| malformed())?;
        let payloads = self.opener.open(&stored, &record)?.ok_or_else(malformed)?;
        let view = view::view(&record, &payloads).ok_or_else(malformed)?;
        let Stored { sequence, leaf, .. } = stored;
        Ok(Some(Entry { sequence, leaf, view, payloads }))
    }
}

impl Iterator for Reader {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Iterator that waits for more.
#[derive(Debug)]
pub struct Follower {
    reader: Reader,
    interval: Duration,
    over: bool,
}

impl Iterator for Follower {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            match self.reader.next() {
                Some(found) => {
                    self.over = found.is_err();
                    return Some(found);
                }
                None => std::thread::sleep(self.interval),
            }
        }
        None
    }
}
