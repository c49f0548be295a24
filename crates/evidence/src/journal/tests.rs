//! Tests of opening: what a crash left is ended, a log goes on from what was signed, and nothing else is opened.

mod beginning;
mod folders;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use model::{
    Action, ActionText, Certainty, Class, CommandId, Credentials, Durability, Event, Facts, HoldEnded, Outcome, Phase,
    Public, Record, Status, StreamId, Verb,
};
use ports::{Journal, JournalDown, Mark};
use serde_json::{Value, json};

use crate::sequencer::State;
use crate::tests::{House, append, of_session, options, record, session, start, wait};
use crate::wal::{Head, list};
use crate::{FileJournal, OpenError, Options, Recovery, Refusal, Trouble};

fn command(number: u64) -> Event {
    let action = Action {
        verb: Verb::Read,
        name: "SELECT",
        certainty: Certainty::Full,
        phase: Phase::Run,
        facts: Facts::default(),
        text: "select".into(),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    };
    let (stream, command) = (StreamId(3), CommandId(number));
    let (action, policies, policy_version) = (ActionText::from(&action), Vec::new(), String::new());
    Event::Command { stream, command, action, policies, observed: Vec::new(), policy_version, approved: false }
}

fn hold(number: u64) -> Event {
    let Event::Command { stream, command, action, policies, policy_version, .. } = command(number) else { panic!() };
    let notice = Public::new(Class::Denied, "wait");
    Event::Hold {
        stream,
        command,
        request: model::RequestId(uuid::Uuid::from_u128(5)),
        action,
        notice,
        policies,
        policy_version,
    }
}

fn hold_end(number: u64) -> Event {
    let (stream, command, how) = (StreamId(3), CommandId(number), HoldEnded::Rejected);
    Event::HoldEnded { stream, command, how, by: Vec::new(), reason: None }
}

fn outcome(number: u64) -> Event {
    let (stream, command) = (StreamId(3), CommandId(number));
    Event::Outcome { stream, command, outcome: Outcome::of(Status::Done), duration_us: None, shown: None }
}

fn started() -> Record {
    let event = Event::GatewayStarted { version: "1".into(), build: "b".into(), config: "c".into() };
    Record { time_us: 5, session: None, position: None, event }
}

fn stopped() -> Record {
    Record { time_us: 5, session: None, position: None, event: Event::GatewayStopped }
}

/// What is left of a house when its gateway is killed now: a copy of its files.
fn killed(house: &House) -> House {
    let copy = House::new();
    copy_folder(house.folder.path(), copy.folder.path());
    copy
}

/// Without a child process: between its fork and its exec it would hold the locks of other tests' journals.
fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            let permissions = entry.metadata().unwrap().permissions();
            fs::create_dir_all(&to).unwrap();
            copy_folder(&entry.path(), &to);
            fs::set_permissions(&to, permissions).unwrap();
        } else {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
}

fn of_type<'a>(records: &'a [Value], kind: &str) -> Vec<&'a Value> {
    records.iter().filter(|record| record["type"] == kind).collect()
}

#[test]
fn runs_follow_one_another_in_one_log() {
    let house = House::new();
    for run in 0..3 {
        let journal = house.open();
        assert_eq!(journal.recovery(), Recovery::default());
        append(&journal, started());
        append(&journal, stopped());
        assert_eq!(journal.append(record(run)), Err(JournalDown), "a record behind the end of its run");
    }
    let once = ["gateway.started", "heads", "gateway.stopped"];
    assert_eq!(house.kinds(), [&["log.genesis"], &once[..], &once, &once].concat());
    let records = house.records();
    let genesis = &records[0];
    let key = fs::read_to_string(house.places.log.join("checkpoint")).unwrap();
    let origin = key.lines().next().unwrap();
    assert_eq!(genesis["log"], origin);
    assert!(genesis["body"]["key"].as_str().unwrap().starts_with(&format!("{origin}+")));
    let runs: Vec<&str> = records.iter().map(|record| record["sid"].as_str().unwrap()).collect();
    assert!(runs[0] == runs[3] && runs[3] < runs[4] && runs[6] < runs[7]);
    let open = &of_type(&records, "heads")[2]["body"]["open"];
    assert_eq!(open.as_array().unwrap().len(), 1);
    assert_eq!((&open[0]["sid"], &open[0]["ss"]), (&records[7]["sid"], &json!(1)));
}

