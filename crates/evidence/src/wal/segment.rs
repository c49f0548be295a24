//! The files of the write-ahead log: segments named by the sequence of their first record. Each begins with a head: what
//! must be known to go on from there.
//!
//! The head: CRC-32 u32 of all that follows but zeros, length u32 of the state, sequence u64 of the first record, both
//! little-endian, a word of 16 bytes, zeros up to 64; then the state, and zeros up to a multiple of 64.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::frame::{HEADER, LONGEST, padding};

const ENDING: &str = "journal";
const WORD: &[u8; 16] = b"signet journal 2";

/// A segment as the folder lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    /// The sequence of its first record.
    pub(crate) first: u64,
    pub(crate) path: PathBuf,
}

/// What a segment begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The sequence of its first record.
    pub(crate) first: u64,
    /// What the sequencer knew before that record.
    pub(crate) state: Vec<u8>,
}

impl Head {
    /// The head as it stands in the file; `None` when the state is too long.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        let length = u32::try_from(self.state.len()).ok().filter(|_| self.state.len() <= LONGEST)?;
        let mut bytes = Vec::with_capacity(HEADER.saturating_add(self.state.len()).saturating_add(HEADER));
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&self.first.to_le_bytes());
        bytes.extend_from_slice(WORD);
        bytes.resize(HEADER, 0);
        bytes.extend_from_slice(&self.state);
        let sum = crc32fast::hash(bytes.get(4..)?);
        bytes.get_mut(..4)?.copy_from_slice(&sum.to_le_bytes());
        bytes.resize(bytes.len().saturating_add(padding(self.state.len())), 0);
        Some(bytes)
    }

    /// How long the state is, when these 64 bytes begin a head.
    pub(crate) fn length(start: &[u8]) -> Option<usize> {
        let length = u32::from_le_bytes(*start.get(4..)?.first_chunk::<4>()?);
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST)?;
        (start.get(16..32)? == WORD).then_some(length)
    }

    /// Reads a head of which `start` are the first 64 bytes.
    pub(crate) fn parse(start: &[u8], state: Vec<u8>) -> Option<Self> {
        let sum = u32::from_le_bytes(*start.first_chunk::<4>()?);
        let first = u64::from_le_bytes(*start.get(8..)?.first_chunk::<8>()?);
        let mut found = crc32fast::Hasher::new();
        found.update(start.get(4..)?);
        found.update(&state);
        (found.finalize() == sum).then_some(Self { first, state })
    }
}

/// All segments, oldest first.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let named = path.extension().is_some_and(|ending| ending == ENDING);
        let first = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (true, Some(first)) = (named, first) {
            segments.push(Segment { first, path });
        }
    }
    segments.sort();
    Ok(segments)
}

/// The name of the segment whose first record is `first`.
pub(crate) fn path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.{ENDING}"))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Files that only the gateway may read.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Makes the folder, for the gateway alone, if it is not there.
pub(crate) fn prepare(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => Ok(()),
    }
}
