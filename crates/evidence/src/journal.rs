//! The journal of one machine: files in a folder.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use model::Record;
use ports::{Journal, JournalDown, Later, Mark};

use crate::error::OpenError;
use crate::frame::Draft;
use crate::queue::Queue;
use crate::recovery::{self, Recovery};
use crate::storage::{self, Disk, Storage};
use crate::waiters::Reached;
use crate::writer::Writer;
use crate::{Clock, segment};

/// How a journal is kept.
#[derive(Clone)]
pub struct Options {
    /// A segment of at least this size is followed by a new one.
    pub segment_bytes: u64,
    /// When this much waits for storage, records are refused.
    pub queue_bytes: usize,
    /// Disk space set aside for the last words.
    pub reserve_bytes: u64,
    /// The wall clock, for the records of the journal's own.
    pub clock: Clock,
}

impl Options {
    /// The defaults: segments of 64 MiB, a queue of 256 MiB, a reserve of 1 MiB.
    pub fn new(clock: Clock) -> Self {
        Self { segment_bytes: 64 << 20, queue_bytes: 256 << 20, reserve_bytes: 1 << 20, clock }
    }
}

/// A journal in a folder. Dropping it writes what is queued and lets another gateway open it.
pub struct FileJournal {
    queue: Arc<Queue>,
    writer: Option<JoinHandle<()>>,
    recovery: Recovery,
    _lock: Option<File>,
}

impl FileJournal {
    /// Opens the journal in `folder`, or begins one; mends what a crash left. Blocks: it reads all that is there.
    ///
    /// # Errors
    /// When another gateway has it open, when it is damaged in a way that no crash explains, or when a file operation
    /// fails; also when there is no space for the reserve.
    pub fn open(folder: &Path, options: Options) -> Result<Self, OpenError> {
        segment::prepare(folder).map_err(OpenError::file("preparing the folder", folder))?;
        let lock = recovery::lock(folder)?;
        let found = recovery::find(folder)?;
        let reserve = storage::reserve(folder, options.reserve_bytes);
        reserve.map_err(OpenError::file("setting space aside for last words in", folder))?;
        let (frames, count, recovery) = found.closing((options.clock)());
        let last = found.last.saturating_add(count);
        let mut disk = Disk::new(folder, found.current, found.size);
        // Also when there is nothing to close: what an earlier gateway wrote and did not sync is counted as durable now.
        let mended = disk.write(&frames).and_then(|()| disk.sync());
        mended.map_err(OpenError::file("closing what a crash left open in", folder))?;
        Self::start(disk, last, options, recovery, Some(lock))
            .map_err(OpenError::file("starting the writer of", folder))
    }

    /// What was mended when it was opened.
    pub fn recovery(&self) -> Recovery {
        self.recovery
    }

    /// Why it failed, in the words of the operating system; `None` while it has not.
    pub fn failure(&self) -> Option<String> {
        self.queue.failure()
    }

    pub(crate) fn start<S: Storage + 'static>(
        storage: S,
        last: u64,
        options: Options,
        recovery: Recovery,
        lock: Option<File>,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new(last, options.queue_bytes));
        let writer =
            Writer { queue: queue.clone(), storage, segment_bytes: options.segment_bytes, clock: options.clock };
        let writer = Builder::new().name("journal".to_owned()).spawn(move || writer.run())?;
        Ok(Self { queue, writer: Some(writer), recovery, _lock: lock })
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.queue.waiters().count()
    }
}

impl Journal for FileJournal {
    fn append(&self, record: Record) -> Result<Mark, JournalDown> {
        if self.queue.is_failed() {
            return Err(JournalDown);
        }
        self.queue.append(Draft::of(&record).ok_or(JournalDown)?)
    }

    fn durable(&self) -> Mark {
        Mark(self.queue.durable())
    }

    fn pressed(&self) -> Option<Mark> {
        self.queue.pressed()
    }

    fn failed(&self) -> bool {
        self.queue.is_failed()
    }

    fn reached(&self, mark: Mark) -> Later<Result<(), JournalDown>> {
        Box::pin(Reached::new(self.queue.clone(), mark))
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            // A panic of the writer has already failed the journal.
            let _ = writer.join();
        }
    }
}
