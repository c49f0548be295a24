//! Records as they are stored: from the journal as far as it goes back, and from the log before that.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use tlog::bundle;
use tlog::tile::{self, WIDTH};

use crate::Places;
use crate::error::ReadError;
use crate::log::pack::ciphertexts;
use crate::wal::{self, Follower};

/// A record, closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) sequence: u64,
    pub(super) leaf: Vec<u8>,
    /// The wrapped key of the chain, when it begins here and the journal still has it.
    pub(super) key: Option<Vec<u8>>,
    /// Its ciphertexts, one behind the other.
    pub(super) ciphertexts: Ciphertexts,
}

/// Where the ciphertexts of a record are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ciphertexts {
    /// Here.
    Here(Vec<u8>),
    /// In a pack, from this byte on.
    Packed {
        /// The file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
    },
}

/// Reads records in ascending order.
#[derive(Debug)]
pub(super) struct Shelf {
    places: Places,
    next: u64,
    follower: Option<Follower>,
    bundle: Option<Bundle>,
}

/// A bundle that was read.
#[derive(Debug)]
struct Bundle {
    index: u64,
    /// The records and where their ciphertexts begin.
    records: Vec<(Vec<u8>, u64)>,
}

impl Shelf {
    /// Begins with record `next`.
    pub(super) fn new(places: Places, next: u64) -> Self {
        Self { places, next, follower: None, bundle: None }
    }

    /// Goes to a record. Cheap when it stands behind the one that was read last, and near it.
    pub(super) fn seek(&mut self, sequence: u64) {
        self.next = sequence;
        self.follower.take_if(|follower| follower.sequence() > sequence);
    }

    /// The record at the position, if there is one now, and moves behind it.
    pub(super) fn next(&mut self) -> Result<Option<Stored>, ReadError> {
        let found = self.find()?;
        self.next = self.next.saturating_add(u64::from(found.is_some()));
        Ok(found)
    }

    fn find(&mut self) -> Result<Option<Stored>, ReadError> {
        // What is in the log stays there: the journal need not be asked for each record.
        if self.is_at_hand() {
            return self.in_log(true);
        }
        loop {
            let found = self.in_journal()?;
            if found.is_some() {
                return Ok(found);
            }
            // Asked only now: what the journal gives up is in the log before.
            let oldest = self.oldest()?;
            if oldest.is_none_or(|oldest| oldest > self.next) {
                self.follower = None;
                return self.in_log(oldest.is_some());
            }
            if self.follower.as_ref().is_some_and(|follower| follower.sequence() == self.next) {
                return Ok(None);
            }
            self.follower = Some(Follower::new(&self.places.journal, self.next));
        }
    }

    /// The record, if the journal is open where it stands.
    fn in_journal(&mut self) -> Result<Option<Stored>, ReadError> {
        let Some(follower) = &mut self.follower else { return Ok(None) };
        while let Some(frame) = follower.look()? {
            if frame.sequence == self.next {
                let ciphertexts = Ciphertexts::Here(frame.payloads);
                return Ok(Some(Stored { sequence: frame.sequence, leaf: frame.leaf, key: frame.key, ciphertexts }));
            }
        }
        Ok(None)
    }

    /// The oldest record of the journal; none when it is not here.
    fn oldest(&self) -> Result<Option<u64>, ReadError> {
        match wal::list(&self.places.journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            segments => {
                let segments = segments.map_err(ReadError::file(&self.places.journal))?;
                Ok(segments.first().map(|segment| segment.first))
            }
        }
    }

    /// Whether the bundle that was read has the record.
    fn is_at_hand(&self) -> bool {
        let count = |bundle: &Bundle| u64::try_from(bundle.records.len()).unwrap_or_default();
        self.bundle.as_ref().is_some_and(|bundle| {
            let first = bundle.index.saturating_mul(WIDTH.into());
            (first..first.saturating_add(count(bundle))).contains(&self.next)
        })
    }

    /// The record in the log, where it must be when the journal is here and does not have it.
    fn in_log(&mut self, journal: bool) -> Result<Option<Stored>, ReadError> {
        let (index, at) = (self.next / u64::from(WIDTH), self.next % u64::from(WIDTH));
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        if !self.is_at_hand() {
            self.bundle = Bundle::read(&self.places.log, index)?;
        }
        let record = self.bundle.as_ref().and_then(|bundle| bundle.records.get(at));
        let Some((leaf, offset)) = record else {
            let missing = ReadError::Missing { folder: self.places.log.clone(), sequence: self.next };
            return if journal { Err(missing) } else { Ok(None) };
        };
        let path = self.places.log.join(tile::payload_path(index));
        let ciphertexts = Ciphertexts::Packed { path, offset: *offset };
        Ok(Some(Stored { sequence: self.next, leaf: leaf.clone(), key: None, ciphertexts }))
    }
}

impl Bundle {
    /// Reads the fullest file of a bundle; none when there is none.
    fn read(log: &Path, index: u64) -> Result<Option<Self>, ReadError> {
        let found = file(&log.join(tile::entries_path(index, WIDTH)))?;
        let Some(bytes) = (if found.is_some() { found } else { fullest(log, index)? }) else { return Ok(None) };
        let mut records: Vec<(Vec<u8>, u64)> = Vec::new();
        let mut offset = 0_u64;
        for leaf in bundle::entries(&bytes) {
            let sequence = index.saturating_mul(u64::from(WIDTH)).saturating_add(records.len() as u64);
            let malformed = || ReadError::Malformed { sequence };
            let leaf = leaf.map_err(|_| malformed())?;
            let size = ciphertexts(leaf).ok_or_else(malformed)?;
            records.push((leaf.to_owned(), offset));
            offset = offset.saturating_add(size);
        }
        Ok(Some(Self { index, records }))
    }
}

impl Ciphertexts {
    /// So many bytes from `offset` on; `None` when they are not there.
    pub(super) fn read(&self, offset: u64, size: u64) -> Result<Option<Vec<u8>>, ReadError> {
        match self {
            Self::Here(bytes) => {
                let range = usize::try_from(offset).ok().zip(usize::try_from(size).ok());
                let found = range.and_then(|(offset, size)| bytes.get(offset..offset.checked_add(size)?));
                Ok(found.map(ToOwned::to_owned))
            }
            Self::Packed { path, offset: start } => {
                packed(path, start.saturating_add(offset), size).map_err(ReadError::file(path))
            }
        }
    }
}

fn packed(path: &Path, offset: u64, size: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    // Nothing is allocated for a size that the file does not have.
    let there = file.metadata()?.len() >= offset.saturating_add(size);
    let Some(size) = usize::try_from(size).ok().filter(|_| there) else { return Ok(None) };
    let mut bytes = vec![0; size];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(Some(bytes))
}

/// The partial file of a bundle with the most records.
fn fullest(log: &Path, index: u64) -> Result<Option<Vec<u8>>, ReadError> {
    let one = log.join(tile::entries_path(index, 1));
    let folder = one.parent().unwrap_or(log);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries.map_err(ReadError::file(folder))?,
    };
    let widths = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u16>().ok());
    widths.max().map_or(Ok(None), |width| file(&log.join(tile::entries_path(index, width))))
}

/// A whole file, if it is there.
fn file(path: &Path) -> Result<Option<Vec<u8>>, ReadError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some).map_err(ReadError::file(path)),
    }
}
