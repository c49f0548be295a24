//! A journal in memory, whose durable mark a test controls and which can fail.

use std::sync::Mutex;

use model::{Event, Record};
use ports::{Journal, JournalDown, Later, Mark};
use tokio::sync::watch;

/// The journal.
pub struct MemoryJournal {
    records: Mutex<Vec<Record>>,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy)]
struct State {
    durable: u64,
    /// Whether records are durable as soon as they are appended.
    at_once: bool,
    failed: bool,
    /// How many records may wait for storage; 0 = any number.
    press_at: u64,
}

impl Default for MemoryJournal {
    fn default() -> Self {
        let (state, _) = watch::channel(State { durable: 0, at_once: true, failed: false, press_at: 0 });
        Self { records: Mutex::default(), state }
    }
}

impl MemoryJournal {
    /// From now on records become durable only when told so.
    pub fn by_hand(&self) {
        self.state.send_modify(|state| state.at_once = false);
    }

    /// Makes all records durable up to and including that one, counted from 1.
    pub fn make_durable(&self, mark: u64) {
        self.state.send_modify(|state| state.durable = state.durable.max(mark));
    }

    /// Makes everything that was appended durable.
    pub fn catch_up(&self) {
        self.make_durable(self.len());
    }

    /// From now on it asks for patience when so many records wait for storage.
    pub fn press_at(&self, waiting: u64) {
        self.state.send_modify(|state| state.press_at = waiting);
    }

    /// It takes no more records.
    pub fn fail(&self) {
        self.state.send_modify(|state| state.failed = true);
    }

    /// How many records were appended.
    pub fn len(&self) -> u64 {
        u64::try_from(self.records.lock().unwrap().len()).unwrap()
    }

    /// Whether nothing was appended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was appended.
    pub fn records(&self) -> Vec<Record> {
        self.records.lock().unwrap().clone()
    }

    /// The events of it.
    pub fn events(&self) -> Vec<Event> {
        self.records().into_iter().map(|record| record.event).collect()
    }
}

impl Journal for MemoryJournal {
    fn append(&self, record: Record) -> Result<Mark, JournalDown> {
        if self.failed() {
            return Err(JournalDown);
        }
        let mut records = self.records.lock().unwrap();
        records.push(record);
        let mark = u64::try_from(records.len()).unwrap();
        drop(records);
        self.state.send_if_modified(|state| {
            state.durable = if state.at_once { mark } else { state.durable };
            state.at_once
        });
        Ok(Mark(mark))
    }

    fn durable(&self) -> Mark {
        Mark(self.state.borrow().durable)
    }

    fn pressed(&self) -> Option<Mark> {
        let (len, state) = (self.len(), self.state.borrow());
        (state.press_at > 0 && len - state.durable >= state.press_at).then_some(Mark(len))
    }

    fn failed(&self) -> bool {
        self.state.borrow().failed
    }

    fn reached(&self, mark: Mark) -> Later<Result<(), JournalDown>> {
        let mut state = self.state.subscribe();
        Box::pin(async move {
            let reached = state.wait_for(|state| state.failed || state.durable >= mark.0).await;
            match reached {
                Ok(state) if !state.failed => Ok(()),
                _ => Err(JournalDown),
            }
        })
    }
}
