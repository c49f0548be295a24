//! The journal of one gateway: a write-ahead log in a folder, and the public log that is made of it.

mod followed;
mod opening;
mod rebuild;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use model::{Durability, Event, Record};
use ports::{Journal, JournalDown, Later, Mark};

use crate::Clock;
use crate::clock::since_now;
use crate::log::{Publishing, Standing};
use crate::queue::Queue;
use crate::record::{Chains, gateway_recovered};
use crate::waiters::Reached;
use crate::wal::Maker;

/// How a journal is kept.
#[derive(Clone)]
pub struct Options {
    /// A segment of this size is followed by a new one.
    pub segment_bytes: u64,
    /// When this much waits for storage, records are refused.
    pub queue_bytes: usize,
    /// Disk space set aside for the last words.
    pub reserve_bytes: u64,
    /// The wall clock, for the records of the journal's own.
    pub clock: Clock,
    /// A clock that is never set, in microseconds since the run began.
    pub steady: Clock,
    /// The name of the log. Without it, a new log gets a random one.
    pub origin: Option<String>,
    /// What waits for storage, as records say it; whoever appends heeds it.
    pub mode: Durability,
}

impl Options {
    /// The defaults: segments of 64 MiB, a queue of 256 MiB, a reserve of 1 MiB.
    pub fn new(clock: Clock) -> Self {
        Self {
            segment_bytes: 64 << 20,
            queue_bytes: 256 << 20,
            reserve_bytes: 1 << 20,
            clock,
            steady: since_now(),
            origin: None,
            mode: Durability::Strict,
        }
    }
}

/// What was mended at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Sessions that a crash had left open, ended now with that cause.
    pub sessions: u64,
    /// Bytes of records that were not written whole. They were taken off the journal and kept beside it.
    pub torn_bytes: u64,
    /// The journal was gone, and what had to be known was learnt from the published log.
    pub rebuilt: bool,
}

/// A journal in a folder. Dropping it writes and publishes what is queued, and lets another gateway open it.
pub struct FileJournal {
    queue: Arc<Queue>,
    chains: Chains,
    recovery: Recovery,
    /// Not written down yet: that comes behind the start of the gateway.
    untold: Mutex<Recovery>,
    writer: Option<JoinHandle<()>>,
    publishing: Option<Publishing>,
    _maker: Option<Maker>,
    _lock: Option<File>,
}

impl FileJournal {
    /// What was mended when it was opened.
    pub fn recovery(&self) -> Recovery {
        self.recovery
    }

    /// Why it failed, in the words of the operating system; `None` while it has not.
    pub fn failure(&self) -> Option<String> {
        self.queue.failure()
    }

    /// How publishing goes.
    pub fn standing(&self) -> Standing {
        self.publishing.as_ref().map(Publishing::standing).unwrap_or_default()
    }

    /// What was mended stands behind the record of the start.
    fn tell_recovery(&self, started: Mark, wall: u64) -> Result<Mark, JournalDown> {
        let untold = std::mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner));
        if untold == Recovery::default() {
            return Ok(started);
        }
        let entry = gateway_recovered(untold.sessions, untold.torn_bytes, untold.rebuilt);
        self.chains.of_gateway(wall, entry, |draft| self.queue.append(&draft)).unwrap_or(Err(JournalDown))
    }

    #[cfg(test)]
    pub(crate) fn fail(&self, why: &str) {
        self.queue.fail(why.to_owned());
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
        let mark = self.chains.draft(&record, |draft| self.queue.append(&draft)).unwrap_or(Err(JournalDown))?;
        match record.event {
            Event::GatewayStarted { .. } => self.tell_recovery(mark, record.time_us),
            _ => Ok(mark),
        }
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

    fn syncs(&self) -> u64 {
        self.queue.synced()
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
        // It publishes what is durable by now, while the lock is held.
        self.publishing = None;
    }
}
