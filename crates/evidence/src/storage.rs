//! Where batches go: the current segment, the next one, and the reserved space for last words.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::segment;

/// What the writer thread needs from a disk. A trait, so that tests can let it fail.
pub(crate) trait Storage: Send {
    /// Appends to the current segment.
    fn write(&mut self, batch: &[u8]) -> io::Result<()>;

    /// Makes all that was written durable.
    fn sync(&mut self) -> io::Result<()>;

    /// Bytes in the current segment.
    fn size(&self) -> u64;

    /// Begins a new segment, whose first record will be `first`.
    fn rotate(&mut self, first: u64) -> io::Result<()>;

    /// Frees the reserve, takes back what a failed write left behind, and makes `frame` durable.
    fn last_words(&mut self, frame: &[u8]) -> io::Result<()>;
}

/// A folder on a real disk.
pub(crate) struct Disk {
    folder: PathBuf,
    reserve: PathBuf,
    current: File,
    /// Where the last whole write ended.
    size: u64,
}

impl Disk {
    /// Continues in `current`, whose frames end at `size`.
    pub(crate) fn new(folder: &Path, current: File, size: u64) -> Self {
        Self { folder: folder.to_owned(), reserve: reserve_path(folder), current, size }
    }
}

impl Storage for Disk {
    fn write(&mut self, batch: &[u8]) -> io::Result<()> {
        self.current.write_all(batch)?;
        self.size = self.size.saturating_add(u64::try_from(batch.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.current.sync_data()
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn rotate(&mut self, first: u64) -> io::Result<()> {
        self.current = segment::create(&self.folder, first)?;
        self.size = 0;
        Ok(())
    }

    fn last_words(&mut self, frame: &[u8]) -> io::Result<()> {
        // A reserve that is gone already is no reason not to try.
        let _ = fs::remove_file(&self.reserve);
        self.current.set_len(self.size)?;
        self.write(frame)?;
        self.sync()
    }
}

/// Makes sure that `bytes` of the disk are set aside, as real blocks and not as a hole.
pub(crate) fn reserve(folder: &Path, bytes: u64) -> io::Result<()> {
    let path = reserve_path(folder);
    if fs::metadata(&path).is_ok_and(|found| found.len() >= bytes) {
        return Ok(());
    }
    let mut file = segment::private(OpenOptions::new().write(true).create(true).truncate(true)).open(&path)?;
    let written = io::copy(&mut io::Read::take(io::repeat(0), bytes), &mut file).and_then(|_| file.sync_all());
    if written.is_err() {
        // Half a reserve would pass for a whole one of a smaller setting.
        let _ = fs::remove_file(&path);
    }
    written
}

fn reserve_path(folder: &Path) -> PathBuf {
    folder.join("reserve")
}
