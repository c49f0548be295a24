//! What callers and the writer thread share: the batches that grow, the durable mark, and those who wait for it.
//!
//! A record gets its place under one lock: its number, its time, its link to its chain, its frame. So the mark that a caller is
//! told is the place in the log, and the writer has nothing to do but write.
//!
//! The writer is woken by who waits for a record, not by who appends one. So a record that nobody waits for yet (that of a
//! proven read, which runs meanwhile) goes to storage together with the next one that somebody does wait for (that of its
//! outcome), and what nobody ever waits for goes within `DOZE`.

mod batch;
mod words;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ports::{JournalDown, Mark};
use tlog::json;

use crate::clock::Clocks;
use crate::record::Draft;
use crate::sequencer::{Clocked, STARTED, Sequencer};
use crate::waiters::Waiters;
use crate::wal::LONGEST;
use batch::Batches;
pub(crate) use batch::{Batch, Left};
use words::Failure;

/// A spare buffer larger than this is given back: one burst must not hold memory for ever.
const SPARE: usize = 1 << 20;
/// How long the writer lets records lie for which nobody waits.
const DOZE: Duration = Duration::from_millis(20);
/// When so many bytes wait, they are written whether or not somebody waits.
const BULK: usize = 256 << 10;
/// After so many dozes without a record the writer sleeps until it is called.
const DOZES: u32 = 100;

pub(crate) struct Queue {
    growing: Mutex<Growing>,
    filled: Condvar,
    limit: usize,
    clocks: Clocks,
    /// Bytes that are not durable yet.
    waiting: AtomicUsize,
    durable: AtomicU64,
    /// Batches that became durable, each by one sync.
    synced: AtomicU64,
    failed: AtomicBool,
    /// The writer thread is gone; the mark never moves again.
    over: AtomicBool,
    waiters: Mutex<Waiters>,
}

struct Growing {
    sequencer: Sequencer,
    batches: Batches,
    clocked: Clocked,
    rest: Rest,
    /// Somebody waits for the durable mark to reach this.
    wanted: u64,
    closing: bool,
    /// The chain of the run has ended.
    stopped: bool,
    failure: Option<Failure>,
}

/// What the writer does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// It writes, or is about to look.
    Awake,
    /// It looks within `DOZE`.
    Dozes,
    /// It looks when it is called.
    Sleeps,
}

impl Queue {
    /// Continues behind what the sequencer knows, all of which is durable, in a segment as `left` says.
    pub(crate) fn new(sequencer: Sequencer, clocks: Clocks, limit: usize, segment_bytes: usize, left: Left) -> Self {
        let durable = sequencer.state().size();
        let growing = Growing {
            sequencer,
            batches: Batches::new(segment_bytes, left),
            clocked: Clocked::default(),
            rest: Rest::Awake,
            wanted: 0,
            closing: false,
            stopped: false,
            failure: None,
        };
        Self {
            growing: Mutex::new(growing),
            filled: Condvar::new(),
            limit,
            clocks,
            waiting: AtomicUsize::new(0),
            durable: AtomicU64::new(durable),
            synced: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            over: AtomicBool::new(false),
            waiters: Mutex::default(),
        }
    }

    /// Gives a record its place. One is taken as long as less than the limit waits, whatever its own size: so a large
    /// statement passes, and memory stays bounded by the limit and the longest record.
    pub(crate) fn append(&self, draft: &Draft) -> Result<Mark, JournalDown> {
        if draft.bound() > LONGEST || draft.leaf_bound() > json::LONGEST {
            return Err(JournalDown);
        }
        let mut growing = self.open()?;
        if draft.sid.is_none() && growing.stopped {
            return Err(JournalDown);
        }
        if draft.sid.is_none() && draft.kind == "gateway.stopped" {
            let clocked = growing.clocked.clone();
            self.put_heads(&mut growing, &clocked)?;
            growing.stopped = true;
        }
        let now = self.clocks.now();
        let step = growing.sequencer.step(now).filter(|_| !growing.stopped);
        for draft in step.iter().chain([draft]) {
            growing.put(draft, now.mono)?;
        }
        if draft.kind == STARTED
            && let Some(step) = growing.sequencer.step(now)
        {
            growing.put(&step, now.mono)?;
        }
        Ok(self.filled(&mut growing))
    }

