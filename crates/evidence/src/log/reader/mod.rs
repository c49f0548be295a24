//! Reading the log, also while a gateway writes it: record by record, opened as far as the keys allow.

mod opened;
mod parameters;
mod stored;
#[cfg(test)]
mod tests;
mod view;

use serde_json::{Map, Value};
use tlog::json;

use crate::Places;
use crate::error::ReadError;
use opened::Opener;
pub use opened::{Closed, Payload, Sealed};
pub use parameters::Parameters;
use stored::{Shelf, Stored};

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its index in the log, from 0.
    pub sequence: u64,
    /// The record, as it stands in the log.
    pub leaf: Vec<u8>,
    /// What it says and what these payloads say, as one flat object.
    pub view: Map<String, Value>,
    /// Those of its payloads that were asked for, in their order.
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

impl Reader {
    /// Begins with record `next`.
    ///
    /// # Errors
    /// When the master key is there and is none.
    pub fn from(places: &Places, next: u64) -> Result<Self, ReadError> {
        Ok(Self { shelf: Shelf::new(places.clone(), next), opener: Opener::new(places)? })
    }

    /// The record of this index with all that can be opened; none when the log is shorter.
    ///
    /// # Errors
    /// When it cannot be read, or is damaged.
    pub fn entry_at(&mut self, sequence: u64) -> Result<Option<Entry>, ReadError> {
        self.entry_where(sequence, |_| true)
    }

    /// The record of this index with those payloads that are asked for: no other is read or decrypted.
    ///
    /// # Errors
    /// When it cannot be read, or is damaged.
    pub fn entry_where(
        &mut self,
        sequence: u64,
        asked: impl FnMut(&Sealed<'_>) -> bool,
    ) -> Result<Option<Entry>, ReadError> {
        self.shelf.seek(sequence);
        self.step(asked)
    }

    /// The records of these indices, such as those of one session; best ascending.
    pub fn entries_at(
        &mut self,
        sequences: impl IntoIterator<Item = u64>,
    ) -> impl Iterator<Item = Result<Entry, ReadError>> {
        sequences.into_iter().filter_map(|sequence| self.entry_at(sequence).transpose())
    }

    fn step(&mut self, asked: impl FnMut(&Sealed<'_>) -> bool) -> Result<Option<Entry>, ReadError> {
        let Some(stored) = self.shelf.next()? else { return Ok(None) };
        let malformed = || ReadError::Malformed { sequence: stored.sequence };
        let record = json::parse(&stored.leaf).map_err(|_| malformed())?;
        let payloads = self.opener.open(&stored, &record, asked)?.ok_or_else(malformed)?;
        let view = view::view(&record, &payloads).ok_or_else(malformed)?;
        let Stored { sequence, leaf, .. } = stored;
        Ok(Some(Entry { sequence, leaf, view, payloads }))
    }
}

impl Iterator for Reader {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(|_| true).transpose()
    }
}
