//! Where batches go: the current segment, the next one, and the reserved space for last words.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::frame::{END, HEADER};
use super::medium::Medium;
use super::recover::Current;
use super::segment;
use super::spare::Spares;

/// What the writer thread needs from a disk. A trait, so that tests can let it fail.
pub(crate) trait Storage: Send {
    /// Writes frames and their end behind those of the current segment.
    fn write(&mut self, batch: &[u8]) -> io::Result<()>;

    /// Makes all that was written durable.
    fn sync(&mut self) -> io::Result<()>;

    /// Begins a new segment, whose first record will be `first`, with this head.
    fn rotate(&mut self, first: u64, head: &[u8]) -> io::Result<()>;

    /// Frees the reserve, and makes a frame durable behind the last whole batch.
    fn last_words(&mut self, frame: &[u8]) -> io::Result<()>;
}

/// A folder on a real disk.
pub(crate) struct Disk<M> {
    medium: M,
    folder: PathBuf,
    spares: Arc<Spares>,
    current: Option<File>,
    /// Where the last whole write ended: the next frame goes there.
    size: u64,
    /// From here on, a spare is wanted.
    half: u64,
    /// The folder has a name that is not durable.
    named: bool,
}

impl<M: Medium> Disk<M> {
    /// Goes on in `current`; without one, the first thing must be a rotation.
    pub(crate) fn new(medium: M, folder: &Path, spares: Arc<Spares>, current: Option<Current>) -> Self {
        let half = spares.bytes() / 2;
        let (current, size) = current.map_or((None, 0), |current| (Some(current.file), current.size));
        Self { medium, folder: folder.to_owned(), spares, current, size, half, named: false }
    }

    /// A segment that has nothing but a head.
    fn begin(&mut self, path: &Path, head: &[u8]) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let file = match self.spares.take() {
            Some(spare) => {
                self.medium.rename(&spare, path)?;
                options.open(path)?
            }
            // Slower, but no record waits for a file to be filled with zeros.
            None => segment::private(options.create_new(true)).open(path)?,
        };
        self.medium.write_at(&file, &[head, &END].concat(), 0)?;
        Ok(file)
    }

    fn advance(&mut self, bytes: usize) {
        self.size = self.size.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.size >= self.half {
            self.spares.want();
        }
    }
}

impl<M: Medium> Storage for Disk<M> {
    fn write(&mut self, batch: &[u8]) -> io::Result<()> {
        let file = self.current.as_ref().ok_or_else(|| io::Error::other("there is no segment"))?;
        self.medium.write_at(file, batch, self.size)?;
        self.advance(batch.len().saturating_sub(HEADER));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(file) = &self.current {
            self.medium.sync(file)?;
        }
        if std::mem::take(&mut self.named) {
            self.medium.sync_folder(&self.folder)?;
        }
        Ok(())
    }

    fn rotate(&mut self, first: u64, head: &[u8]) -> io::Result<()> {
        let path = segment::path(&self.folder, first);
        let begun = self.begin(&path, head);
        if begun.is_err() {
            // Last words still go to the segment before.
            let _ = fs::remove_file(&path);
        }
        self.current = Some(begun?);
        self.named = true;
        self.size = 0;
        self.advance(head.len());
        Ok(())
    }

    fn last_words(&mut self, frame: &[u8]) -> io::Result<()> {
        // A reserve that is gone already is no reason not to try.
        let _ = fs::remove_file(reserve_path(&self.folder));
        self.write(&[frame, &END].concat())?;
        self.sync()
    }
}

/// Makes sure that `bytes` of the disk are set aside, as real blocks and not as a hole.
pub(crate) fn reserve(folder: &Path, bytes: u64) -> io::Result<()> {
    let path = reserve_path(folder);
    if fs::metadata(&path).is_ok_and(|found| found.len() >= bytes) {
        return Ok(());
    }
    zeros(&path, bytes)
}

/// Makes a file of so many zeros, as real blocks and not as a hole: durable, or not there.
pub(super) fn zeros(path: &Path, bytes: u64) -> io::Result<()> {
    static BLOCK: [u8; 1 << 16] = [0; 1 << 16];
    let mut file = segment::private(OpenOptions::new().write(true).create(true).truncate(true)).open(path)?;
    let mut left = bytes;
    let mut fill = || {
        while let Some(block) = BLOCK.get(..usize::try_from(left.min(BLOCK.len() as u64)).unwrap_or(0)) {
            if block.is_empty() {
                break;
            }
            file.write_all(block)?;
            left = left.saturating_sub(block.len() as u64);
        }
        file.sync_all()
    };
    let filled = fill();
    if filled.is_err() {
        // Half a file would pass for a whole one of a smaller setting.
        let _ = fs::remove_file(path);
    }
    filled
}

fn reserve_path(folder: &Path) -> PathBuf {
    folder.join("reserve")
}
