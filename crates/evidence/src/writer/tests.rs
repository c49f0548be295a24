//! Tests of the writer over a storage that fails and stalls on demand.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ports::{Journal, JournalDown, Mark};

use crate::frame::{HEADER, Header};
use crate::storage::{Disk, Storage};
use crate::tests::{options, record, wait};
use crate::{FileJournal, Options, Recovery, read, segment};

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
    size: u64,
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
        self.size += batch.len() as u64;
        self.ask("write")
    }

    fn sync(&mut self) -> io::Result<()> {
        self.called(Call::Sync);
        self.ask("sync")
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn rotate(&mut self, first: u64) -> io::Result<()> {
        self.size = 0;
        self.called(Call::Rotate(first));
        self.ask("rotate")
    }

    fn last_words(&mut self, frame: &[u8]) -> io::Result<()> {
        let json = String::from_utf8(frame[HEADER..].to_vec()).unwrap();
        self.called(Call::LastWords(format!("{} {json}", Header::parse(frame).unwrap().sequence)));
        Ok(())
    }
}

fn sequences(mut batch: &[u8]) -> Vec<u64> {
    let mut sequences = Vec::new();
    while let Some(header) = Header::parse(batch) {
        assert!(header.fits(&batch[HEADER..HEADER + header.length]));
        sequences.push(header.sequence);
        batch = &batch[HEADER + header.length..];
    }
    assert!(batch.is_empty());
    sequences
}

/// The journal stands last: it waits for its writer when dropped, and the writer for answers, so a test that fails would
/// hang if the sender were still there.
struct Script {
    calls: Arc<Mutex<Vec<Call>>>,
    asked: Receiver<&'static str>,
    answers: Sender<io::Result<()>>,
    journal: FileJournal,
}

fn script(options: Options) -> Script {
    let calls = Arc::default();
    let (asked, heard) = channel();
    let (answers, told) = channel();
    let storage = Scripted { calls: Arc::clone(&calls), asked, answers: told, size: 0 };
    let journal = FileJournal::start(storage, 0, options, Recovery::default(), None).unwrap();
    Script { calls, asked: heard, answers, journal }
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
    let script = script(options());
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
    script.answer(Ok(()));
    wait(journal.reached(Mark(50))).unwrap();
    assert_eq!(script.calls(), [Call::Write(vec![1]), Call::Sync, Call::Write((2..=50).collect()), Call::Sync]);
}

#[test]
fn a_full_queue_refuses_and_is_not_poisoned() {
    let script = script(Options { queue_bytes: 500, ..options() });
    let journal = &script.journal;
    journal.append(record(1)).unwrap();
    // From here on the writer holds the first record; what it holds counts too.
    script.expect("write");
    let mut taken = 1;
    while journal.append(record(1)).is_ok() {
        taken += 1;
        assert!(taken < 100, "the queue has no bound");
    }
    let frame = HEADER + serde_json::to_vec(&record(1)).unwrap().len();
    assert_eq!(taken as usize, 500_usize.div_ceil(frame));
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
    assert_eq!(written, (1..=taken + 1).collect::<Vec<_>>(), "a refused record took a place in the order");
}

fn fails(at: &str, kind: io::ErrorKind) -> Vec<Call> {
    let script = script(options());
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
    assert_eq!(calls, [Call::Write(vec![1]), Call::Sync, Call::Write(vec![2, 3, 4]), Call::Sync]);
    // Not even a full disk allows another word on a file whose contents are not known.
    assert_eq!(fails("sync", io::ErrorKind::StorageFull), calls);
}

#[test]
fn a_failed_write_is_the_end() {
    let calls = fails("write", io::ErrorKind::Other);
    assert_eq!(calls, [Call::Write(vec![1]), Call::Sync, Call::Write(vec![2, 3, 4])]);
}

#[test]
fn a_full_disk_leaves_last_words() {
    let calls = fails("write", io::ErrorKind::StorageFull);
    let Some(Call::LastWords(words)) = calls.last() else { panic!("{calls:?}") };
    assert!(words.starts_with(r#"2 {"time_us":77,"type":"gateway.failclosed","reason":"#), "{words}");
}

#[test]
fn a_failed_rotation_is_the_end() {
    let script = script(Options { segment_bytes: 1, ..options() });
    script.journal.append(record(1)).unwrap();
    script.step("write");
    script.step("sync");
    wait(script.journal.reached(Mark(1))).unwrap();
    script.journal.append(record(2)).unwrap();
    script.expect("rotate");
    script.answer(Err(io::ErrorKind::PermissionDenied.into()));
    assert_eq!(wait(script.journal.reached(Mark(2))), Err(JournalDown));
    assert_eq!(script.finish(), [Call::Write(vec![1]), Call::Sync, Call::Rotate(2)]);
}

#[test]
fn last_words_stand_behind_the_last_whole_batch() {
    let folder = tempfile::tempdir().unwrap();
    let journal = FileJournal::open(folder.path(), options()).unwrap();
    wait(journal.reached(journal.append(record(1)).unwrap())).unwrap();
    drop(journal);
    let path = segment::list(folder.path()).unwrap().remove(0).path;
    let size = path.metadata().unwrap().len();
    std::fs::write(&path, [std::fs::read(&path).unwrap(), vec![9; 30]].concat()).unwrap();
    let file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    let mut frame = Vec::new();
    crate::frame::Draft::of(&record(2)).unwrap().put(2, &mut frame);
    Disk::new(folder.path(), file, size).last_words(&frame).unwrap();
    assert!(!folder.path().join("reserve").exists());
    let found: Vec<_> = read(folder.path()).unwrap().map(|entry| entry.unwrap().sequence).collect();
    assert_eq!(found, [1, 2]);
    // The next start sets space aside anew.
    FileJournal::open(folder.path(), options()).unwrap();
    assert_eq!(folder.path().join("reserve").metadata().unwrap().len(), 4096);
}
