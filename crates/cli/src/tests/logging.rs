//! `signet log`, over a journal that the real writer wrote.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;

use bytes::Bytes;
use evidence::{FileJournal, Options, Places};
use model::{
    Action, ActionText, Certainty, Class, CommandId, CredentialId, Credentials, Event, Facts, Kind, Outcome, Phase,
    Principal, PrincipalId, Public, Record, SessionId, Status, StreamId, Verb,
};
use ports::Journal;

use super::Place;
use crate::terminal::harmless;

fn action(text: &'static str) -> ActionText {
    ActionText::from(&Action {
        verb: Verb::Write,
        name: "INSERT",
        certainty: Certainty::Lexed,
        phase: Phase::Run,
        facts: Facts::default(),
        text: Bytes::from_static(text.as_bytes()),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    })
}

fn start(person: &str) -> Event {
    let id = PrincipalId { issuer: "local".into(), subject: person.into() };
    Event::SessionStart {
        principal: Principal { id, name: person.into(), kind: Kind::Human, groups: Vec::new() },
        credential: CredentialId("t1".into()),
        resource: "prod".parse().unwrap(),
        account: "app".into(),
        database: Some("main".into()),
        protocol: "toy".into(),
        client: "192.0.2.1:5".into(),
        tls: false,
        program: Some("psql".into()),
        policies: vec!["local-access".into()],
        policy_version: "1".into(),
    }
}

/// 2026-07-01T12:00:00Z.
const NOON: u64 = 1_782_907_200_000_000;

/// A journal with a session of ada (number 1), one of grace (number 2), and a refused sign-in.
pub(super) fn place() -> Place {
    let place = Place::new();
    let ticks = Arc::new(AtomicU64::new(0));
    let (wall, steady) = (Arc::clone(&ticks), Arc::clone(&ticks));
    let options = Options {
        steady: Arc::new(move || steady.load(SeqCst)),
        ..Options::new(Arc::new(move || NOON + wall.load(SeqCst)))
    };
    let journal = FileJournal::open(&Places::of(&place.path().join("data")), options).unwrap();
    let (stream, command) = (StreamId(0), CommandId(1));
    let done = Outcome { status: Status::Done, rows: Some(1), bytes: 12, masked: None, code: None };
    let reason = Public::new(Class::Denied, "policy says no");
    let events = [
        (None, Event::GatewayStarted { version: "0.1.0".into(), build: String::new(), config: String::new() }),
        (Some(1), start("ada")),
        (
            Some(1),
            Event::Command {
                stream,
                command,
                action: action("INSERT\n1 \x1b[2J"),
                policies: vec![],
                observed: Vec::new(),
                policy_version: "1".into(),
                approved: false,
            },
        ),
        (Some(2), start("grace")),
        (Some(1), Event::Outcome { stream, command, outcome: done, duration_us: None, shown: None }),
        (
            Some(2),
            Event::Refusal {
                stream,
                command: None,
                action: action("DROP x"),
                reason: reason.clone(),
                policies: vec![],
                policy_version: "1".into(),
            },
        ),
        (
            None,
            Event::SigninRefused {
                client: "c".into(),
                protocol: "toy".into(),
                user: Some("eve+dba".into()),
                resource: Some("prod".into()),
                reason,
            },
        ),
        (Some(1), Event::SessionEnd { cause: "client left".into(), commands: 1, records: 4 }),
        (Some(2), Event::SessionEnd { cause: "client left".into(), commands: 0, records: 3 }),
    ];
    for (at, (session, event)) in events.into_iter().enumerate() {
        let session = session.map(|number| SessionId(uuid::Uuid::from_u128(number << 120)));
        ticks.store(at as u64 * 1_000_000, SeqCst);
        let time_us = NOON + ticks.load(SeqCst);
        journal.append(Record { time_us, session, position: session.map(|_| 1), event }).unwrap();
    }
    drop(journal);
    place
}

/// What `signet log` prints of that day: that it was read is on record too, with today's date.
fn lines(place: &Place, words: &[&str]) -> Vec<String> {
    let out = place.signet(&[&["log"], words].concat()).ok();
    out.lines().filter(|line| line.starts_with("2026-07-01")).map(ToOwned::to_owned).collect()
}

