//! Tests of the journal as its callers see it, and what the other tests share.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use model::{CredentialId, Event, Kind, Principal, PrincipalId, Record, SessionId};
use ports::{Journal, JournalDown, Mark};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) use crate::waiters::wait;
use crate::wal::{Follower, list};
use crate::{FileJournal, OpenError, Options, Places};

pub(crate) fn options() -> Options {
    let steady: crate::Clock = Arc::new(|| 5);
    Options { reserve_bytes: 4096, segment_bytes: 1 << 16, steady, ..Options::new(Arc::new(|| 77)) }
}

/// A data directory that goes when it is dropped.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) places: Places,
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::of(folder.path());
        Self { folder, places }
    }

    pub(crate) fn open(&self) -> FileJournal {
        FileJournal::open(&self.places, options()).unwrap()
    }

    /// All records that the write-ahead log has.
    pub(crate) fn records(&self) -> Vec<Value> {
        let first = list(&self.places.journal).unwrap().first().map_or(0, |segment| segment.first);
        let mut follower = Follower::new(&self.places.journal, first);
        let leaves = std::iter::from_fn(|| follower.look().unwrap());
        leaves.map(|frame| serde_json::from_slice(&frame.leaf).unwrap()).collect()
    }

    /// The types of all records.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.records().iter().map(|record| record["type"].as_str().unwrap().to_owned()).collect()
    }
}

/// A record that is told from others by its number.
pub(crate) fn record(number: u64) -> Record {
    Record { time_us: number, session: None, position: None, event: Event::GatewayRecovered { sessions: number } }
}

pub(crate) fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

pub(crate) fn of_session(id: u128, event: Event) -> Record {
    Record { time_us: 1, session: Some(session(id)), position: None, event }
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

pub(crate) fn append(journal: &FileJournal, record: Record) -> Mark {
    let mark = journal.append(record).unwrap();
    wait(journal.reached(mark)).unwrap();
    mark
}

#[test]
fn records_stand_in_the_order_of_their_marks() {
    let house = House::new();
    let journal = house.open();
    for number in 1..=100 {
        assert_eq!(journal.append(record(number)), Ok(Mark(number + 1)));
    }
    wait(journal.reached(Mark(101))).unwrap();
    assert_eq!(journal.durable(), Mark(101));
    let records = house.records();
    assert_eq!(records.len(), 101);
    for (record, number) in records.iter().zip(0..) {
        assert_eq!(record["seq"], number);
        let kind = if number == 0 { "log.genesis" } else { "gateway.recovered" };
        assert_eq!(record["type"], kind);
        assert_eq!(record["body"]["sessions"].as_u64().unwrap_or(0), number);
    }
}

#[test]
fn many_threads_share_one_order_and_each_reaches_its_mark() {
    let house = House::new();
    let journal = Arc::new(house.open());
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let journal = journal.clone();
            std::thread::spawn(move || {
                let marks = (0..200).map(|number| {
                    let mark = append(&journal, record(thread * 1000 + number));
                    assert!(journal.durable() >= mark);
                    (mark.0, thread * 1000 + number)
                });
                marks.collect::<Vec<_>>()
            })
        })
        .collect();
    let mut expected: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    expected.sort_unstable();
    for (record, (mark, number)) in house.records().iter().skip(1).zip(&expected) {
        assert_eq!((record["seq"].as_u64(), record["body"]["sessions"].as_u64()), (Some(mark - 1), Some(*number)));
    }
    assert_eq!(journal.durable().0, 1601);
    assert_eq!(journal.waiting(), 0);
}

#[test]
fn two_gateways_cannot_open_the_same_journal() {
    let house = House::new();
    let first = house.open();
    assert!(matches!(FileJournal::open(&house.places, options()), Err(OpenError::InUse(_))));
    drop(first);
    house.open();
}

#[test]
fn only_the_gateway_may_read_what_it_keeps() {
    let house = House::new();
    let journal = house.open();
    journal.append(record(1)).unwrap();
    drop(journal);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    for folder in [&house.places.journal, &house.places.keys, &house.places.signer] {
        assert_eq!(mode(folder), 0o700);
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{path:?}");
        }
    }
    let mut names: Vec<_> = house
        .places
        .journal
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["00000000000000000000.journal", "lock", "reserve"]);
}

#[test]
fn a_dropped_wait_leaves_nothing_behind_and_a_mark_never_given_ends_with_the_journal() {
    let house = House::new();
    let journal = house.open();
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
