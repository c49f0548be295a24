//! What callers and the writer thread share: the batch that grows, the durable mark, and those who wait for it.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use ports::{JournalDown, Mark};

use crate::frame::Draft;
use crate::waiters::Waiters;

/// A spare buffer larger than this is given back: one burst must not hold memory for ever.
const SPARE: usize = 1 << 20;

pub(crate) struct Queue {
    growing: Mutex<Growing>,
    filled: Condvar,
    limit: usize,
    /// Bytes that are not durable yet.
    waiting: AtomicUsize,
    durable: AtomicU64,
    failed: AtomicBool,
    /// The writer thread is gone; the mark never moves again.
    over: AtomicBool,
    waiters: Mutex<Waiters>,
}

struct Growing {
    batch: Vec<u8>,
    spare: Vec<u8>,
    /// Bytes that the writer has taken and that are not durable yet.
    taken: usize,
    last: u64,
    writer_sleeps: bool,
    closing: bool,
    failure: Option<String>,
}

/// Frames that go to storage together.
pub(crate) struct Batch {
    pub(crate) bytes: Vec<u8>,
    /// The sequence of its last record.
    pub(crate) last: u64,
}

impl Queue {
    /// Continues after record `last`, which is durable.
    pub(crate) fn new(last: u64, limit: usize) -> Self {
        let growing = Growing {
            batch: Vec::new(),
            spare: Vec::new(),
            taken: 0,
            last,
            writer_sleeps: false,
            closing: false,
            failure: None,
        };
        Self {
            growing: Mutex::new(growing),
            filled: Condvar::new(),
            limit,
            waiting: AtomicUsize::new(0),
            durable: AtomicU64::new(last),
            failed: AtomicBool::new(false),
            over: AtomicBool::new(false),
            waiters: Mutex::default(),
        }
    }

    /// Gives a record its place. One is taken as long as less than the limit waits, whatever its own size: so a large
    /// statement passes, and memory stays bounded by the limit and the longest record.
    pub(crate) fn append(&self, draft: Draft) -> Result<Mark, JournalDown> {
        let mut growing = self.growing();
        if self.is_failed() || growing.closing || growing.batch.len().saturating_add(growing.taken) >= self.limit {
            return Err(JournalDown);
        }
        let sequence = growing.last.checked_add(1).ok_or(JournalDown)?;
        growing.last = sequence;
        draft.put(sequence, &mut growing.batch);
        self.waiting.store(growing.batch.len().saturating_add(growing.taken), Ordering::Release);
        // A wake-up is a system call, so it is not made for a writer that is awake.
        if std::mem::take(&mut growing.writer_sleeps) {
            self.filled.notify_one();
        }
        Ok(Mark(sequence))
    }

    /// The last record's mark, while an eighth of the limit or more waits.
    pub(crate) fn pressed(&self) -> Option<Mark> {
        let pressed = self.waiting.load(Ordering::Acquire) >= self.limit / 8;
        pressed.then(|| Mark(self.growing().last))
    }

    /// Waits for a batch; `None` when the journal is closing and all is written.
    pub(crate) fn take(&self) -> Option<Batch> {
        let mut growing = self.growing();
        while growing.batch.is_empty() {
            if growing.closing {
                return None;
            }
            growing.writer_sleeps = true;
            growing = self.filled.wait(growing).unwrap_or_else(PoisonError::into_inner);
        }
        let spare = std::mem::take(&mut growing.spare);
        let bytes = std::mem::replace(&mut growing.batch, spare);
        growing.taken = bytes.len();
        Some(Batch { bytes, last: growing.last })
    }

    /// The batch is on stable storage: moves the mark and wakes those who waited for it.
    pub(crate) fn publish(&self, mut batch: Batch) {
        self.durable.store(batch.last, Ordering::Release);
        let woken = self.waiters().reached(batch.last);
        woken.into_values().for_each(std::task::Waker::wake);
        batch.bytes.clear();
        let mut growing = self.growing();
        growing.taken = 0;
        self.waiting.store(growing.batch.len(), Ordering::Release);
        if batch.bytes.capacity() <= SPARE {
            growing.spare = batch.bytes;
        }
    }

    /// Storage failed: nothing is taken any more, and nobody waits for what will not come.
    pub(crate) fn fail(&self, why: String) {
        self.failed.store(true, Ordering::Release);
        let mut growing = self.growing();
        growing.batch = Vec::new();
        growing.failure = Some(why);
        drop(growing);
        self.end();
    }

    /// The mark will not move again.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Release);
        let woken = self.waiters().all();
        woken.into_values().for_each(std::task::Waker::wake);
    }

    /// Lets the writer finish what is queued, and then stop.
    pub(crate) fn close(&self) {
        self.growing().closing = true;
        self.filled.notify_one();
    }

    pub(crate) fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    pub(crate) fn failure(&self) -> Option<String> {
        self.growing().failure.clone()
    }

    pub(crate) fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn growing(&self) -> MutexGuard<'_, Growing> {
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