#[test]
fn lines_for_people() {
    let lines = lines(&place(), &[]);
    assert_eq!(lines.len(), 10, "{lines:?}");
    let (genesis, lines) = lines.split_first().unwrap();
    assert!(genesis.starts_with("2026-07-01T12:00:00.000Z  gateway           genesis    key "), "{genesis}");
    assert_eq!(lines[0], "2026-07-01T12:00:00.000Z  gateway           started    version 0.1.0");
    let began = "2026-07-01T12:00:01.000Z  ada@prod          began      as app from 192.0.2.1:5, database main, with psql, without TLS";
    assert_eq!(lines[1], began);
    assert_eq!(lines[2], "2026-07-01T12:00:02.000Z  ada@prod          allowed    #1 INSERT 1 \\u{1b}[2J");
    assert_eq!(lines[4], "2026-07-01T12:00:04.000Z  ada@prod          outcome    #1 done, 1 row, 12 bytes");
    assert_eq!(lines[5], "2026-07-01T12:00:05.000Z  grace@prod        refused    DROP x: policy says no");
    assert_eq!(lines[6], "2026-07-01T12:00:06.000Z  eve@prod          refused    sign-in from c: policy says no");
    assert_eq!(lines[7], "2026-07-01T12:00:07.000Z  ada@prod          ended      client left, 1 command");
}

/// Who has the log and not the keys sees what was done, and not what was typed nor by whom.
#[test]
fn lines_without_the_keys() {
    let place = place();
    fs::remove_file(place.path().join("data/keys/master")).unwrap();
    let out = place.signet(&["log"]).ok();
    for secret in ["ada", "grace", "eve", "psql", "DROP", "192.0.2.1"] {
        assert!(!out.contains(secret), "{secret} in {out}");
    }
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[2].ends_with("@prod  began      not opened: the master key is not here"), "{out}");
    assert!(lines[3].ends_with("allowed    #1 INSERT (not opened: the master key is not here)"), "{out}");
    assert!(lines[7].ends_with("refused    sign-in (not opened: the master key is not here)"), "{out}");
    assert!(lines.iter().all(|line| line.starts_with("2026-07-01")), "it was written to: {out}");
    place.signet(&["sessions", "list"]).fails(1, "the master key is not here");
}

#[test]
fn records_for_programs() {
    let out = place().signet(&["log", "--json", "--session", "01"]).ok();
    let records: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 4);
    assert_eq!(records[1]["text"], "INSERT\n1 \x1b[2J");
}

#[test]
fn filters() {
    let place = place();
    let count = |words: &[&str]| lines(&place, words).len();
    assert_eq!(count(&["--person", "ada"]), 4);
    assert_eq!(count(&["--person", "eve"]), 1);
    assert_eq!(count(&["--person", "nobody"]), 0);
    assert_eq!(count(&["--type", "session.start", "--type", "session.end"]), 4);
    assert_eq!(count(&["--type", "session.start", "--person", "grace"]), 1);
    assert_eq!(count(&["--session", "02"]), 3);
    assert_eq!(count(&["--session", "01000000-0000-0000-0000-000000000000"]), 4);
    assert_eq!(count(&["--since", "2026-07-01T12:00:07Z"]), 2);
    assert_eq!(count(&["--since", "2026-07-01T14:00:07+02:00"]), 2);
    assert_eq!(count(&["--since", "2026-07-02"]), 0);
    assert_eq!(count(&["--since", "2026-07-01"]), 10);
    assert_eq!(count(&["--since", "36500d"]), 10);
    place.signet(&["log", "--since", "yesterday"]).fails(2, "hint: Write 2026-07-01T12:00:00Z");
}

#[test]
fn no_journal_yet() {
    Place::new().signet(&["log"]).fails(4, "there is no journal");
}

/// A terminal takes some of what JSON lets stand for orders.
#[test]
fn json_means_the_same_and_moves_no_cursor() {
    let value =
        serde_json::json!({ "a": "\u{9b}31m\u{202e}\u{2028}\u{e0001}\u{feff}\u{7f}\n\"\\ é😀", "b": ["\u{85}"] });
    for text in [value.to_string(), format!("{value:#}")] {
        let shown = harmless(&text);
        assert!(!shown.chars().any(|letter| letter != '\n' && wire::is_hidden(letter)), "{shown:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        assert!(shown.contains("é😀"), "{shown}");
    }
}
