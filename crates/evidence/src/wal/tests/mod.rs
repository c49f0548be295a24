//! Tests of the write-ahead log: frames, what a start finds after every kind of crash, and storage that fails.

mod crashing;
mod faults;
mod frames;
mod recovering;

use std::path::Path;
use std::sync::Arc;

use model::{Event, Record};
use ports::{Journal, Mark};
use uuid::Uuid;

use super::{Disk, Follower, Found, Frame, HEADER, Medium, Spares, System, list, recover};
use crate::FileJournal;
use crate::clock::Clocks;
use crate::error::OpenError;
use crate::keys::MasterKey;
use crate::queue::{Left, Queue};
use crate::record::Chains;
use crate::sequencer::{Sequencer, State};
use crate::waiters::wait;

/// A journal without a publisher: what is in the segments stays there.
fn open<M: Medium + 'static>(medium: M, folder: &Path, segment_bytes: u64) -> Result<FileJournal, OpenError> {
    let spares = Arc::new(Spares::open(folder, segment_bytes).map_err(OpenError::file("test", folder))?);
    let Found { state, current, .. } = recover(folder, &spares, || Ok(State::new("log")))?;
    if current.is_none() {
        spares.make().unwrap();
    }
    let left = current.as_ref().map(Left::from).unwrap_or_default();
    let sequencer = Sequencer::new(state, Uuid::now_v7(), None);
    let clocks = Clocks { wall: Arc::new(|| 77), mono: Arc::new(|| 5) };
    let queue = Queue::new(sequencer, clocks, 1 << 20, segment_bytes as usize, left);
    let disk = Disk::new(medium, folder, spares, current);
    let chains = Chains::new(MasterKey::of(&Default::default()).unwrap(), "log", Uuid::now_v7()).unwrap();
    Ok(FileJournal::start(queue, disk, chains).unwrap())
}

fn record(number: u64) -> Record {
    Record { time_us: number, session: None, position: None, event: Event::GatewayRecovered { sessions: number } }
}

/// Appends each, and waits: so each is a batch.
fn one_by_one(journal: &FileJournal, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let reached = journal.append(record(number)).and_then(|mark| wait(journal.reached(mark)));
        assert_eq!(reached, Ok(()), "{:?}", journal.failure());
    }
}

/// The numbers of the records that stand there.
fn numbers(folder: &Path) -> Vec<u64> {
    let first = list(folder).unwrap().first().map_or(0, |segment| segment.first);
    let mut follower = Follower::new(folder, first);
    std::iter::from_fn(|| follower.look().unwrap()).map(|frame| number(&frame)).collect()
}

fn number(frame: &Frame) -> u64 {
    let leaf: serde_json::Value = serde_json::from_slice(&frame.leaf).unwrap();
    leaf["body"]["sessions"].as_u64().unwrap()
}

/// What a start finds: how many records, and how many bytes were torn.
fn found(folder: &Path) -> Result<(u64, u64), OpenError> {
    let spares = Spares::open(folder, 1 << 16).map_err(OpenError::file("test", folder))?;
    let found = recover(folder, &spares, || Ok(State::new("log")))?;
    Ok((found.state.size(), found.torn_bytes))
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

fn mark(journal: &FileJournal) -> u64 {
    let Mark(mark) = journal.durable();
    mark
}
