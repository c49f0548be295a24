//! Tests of the journal as its callers see it, and what the other tests share.

use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use model::{CredentialId, Event, Kind, Outcome, Principal, PrincipalId, Record, SessionId, Status};
use ports::{Journal, JournalDown, Mark};
use uuid::Uuid;

use crate::{FileJournal, OpenError, Options, read};

pub(crate) fn options() -> Options {
    Options { reserve_bytes: 4096, ..Options::new(Arc::new(|| 77)) }
}

pub(crate) fn open(folder: &Path) -> FileJournal {
    FileJournal::open(folder, options()).unwrap()
}

/// A record that is told from others by its number.
pub(crate) fn record(number: u64) -> Record {
    Record { time_us: number, session: None, position: None, event: Event::GatewayStopped }
}

pub(crate) fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

pub(crate) fn of_session(id: u128, position: u64, event: Event) -> Record {
    Record { time_us: 1, session: Some(session(id)), position: Some(position), event }
}

pub(crate) fn start() -> Event {
    let id = PrincipalId { issuer: "local".into(), subject: "ada".into() };
    Event::SessionStart {
        principal: Principal { id, name: "ada".into(), kind: Kind::Human, groups: Vec::new() },
        credential: CredentialId("c".into()),
        resource: "db".parse().unwrap(),
        account: "app".into(),
        database: None,
        protocol: "toy".into(),
        client: "127.0.0.1:1".into(),
        tls: false,
        program: None,
        policies: Vec::new(),
        policy_version: String::new(),
    }
}

pub(crate) fn end() -> Event {
    Event::SessionEnd { cause: "client".into(), commands: 0, records: 2 }
}

pub(crate) fn outcome() -> Event {
    Event::Outcome {
        stream: model::StreamId(0),
        command: model::CommandId(1),
        outcome: Outcome::of(Status::Done),
        duration_us: None,
        shown: None,
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn records_are_read_back_in_the_order_of_their_marks() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    for number in 1..=100 {
        assert_eq!(journal.append(record(number)), Ok(Mark(number)));
    }
    wait(journal.reached(Mark(100))).unwrap();
    assert_eq!(journal.durable(), Mark(100));
    let entries: Vec<_> = read(folder.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(entries.len(), 100);
    for (entry, number) in entries.iter().zip(1..) {
        assert_eq!(entry.sequence, number);
        assert_eq!(entry.json, format!(r#"{{"time_us":{number},"type":"gateway.stopped"}}"#));
    }
}

#[test]
fn many_threads_share_one_order_and_each_reaches_its_mark() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Arc::new(open(folder.path()));
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let journal = journal.clone();
            std::thread::spawn(move || {
                let marks = (0..200).map(|number| {
                    let mark = journal.append(record(thread * 1000 + number)).unwrap();
                    wait(journal.reached(mark)).unwrap();
                    assert!(journal.durable() >= mark);
                    (mark.0, thread * 1000 + number)
                });
                marks.collect::<Vec<_>>()
            })
        })
        .collect();
    let mut expected: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    expected.sort_unstable();
    let found = read(folder.path()).unwrap().map(Result::unwrap);
    for (entry, (mark, number)) in found.zip(&expected) {
        assert_eq!(entry.sequence, *mark);
        assert!(entry.json.contains(&format!(r#""time_us":{number},"#)));
    }
    assert_eq!(journal.durable().0, 1600);
    assert_eq!(journal.waiting(), 0);
}

#[test]
fn a_journal_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let journal = open(folder.path());
        assert_eq!(journal.durable(), Mark(round));
        assert_eq!(journal.append(record(round)), Ok(Mark(round + 1)));
        // Dropped at once: closing writes what is queued.
    }
    assert_eq!(read(folder.path()).unwrap().count(), 5);
}

#[test]
fn two_gateways_cannot_open_the_same_journal() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    assert!(matches!(FileJournal::open(folder.path(), options()), Err(OpenError::InUse(_))));
    drop(first);
    open(folder.path());
}

#[test]
fn only_the_gateway_may_read_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("a/journal");
    let journal = open(&inside);
    journal.append(record(1)).unwrap();
    drop(journal);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&inside), 0o700);
    let mut names = Vec::new();
    for entry in inside.read_dir().unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["00000000000000000001.journal", "lock", "reserve"]);
}

#[test]
fn segments_are_rotated_and_read_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let small = Options { segment_bytes: 200, ..options() };
    let journal = FileJournal::open(folder.path(), small.clone()).unwrap();
    for number in 1..=50 {
        let mark = journal.append(record(number)).unwrap();
        wait(journal.reached(mark)).unwrap();
    }
    drop(journal);
    assert!(crate::segment::list(folder.path()).unwrap().len() > 5);
    assert_eq!(read(folder.path()).unwrap().map(Result::unwrap).count(), 50);
    let journal = FileJournal::open(folder.path(), small).unwrap();
    assert_eq!(journal.append(record(51)), Ok(Mark(51)));
}

#[test]
fn a_dropped_wait_leaves_nothing_behind_and_a_mark_never_given_ends_with_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(folder.path());
    let mut context = Context::from_waker(Waker::noop());
    let mut never = journal.reached(Mark(9));
    assert_eq!(never.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(never.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(journal.waiting(), 1);
    drop(never);
    assert_eq!(journal.waiting(), 0);
    let never = journal.reached(Mark(9));
    drop(journal);
    assert_eq!(wait(never), Err(JournalDown));
}