#[test]
fn what_a_crash_left_open_is_ended_and_the_next_start_tells() {
    let house = House::new();
    let journal = house.open();
    append(&journal, started());
    for event in [start(), command(1), command(2), command(3), outcome(2), hold(4), hold(5), hold_end(5)] {
        append(&journal, of_session(1, event));
    }
    for event in [start(), Event::SessionEnd { cause: "client".into(), commands: 0, records: 2 }] {
        append(&journal, of_session(2, event));
    }
    append(&journal, of_session(3, start()));
    let house = killed(&house);
    drop(journal);
    let before = house.records().len();

    let journal = house.open();
    assert_eq!(journal.recovery(), Recovery { sessions: 2, ..Recovery::default() });
    append(&journal, started());
    let records = house.records();
    let added: Vec<(&str, &Value)> =
        records[before..].iter().map(|record| (record["type"].as_str().unwrap(), &record["body"])).collect();
    let unknown = |command| json!({ "bytes": 0, "command": command, "status": "unknown", "stream": 3 });
    let expected = [
        ("hold.end", json!({ "command": 4, "how": "withdrawn", "stream": 3 })),
        ("outcome", unknown(1)),
        ("outcome", unknown(3)),
        ("session.end", json!({ "cause": "crash", "commands": 3, "records": 12 })),
        ("session.end", json!({ "cause": "crash", "commands": 0, "records": 2 })),
        ("gateway.stopped", json!({ "cause": "crash" })),
        ("gateway.started", json!({ "build": "b", "config": "c", "version": "1" })),
        ("gateway.recovered", json!({ "sessions": 2, "torn_bytes": 0 })),
    ];
    let expected: Vec<(&str, &Value)> = expected.iter().map(|(kind, body)| (*kind, body)).collect();
    assert_eq!(added, expected);
    assert_eq!(records[before]["sid"], session(1).to_string());
    assert_eq!(records[before + 5]["sid"], records[0]["sid"]);
    append(&journal, stopped());
    drop(journal);
    let journal = house.open();
    assert_eq!(journal.recovery(), Recovery::default(), "ended once");
    append(&journal, started());
    assert_eq!(of_type(&house.records(), "gateway.recovered").len(), 1);
}

#[test]
fn a_log_keeps_its_name() {
    let house = House::new();
    let named = |origin: &str| Options { origin: Some(origin.to_owned()), ..options() };
    drop(FileJournal::open(&house.places, named("signet.test/one")).unwrap());
    assert_eq!(house.records()[0]["log"], "signet.test/one");
    let other = FileJournal::open(&house.places, named("signet.test/two")).err().unwrap();
    assert!(matches!(other, OpenError::Origin { .. }), "{other}");
    drop(house.open());
    assert_eq!(house.records().last().unwrap()["log"], "signet.test/one");
    let random = House::new();
    drop(random.open());
    assert!(random.records()[0]["log"].as_str().unwrap().starts_with("signet/"));
}

#[test]
fn records_say_in_which_mode_they_were_made() {
    let house = House::new();
    append(&house.open(), record(0));
    for (mode, word) in [(Durability::OutputCommit, "output-commit"), (Durability::Async, "async")] {
        append(&FileJournal::open(&house.places, Options { mode, ..options() }).unwrap(), record(0));
        let records = house.records();
        // Also what ends the run before.
        assert!(records[records.len() - 2..].iter().all(|record| record["mode"] == word));
    }
    assert_eq!(house.records()[0].get("mode"), None);
}

