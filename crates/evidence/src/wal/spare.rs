//! Files for segments that are still to come: whole and full of zeros, or of records that are in the log by now. One is made
//! ahead by a thread of its own, so that no record waits for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use super::segment;
use super::storage::zeros;

const ENDING: &str = "spare";
/// More are not kept.
const MOST: usize = 2;

/// The spare files of a journal.
#[derive(Debug)]
pub(crate) struct Spares {
    folder: PathBuf,
    bytes: u64,
    shelf: Mutex<Shelf>,
    asked: Condvar,
}

#[derive(Debug, Default)]
struct Shelf {
    ready: Vec<PathBuf>,
    next: u64,
    wanted: bool,
    closing: bool,
}

impl Spares {
    /// Takes stock of a folder: spares of this size are kept, others are removed.
    pub(crate) fn open(folder: &Path, bytes: u64) -> io::Result<Self> {
        let spares = Self { folder: folder.to_owned(), bytes, shelf: Mutex::default(), asked: Condvar::new() };
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                spares.give(&path)?;
            }
        }
        Ok(spares)
    }

    /// Size of a segment.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A file that can become a segment.
    pub(crate) fn take(&self) -> Option<PathBuf> {
        self.shelf().ready.pop()
    }

    /// Takes a file whose records nobody needs. What is too much, or of another size, is removed.
    pub(crate) fn give(&self, path: &Path) -> io::Result<()> {
        let fits = fs::metadata(path)?.len() == self.bytes;
        let mut shelf = self.shelf();
        if !fits || shelf.ready.len() >= MOST {
            return fs::remove_file(path);
        }
        let name = self.name(&mut shelf);
        fs::rename(path, &name)?;
        // Its old name must be gone for good before anything else is written into it.
        segment::sync_folder(&self.folder)?;
        shelf.ready.push(name);
        Ok(())
    }

    /// Makes one now, unless one is ready.
    pub(crate) fn make(&self) -> io::Result<()> {
        if !self.shelf().ready.is_empty() {
            return Ok(());
        }
        let aside = self.folder.join("spare.new");
        zeros(&aside, self.bytes)?;
        let mut shelf = self.shelf();
        let name = self.name(&mut shelf);
        fs::rename(&aside, &name)?;
        shelf.ready.push(name);
        Ok(())
    }

    /// Has one made by the thread, unless one is ready.
    pub(crate) fn want(&self) {
        let mut shelf = self.shelf();
        if shelf.ready.is_empty() && !shelf.wanted {
            shelf.wanted = true;
            self.asked.notify_one();
        }
    }

    /// Runs until it is closed. When one cannot be made, the writer finds none, and is told by the disk why.
    fn run(&self) {
        let mut shelf = self.shelf();
        while !shelf.closing {
            if std::mem::take(&mut shelf.wanted) {
                drop(shelf);
                let _ = self.make();
                shelf = self.shelf();
            } else {
                shelf = self.asked.wait(shelf).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// A name that no file has.
    fn name(&self, shelf: &mut Shelf) -> PathBuf {
        loop {
            let name = self.folder.join(format!("{}.{ENDING}", shelf.next));
            shelf.next = shelf.next.wrapping_add(1);
            if !name.exists() {
                return name;
            }
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread that makes spares. Dropping it ends it.
pub(crate) struct Maker {
    spares: Arc<Spares>,
    thread: Option<JoinHandle<()>>,
}

impl Maker {
    pub(crate) fn start(spares: Arc<Spares>) -> io::Result<Self> {
        let making = Arc::clone(&spares);
        let thread = Builder::new().name("spare".to_owned()).spawn(move || making.run())?;
        Ok(Self { spares, thread: Some(thread) })
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        self.spares.shelf().closing = true;
        self.spares.asked.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