    /// Writes down how far each chain is.
    pub(crate) fn heads(&self, clocked: Clocked) -> Result<Mark, JournalDown> {
        let mut growing = self.open()?;
        if growing.stopped {
            return Err(JournalDown);
        }
        self.put_heads(&mut growing, &clocked)?;
        growing.clocked = clocked;
        Ok(self.filled(&mut growing))
    }

    /// None before the record of the start, which nothing but `log.genesis` precedes in its chain.
    fn put_heads(&self, growing: &mut Growing, clocked: &Clocked) -> Result<(), JournalDown> {
        if !growing.sequencer.started() {
            return Ok(());
        }
        let now = self.clocks.now();
        let drafts = growing.sequencer.heads(now.wall, clocked);
        drafts.iter().try_for_each(|draft| growing.put(draft, now.mono))
    }

    /// The books, when they take records.
    fn open(&self) -> Result<MutexGuard<'_, Growing>, JournalDown> {
        let growing = self.growing();
        let full = self.waiting.load(Ordering::Acquire) >= self.limit;
        if self.is_failed() || growing.closing || full { Err(JournalDown) } else { Ok(growing) }
    }

    /// Tells the writer that there is something, and the caller where it stands.
    fn filled(&self, growing: &mut Growing) -> Mark {
        let bytes = growing.batches.bytes();
        self.waiting.store(bytes, Ordering::Release);
        if growing.rest == Rest::Sleeps || bytes >= BULK {
            self.call(growing);
        }
        Mark(growing.sequencer.state().size())
    }

    /// Somebody waits for that mark.
    pub(crate) fn want(&self, mark: u64) {
        let mut growing = self.growing();
        growing.wanted = growing.wanted.max(mark);
        self.call(&mut growing);
    }

    /// A wake-up is a system call, so it is not made for a writer that is awake.
    fn call(&self, growing: &mut Growing) {
        if std::mem::replace(&mut growing.rest, Rest::Awake) != Rest::Awake {
            self.filled.notify_one();
        }
    }

    /// The last record's mark, while an eighth of the limit or more waits.
    pub(crate) fn pressed(&self) -> Option<Mark> {
        let pressed = self.waiting.load(Ordering::Acquire) >= self.limit / 8;
        pressed.then(|| Mark(self.growing().sequencer.state().size()))
    }

    /// Waits for a batch; `None` when the journal has failed, or is closing and all is written.
    pub(crate) fn take(&self) -> Option<Batch> {
        let mut growing = self.growing();
        let (mut dozes, mut dozed) = (0, false);
        loop {
            let wanted = growing.closing || growing.wanted > self.durable() || growing.batches.bytes() >= BULK;
            if (wanted || dozed)
                && let Some(batch) = growing.batches.take()
            {
                growing.rest = Rest::Awake;
                return Some(batch);
            }
            if growing.closing || growing.failure.is_some() {
                return None;
            }
            if dozes < DOZES {
                growing.rest = Rest::Dozes;
                let rest = self.filled.wait_timeout(growing, DOZE).unwrap_or_else(PoisonError::into_inner);
                growing = rest.0;
                dozed = rest.1.timed_out();
                dozes += u32::from(dozed);
            } else {
                growing.rest = Rest::Sleeps;
                growing = self.filled.wait(growing).unwrap_or_else(PoisonError::into_inner);
                (dozes, dozed) = (0, false);
            }
        }
    }

    /// The batch is on stable storage: moves the mark and wakes those who waited for it.
    pub(crate) fn publish(&self, batch: Batch) {
        let mut growing = self.growing();
        if growing.failure.is_some() {
            return;
        }
        self.synced.fetch_add(1, Ordering::Relaxed);
        self.durable.store(batch.next, Ordering::Release);
        growing.batches.give_back(batch.bytes);
        self.waiting.store(growing.batches.bytes(), Ordering::Release);
        drop(growing);
        let woken = self.waiters().reached(batch.next);
        woken.into_values().for_each(std::task::Waker::wake);
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

    pub(crate) fn synced(&self) -> u64 {
        self.synced.load(Ordering::Relaxed)
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    pub(crate) fn waiters(&self) -> MutexGuard<'_, Waiters> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn growing(&self) -> MutexGuard<'_, Growing> {
        self.growing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Growing {
    fn put(&mut self, draft: &Draft, mono: u64) -> Result<(), JournalDown> {
        self.batches.prepare(draft.bound(), &self.sequencer).ok_or(JournalDown)?;
        let made = self.sequencer.make(draft, mono);
        self.batches.put(&made, draft);
        Ok(())
    }
}
