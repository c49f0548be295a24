//! Tests of the writer over a storage that fails and stalls on demand.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ports::{Journal, JournalDown, Mark};
use serde_json::Value;

use uuid::Uuid;

use crate::FileJournal;
use crate::clock::Clocks;
use crate::keys::MasterKey;
use crate::queue::{Left, Queue};
use crate::record::Chains;
use crate::sequencer::{Sequencer, State};
use crate::tests::{House, append, record, wait};
use crate::wal::{Disk, END, Frame, HEADER, Header, Medium, Spares, Storage, System, room};

/// What the storage was asked to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    Write(Vec<u64>),
    Sync,
    Rotate(u64),
    LastWords(String),
}

/// Every write and sync waits for the test to say how it goes.
struct Scripted {
    calls: Arc<Mutex<Vec<Call>>>,
    asked: Sender<&'static str>,
    answers: Receiver<io::Result<()>>,
}

impl Scripted {
    fn ask(&self, what: &'static str) -> io::Result<()> {
        self.asked.send(what).unwrap();
        self.answers.recv().unwrap()
    }

    fn called(&self, call: Call) {
        self.calls.lock().unwrap().push(call);
    }
}

impl Storage for Scripted {
    fn write(&mut self, batch: &[u8]) -> io::Result<()> {
        self.called(Call::Write(sequences(batch)));
        self.ask("write")
    }

    fn sync(&mut self) -> io::Result<()> {
        self.called(Call::Sync);
        self.ask("sync")
    }

    fn rotate(&mut self, first: u64, _: &[u8]) -> io::Result<()> {
        self.called(Call::Rotate(first));
        self.ask("rotate")
    }

    fn last_words(&mut self, frame: &[u8]) -> io::Result<()> {
        let leaf = leaves(&[frame, &END].concat()).remove(0);
        self.called(Call::LastWords(format!("{} {} {}", leaf["seq"], leaf["type"], leaf["body"])));
        Ok(())
    }
}

fn sequences(batch: &[u8]) -> Vec<u64> {
    leaves(batch).iter().map(|leaf| leaf["seq"].as_u64().unwrap()).collect()
}

/// The records of a batch, behind which stands its end.
fn leaves(batch: &[u8]) -> Vec<Value> {
    let (mut batch, end) = batch.split_at(batch.len() - HEADER);
    assert_eq!(end, END);
    let mut leaves = Vec::new();
    while let Some(header) = Header::parse(batch) {
        assert!(header.fits(&batch[HEADER..HEADER + header.length]));
        let frame = Frame::of(&header, batch[HEADER..HEADER + header.length].to_vec()).unwrap();
        leaves.push(serde_json::from_slice(&frame.leaf).unwrap());
        batch = &batch[room(header.length)..];
    }
    assert!(batch.is_empty());
    leaves
}

/// The journal stands last: it waits for its writer when dropped, and the writer for answers, so a test that fails would
/// hang if the sender were still there.
struct Script {
    calls: Arc<Mutex<Vec<Call>>>,
    asked: Receiver<&'static str>,
    answers: Sender<io::Result<()>>,
    journal: FileJournal,
}

fn script(queue_bytes: usize) -> Script {
    script_with(queue_bytes, Left { room: 1 << 20, fresh: false })
}

fn script_with(queue_bytes: usize, left: Left) -> Script {
    let calls = Arc::default();
    let (asked, heard) = channel();
    let (answers, told) = channel();
    let storage = Scripted { calls: Arc::clone(&calls), asked, answers: told };
    let journal = begin(storage, queue_bytes, left);
    Script { calls, asked: heard, answers, journal }
}

/// A journal without a publisher.
fn begin<S: Storage + 'static>(storage: S, queue_bytes: usize, left: Left) -> FileJournal {
    let sequencer = Sequencer::new(State::new("log"), Uuid::from_u128(1), None);
    let clocks = Clocks { wall: Arc::new(|| 77), mono: Arc::new(|| 5) };
    let queue = Queue::new(sequencer, clocks, queue_bytes, 1, left);
    let chains = Chains::new(MasterKey::of(&Default::default()).unwrap(), "log", Uuid::from_u128(1)).unwrap();
    FileJournal::start(queue, storage, chains).unwrap()
}