#[test]
fn a_clock_that_is_set_stands_in_the_log() {
    let house = House::new();
    let wall = Arc::new(std::sync::atomic::AtomicU64::new(1_000_000_000));
    let read = Arc::clone(&wall);
    let clock: crate::Clock = Arc::new(move || read.load(std::sync::atomic::Ordering::Relaxed));
    let journal = FileJournal::open(&house.places, Options { clock, steady: Arc::new(|| 7), ..options() }).unwrap();
    append(&journal, started());
    wall.store(990_000_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(append(&journal, record(2)), Mark(4));
    let records = house.records();
    let step = &of_type(&records, "clock.step")[0];
    assert_eq!((&step["seq"], &step["body"], &step["mono"]), (&json!(2), &json!({ "by_us": -10_000_000 }), &json!(7)));
    assert_eq!((&step["ts"], &step["wall"]), (&json!(1_000_000_000), &json!(990_000_000)));
}

#[test]
fn a_journal_that_is_shorter_than_what_was_signed_is_not_opened() {
    let house = House::new();
    let journal = house.open();
    append(&journal, record(1));
    drop(journal);
    let early = killed(&house);
    let journal = house.open();
    append(&journal, record(2));
    drop(journal);
    // The journal goes back to what it was, and the signer does not.
    fs::remove_dir_all(&house.places.journal).unwrap();
    fs::rename(&early.places.journal, &house.places.journal).unwrap();
    let refused = FileJournal::open(&house.places, options()).err().unwrap();
    assert!(matches!(refused, OpenError::Log(Trouble::Refused(Refusal::Smaller { .. }))), "{refused}");
    assert_eq!(of_type(&house.records(), "gateway.stopped").len(), 0, "something was written");
}

#[test]
fn a_journal_that_has_nothing_of_what_was_signed_is_not_opened() {
    let house = House::new();
    drop(house.open());
    let origin = house.records()[0]["log"].as_str().unwrap().to_owned();
    let segment = list(&house.places.journal).unwrap().remove(0);
    let state = serde_json::to_vec(&State::new(&origin)).unwrap();
    fs::write(&segment.path, Head { first: 0, state }.bytes().unwrap()).unwrap();
    let refused = FileJournal::open(&house.places, options()).err().unwrap();
    assert!(matches!(refused, OpenError::Log(Trouble::Refused(Refusal::Smaller { .. }))), "{refused}");
    assert!(house.records().is_empty(), "something was written");
}

#[test]
fn a_crash_before_the_first_record_leaves_a_log_with_a_name() {
    let house = House::new();
    fs::create_dir_all(&house.places.journal).unwrap();
    let state = serde_json::to_vec(&State::new("signet.test/first")).unwrap();
    let head = Head { first: 0, state }.bytes().unwrap();
    fs::write(house.places.journal.join("00000000000000000000.journal"), head).unwrap();
    for _ in 0..2 {
        append(&house.open(), record(1));
    }
    assert!(house.records().iter().all(|record| record["log"] == "signet.test/first"));
}

#[test]
fn a_journal_of_another_history_is_not_opened() {
    let house = House::new();
    drop(house.open());
    let other = killed(&house);
    append(&house.open(), record(1));
    let journal = other.open();
    append(&journal, record(2));
    append(&journal, record(3));
    drop(journal);
    fs::remove_dir_all(&house.places.journal).unwrap();
    fs::rename(&other.places.journal, &house.places.journal).unwrap();
    let refused = FileJournal::open(&house.places, options()).err().unwrap();
    assert!(matches!(refused, OpenError::Log(_)), "{refused}");
}

#[test]
fn without_its_write_ahead_log_a_journal_goes_on_from_the_log() {
    let house = House::new();
    let journal = house.open();
    append(&journal, of_session(1, start()));
    for number in 0..600 {
        journal.append(record(number)).unwrap();
    }
    append(&journal, of_session(1, command(1)));
    drop(journal);
    let before = house.records();
    let head = before.last().unwrap()["seq"].as_u64().unwrap();
    fs::remove_dir_all(&house.places.journal).unwrap();
    let journal = house.open();
    assert_eq!(journal.recovery(), Recovery { sessions: 1, torn_bytes: 0, rebuilt: true });
    drop(journal);
    let records = house.records();
    assert_eq!(records[0]["seq"], head + 1);
    assert_eq!((&records[0]["type"], &records[0]["ss"]), (&json!("outcome"), &json!(3)));
    drop(house.open());
}

#[test]
fn a_start_without_its_journal_says_so() {
    let house = House::new();
    append(&house.open(), started());
    fs::remove_dir_all(&house.places.journal).unwrap();
    append(&house.open(), started());
    assert_eq!(of_type(&house.records(), "gateway.recovered")[0]["body"]["rebuilt"], true);
}

#[test]
fn what_is_in_the_log_is_not_kept_in_the_journal() {
    let house = House::new();
    let small = Options { segment_bytes: 1 << 14, ..options() };
    let journal = FileJournal::open(&house.places, small.clone()).unwrap();
    for number in 0..300 {
        append(&journal, record(number));
    }
    drop(journal);
    let many = list(&house.places.journal).unwrap().len();
    assert!(many > 5, "{many}");
    // A segment is given up when two publications cover its bundles: that of the end, and that of the next start.
    drop(FileJournal::open(&house.places, small.clone()).unwrap());
    let kept = list(&house.places.journal).unwrap();
    assert!(kept.len() < many / 2, "{kept:?}");
    assert!(kept[0].first > 200 && kept[0].first <= 256, "{kept:?}");
    let spares = house
        .places
        .journal
        .read_dir()
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "spare"));
    assert_eq!(spares.count(), 2);
    let journal = FileJournal::open(&house.places, small).unwrap();
    assert_eq!(append(&journal, record(1)).0, 300 + 1 + 1 + 1);
}

#[test]
fn a_state_is_as_large_as_what_is_open() {
    let mut state = State::new("log");
    assert!(serde_json::to_vec(&state).unwrap().len() < 200);
    state = serde_json::from_slice(&serde_json::to_vec(&state).unwrap()).unwrap();
    assert_eq!(state.size(), 0);
}
