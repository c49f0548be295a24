//! Reading a journal, also one that a gateway is writing.

mod open;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::ReadError;
use crate::segment::{self, Segment};
use open::{Found, Open};

/// One record as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the order, from 1.
    pub sequence: u64,
    /// The record.
    pub json: String,
}

/// All records that are in the journal now, oldest first. After `None`, `next` looks again: more may have come.
///
/// A torn end is the end. Damage with records behind it is an error.
///
/// # Errors
/// When the folder cannot be read.
pub fn read(folder: &Path) -> Result<Records, ReadError> {
    Records::after(folder, 0)
}

/// Records above `after`, and then each new one as it comes; it looks again every `interval`. Ends only with an error.
///
/// # Errors
/// When the folder cannot be read.
pub fn follow(folder: &Path, after: u64, interval: Duration) -> Result<Follower, ReadError> {
    Ok(Follower { records: Records::after(folder, after)?, interval, over: false })
}

/// Iterator over the records of a journal.
#[derive(Debug)]
pub struct Records {
    folder: PathBuf,
    open: Option<Open>,
    last: u64,
    after: u64,
}

/// Iterator that waits for more.
#[derive(Debug)]
pub struct Follower {
    records: Records,
    interval: Duration,
    over: bool,
}

/// What stands at the reading position.
pub(crate) enum Step {
    /// The next record.
    Entry(Entry),
    /// Nothing.
    End,
    /// A frame that was not written whole, in the last segment, with no record behind it.
    Torn,
}

impl Records {
    fn after(folder: &Path, after: u64) -> Result<Self, ReadError> {
        let segments = segment::list(folder).map_err(ReadError::file(folder))?;
        let begin = segments.iter().rfind(|segment| segment.first <= after.saturating_add(1));
        let last = begin.map_or(0, |segment| segment.first.saturating_sub(1));
        Ok(Self { folder: folder.to_owned(), open: None, last, after })
    }

    /// One step, for those who must tell a torn end from a clean one.
    pub(crate) fn step(&mut self) -> Result<Step, ReadError> {
        loop {
            let seen = self.look()?;
            if let Found::Entry(entry) = seen {
                return Ok(Step::Entry(entry));
            }
            let Some(next) = self.newer()? else {
                return match (seen, &mut self.open) {
                    (Found::Bad(why), Some(open)) => open.torn(self.last, why).map(|()| Step::Torn),
                    _ => Ok(Step::End),
                };
            };
            // A segment gets its last records before the next one begins, and that may have been since it was looked at.
            match self.look()? {
                Found::Entry(entry) => return Ok(Step::Entry(entry)),
                Found::Bad(why) => return Err(self.damaged(&next, why)),
                Found::Nothing if next.first != self.last.saturating_add(1) => {
                    return Err(self.damaged(&next, "records between this segment and the one before it are missing"));
                }
                Found::Nothing => self.open = Some(Open::new(next)?),
            }
        }
    }

    /// The segment being read, and where in it.
    pub(crate) fn position(&self) -> Option<(&Path, u64)> {
        self.open.as_ref().map(Open::position)
    }

    /// The last record that was read.
    pub(crate) fn sequence(&self) -> u64 {
        self.last
    }

    fn look(&mut self) -> Result<Found, ReadError> {
        let Some(open) = &mut self.open else { return Ok(Found::Nothing) };
        let found = open.look(self.last)?;
        if let Found::Entry(entry) = &found {
            self.last = entry.sequence;
        }
        Ok(found)
    }

    /// The segment after the one being read.
    fn newer(&self) -> Result<Option<Segment>, ReadError> {
        let current = self.open.as_ref().map_or(self.last, Open::first);
        let segments = segment::list(&self.folder).map_err(ReadError::file(&self.folder))?;
        Ok(segments.into_iter().find(|segment| segment.first > current))
    }

    fn damaged(&self, next: &Segment, why: &'static str) -> ReadError {
        let (path, offset) = self.position().unwrap_or((&next.path, 0));
        ReadError::Damaged { path: path.to_owned(), offset, after: self.last, why }
    }
}

impl Iterator for Records {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.step() {
                Ok(Step::Entry(entry)) if entry.sequence <= self.after => {}
                Ok(Step::Entry(entry)) => return Some(Ok(entry)),
                Ok(Step::End | Step::Torn) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Iterator for Follower {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            match self.records.next() {
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