impl Script {
    fn expect(&self, what: &str) {
        assert_eq!(self.asked.recv_timeout(Duration::from_secs(10)).unwrap(), what);
    }

    fn answer(&self, answer: io::Result<()>) {
        self.answers.send(answer).unwrap();
    }

    fn step(&self, what: &str) {
        self.expect(what);
        self.answer(Ok(()));
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Ends the journal, whatever is still written.
    fn finish(self) -> Vec<Call> {
        let Script { journal, calls, answers, .. } = self;
        for _ in 0..20 {
            let _ = answers.send(Ok(()));
        }
        drop(journal);
        let calls = calls.lock().unwrap();
        calls.clone()
    }
}

#[test]
fn what_comes_during_a_sync_is_one_batch_and_the_mark_moves_only_after_its_own_sync() {
    let script = script(1 << 20);
    let journal = &script.journal;
    journal.append(record(1)).unwrap();
    script.step("write");
    script.expect("sync");
    for number in 2..=50 {
        journal.append(record(number)).unwrap();
    }
    assert_eq!(journal.durable(), Mark(0), "moved before the fsync returned");
    script.answer(Ok(()));
    wait(journal.reached(Mark(1))).unwrap();
    script.step("write");
    script.expect("sync");
    assert_eq!(journal.durable(), Mark(1), "moved by a write");
    assert_eq!(journal.syncs(), 1, "the second has not returned");
    script.answer(Ok(()));
    wait(journal.reached(Mark(50))).unwrap();
    assert_eq!(journal.syncs(), 2, "fifty records, two batches");
    assert_eq!(script.calls(), [Call::Write(vec![0]), Call::Sync, Call::Write((1..50).collect()), Call::Sync]);
}

#[test]
fn a_full_queue_refuses_and_is_not_poisoned() {
    let script = script(5000);
    let journal = &script.journal;
    journal.append(record(1)).unwrap();
    // From here on the writer holds the first record; what it holds counts too.
    script.expect("write");
    let mut taken = 1;
    while journal.append(record(1)).is_ok() {
        taken += 1;
        assert!(taken < 100, "the queue has no bound");
    }
    assert!((10..20).contains(&taken), "{taken}");
    assert!(!journal.failed());
    script.answer(Ok(()));
    while journal.durable().0 < taken {
        let what = script.asked.recv_timeout(Duration::from_secs(10)).unwrap();
        script.answer(Ok(()));
        if what == "sync" {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    // The room is given back just after the mark has moved.
    let deadline = Instant::now() + Duration::from_secs(10);
    while journal.append(record(1)).is_err() {
        assert!(Instant::now() < deadline, "the queue stays full");
    }
    let written: Vec<_> = script
        .finish()
        .into_iter()
        .filter_map(|call| match call {
            Call::Write(sequences) => Some(sequences),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(written, (0..=taken).collect::<Vec<_>>(), "a refused record took a place in the order");
}

fn fails(at: &str, kind: io::ErrorKind) -> Vec<Call> {
    let script = script(1 << 20);
    let journal = &script.journal;
    journal.append(record(1)).unwrap();
    script.step("write");
    script.expect("sync");
    let waits: Vec<_> = (2..=4).map(|number| journal.reached(journal.append(record(number)).unwrap())).collect();
    script.answer(Ok(()));
    if at == "sync" {
        script.step("write");
    }
    script.expect(at);
    journal.append(record(5)).unwrap();
    script.answer(Err(kind.into()));
    for wait_for in waits {
        assert_eq!(wait(wait_for), Err(JournalDown));
    }
    assert!(journal.failed());
    assert!(journal.failure().is_some());
    assert_eq!(journal.append(record(6)), Err(JournalDown));
    assert_eq!(wait(journal.reached(Mark(5))), Err(JournalDown));
    assert_eq!(wait(journal.reached(Mark(1))), Ok(()), "what was durable stays so");
    assert_eq!(journal.durable(), Mark(1));
    script.finish()
}

#[test]
fn a_failed_sync_is_the_end() {
    let calls = fails("sync", io::ErrorKind::Other);
    assert_eq!(calls, [Call::Write(vec![0]), Call::Sync, Call::Write(vec![1, 2, 3]), Call::Sync]);
    // Not even a full disk allows another word on a file whose contents are not known.
    assert_eq!(fails("sync", io::ErrorKind::StorageFull), calls);
}

#[test]
fn a_failed_write_is_the_end() {
    let calls = fails("write", io::ErrorKind::Other);
    assert_eq!(calls, [Call::Write(vec![0]), Call::Sync, Call::Write(vec![1, 2, 3])]);
}

#[test]
fn a_full_disk_leaves_last_words() {
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
        let calls = fails("write", kind);
        let Some(Call::LastWords(words)) = calls.last() else { panic!("{calls:?}") };
        assert!(words.starts_with(r#"1 "gateway.failclosed" {"reason":"#), "{words}");
    }
}

#[test]
fn a_failed_rotation_is_the_end() {
    let script = script_with(1 << 20, Left { room: 1300, fresh: true });
    script.journal.append(record(1)).unwrap();
    script.step("write");
    script.step("sync");
    wait(script.journal.reached(Mark(1))).unwrap();
    script.journal.append(record(2)).unwrap();
    script.expect("rotate");
    script.answer(Err(io::ErrorKind::PermissionDenied.into()));
    assert_eq!(wait(script.journal.reached(Mark(2))), Err(JournalDown));
    assert_eq!(script.finish(), [Call::Write(vec![0]), Call::Sync, Call::Rotate(1)]);
}

#[test]
fn whoever_else_fails_the_journal_leaves_words_behind_what_is_written() {
    let script = script(1 << 20);
    script.journal.append(record(1)).unwrap();
    script.expect("write");
    script.journal.append(record(2)).unwrap();
    script.journal.fail("the signer refuses");
    assert_eq!(script.journal.append(record(3)), Err(JournalDown));
    assert_eq!(wait(script.journal.reached(Mark(1))), Err(JournalDown));
    script.answer(Ok(()));
    script.step("sync");
    assert_eq!(script.journal.durable(), Mark(0), "the mark of a failed journal moved");
    let words = r#"1 "gateway.failclosed" {"reason":"the signer refuses"}"#.to_owned();
    assert_eq!(script.finish(), [Call::Write(vec![0]), Call::Sync, Call::LastWords(words)]);
}

#[test]
fn last_words_stand_behind_the_last_whole_batch_and_the_next_start_goes_on_behind_them() {
    let house = House::new();
    let journal = house.open();
    append(&journal, record(1));
    drop(journal);
    let folder = &house.places.journal;
    let spares = Arc::new(Spares::open(folder, 1 << 16).unwrap());
    let found = crate::wal::recover(folder, &spares, || unreachable!()).unwrap();
    let state = found.state;
    let disk = Disk::new(Full, folder, spares, found.current);
    let run = *state.chains().next().unwrap().0;
    let clocks = Clocks { wall: Arc::new(|| 77), mono: Arc::new(|| 5) };
    let left = Left { room: 1 << 15, fresh: false };
    let queue = Queue::new(Sequencer::new(state, run, None), clocks, 1 << 20, 1 << 16, left);
    let chains = Chains::new(MasterKey::of(&Default::default()).unwrap(), "log", run).unwrap();
    let journal = FileJournal::start(queue, disk, chains).unwrap();
    let mark = journal.append(record(2)).unwrap();
    assert_eq!(wait(journal.reached(mark)), Err(JournalDown));
    drop(journal);
    assert!(!folder.join("reserve").exists());
    assert_eq!(house.kinds(), ["log.genesis", "gateway.recovered", "gateway.failclosed"]);
    // The next start sets space aside anew.
    house.open();
    assert_eq!(folder.join("reserve").metadata().unwrap().len(), 4096);
    assert_eq!(house.kinds()[2..], ["gateway.failclosed", "gateway.stopped"]);
}

/// A disk on which only one thing more finds room, after the reserve was given up.
struct Full;

impl Medium for Full {
    fn write_at(&mut self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let leaf = String::from_utf8_lossy(bytes);
        if !leaf.contains("gateway.failclosed") {
            // A part of it is there nevertheless.
            System.write_at(file, &bytes[..bytes.len() - HEADER - 1], offset)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        System.write_at(file, bytes, offset)
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        System.sync(file)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        System.rename(from, to)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        System.sync_folder(folder)
    }
}
