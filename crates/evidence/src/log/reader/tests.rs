//! Tests of the reader over a journal and a log that were made piece by piece.

mod room;

use std::fs;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Closed, Entry, Parameters, Reader, Sealed, read};
use crate::error::ReadError;
use crate::keys::Kind;
use room::Room;

fn commands(entries: &[Entry], count: usize) {
    assert_eq!(entries.len(), count);
    for (entry, number) in entries.iter().zip(0_u64..) {
        assert_eq!(entry.sequence, number);
        assert_eq!(entry.view["text"], format!("SELECT {number}"), "record {number}");
        assert_eq!(entry.view["parameters"], json!(["x", null, "\\xc8"]));
        assert_eq!(entry.payloads[0].bytes.as_deref(), Ok(format!("SELECT {number}").as_bytes()));
    }
}

#[test]
fn records_are_the_same_from_the_journal_and_from_the_log_and_from_both() {
    let mut room = Room::new();
    room.fill(600);
    room.journal(0, 600);
    let entries = room.read();
    commands(&entries, 600);
    room.publish(600);
    for (first, until) in [(0, 600), (1, 600), (256, 600), (300, 600), (512, 600), (600, 600)] {
        // Everything below was recycled; what is not a full bundle is read from the journal.
        let first = first.min(512);
        room.journal(first, until);
        assert!(room.read() == entries, "journal from {first}");
    }
    fs::remove_dir_all(&room.places.journal).unwrap();
    assert!(room.read() == entries, "the log alone");
}

#[test]
fn a_reader_at_the_end_sees_what_comes_and_goes_on_in_the_log_when_the_journal_is_used_again() {
    let mut room = Room::new();
    room.fill(600);
    room.journal(0, 10);
    let mut reader = read(&room.places).unwrap();
    assert_eq!(reader.by_ref().map(|entry| entry.unwrap().sequence).last(), Some(9));
    room.journal(0, 20);
    assert_eq!(reader.next().unwrap().unwrap().sequence, 10);
    room.publish(600);
    room.journal(512, 600);
    let rest: Vec<_> = reader.map(|entry| entry.unwrap().sequence).collect();
    assert_eq!(rest, (11..600).collect::<Vec<_>>());
}

#[test]
fn any_record_is_found_by_its_index() {
    let mut room = Room::new();
    room.fill(600);
    room.publish(600);
    room.journal(512, 600);
    let mut reader = Reader::from(&room.places, 0).unwrap();
    for sequence in [599, 3, 512, 511, 513, 0, 300, 520] {
        let entry = reader.entry_at(sequence).unwrap().unwrap();
        assert_eq!((entry.sequence, &entry.view["command"]), (sequence, &json!(sequence)));
        assert_eq!(entry.view["text"], format!("SELECT {sequence}"));
    }
    assert_eq!(reader.entry_at(600).unwrap(), None);
    let found: Vec<_> = reader.entries_at([2, 256, 555, 556]).map(|entry| entry.unwrap().sequence).collect();
    assert_eq!(found, [2, 256, 555, 556]);
}

#[test]
fn a_hole_between_log_and_journal_is_an_error() {
    let mut room = Room::new();
    room.fill(600);
    room.publish(256);
    room.journal(300, 600);
    let mut reader = read(&room.places).unwrap();
    assert_eq!(reader.by_ref().take(256).filter(|entry| entry.is_ok()).count(), 256);
    assert!(matches!(reader.next(), Some(Err(ReadError::Missing { sequence: 256, .. }))));
}

#[test]
fn without_a_key_the_leaf_is_read_and_the_payload_is_not() {
    let mut room = Room::new();
    room.fill(300);
    room.publish(300);
    fs::remove_dir_all(&room.places.journal).unwrap();
    let told = |why: Closed| {
        for entry in room.read() {
            assert!(entry.payloads.iter().all(|payload| payload.bytes == Err(why)), "{entry:?}");
            assert_eq!(entry.view["payload"], why.to_string());
            assert_eq!((entry.view.get("text"), &entry.view["verb"]), (None, &json!("read")));
        }
    };
    let pack = room.places.log.join("payload/000");
    let sealed = fs::read(&pack).unwrap();
    let later = room.places.log.join("payload/001");
    fs::remove_file(later).unwrap();
    fs::write(&pack, vec![0; sealed.len()]).unwrap();
    assert_eq!(room.read()[0].payloads[0].bytes, Err(Closed::Damaged));
    assert_eq!(room.read()[256].payloads[0].bytes, Err(Closed::Missing));
    fs::remove_file(room.places.keys.join("000000").join(Uuid::from_u128(7).to_string())).unwrap();
    told(Closed::NoKey);
    fs::remove_file(room.places.keys.join("master")).unwrap();
    told(Closed::NoMaster);
    fs::write(room.places.keys.join("master"), "not a key").unwrap();
    assert!(matches!(read(&room.places), Err(ReadError::Keys(_))));
    assert!(room.dir.path().exists());
}

#[test]
fn what_is_not_asked_for_is_not_opened() {
    let mut room = Room::new();
    let who = br#"{"client":"c"}"#;
    room.record(7, "session.start", &json!({}), &[(Kind::Who, who)]);
    room.fill(3);
    room.record(8, "session.start", &json!({}), &[(Kind::Who, who)]);
    room.record(8, "outcome", &json!({ "command": 1 }), &[(Kind::Result, b"rows")]);
    let (seven, eight) = (Uuid::from_u128(7).to_string(), Uuid::from_u128(8).to_string());
    for published in [false, true] {
        if published {
            room.publish(5);
            fs::remove_dir_all(&room.places.journal).unwrap();
            room.places.journal = room.dir.path().join("gone");
        } else {
            room.journal(0, 5);
        }
        let mut reader = Reader::from(&room.places, 0).unwrap();
        let mut opened = |sequence, asked: &dyn Fn(&Sealed<'_>) -> bool| {
            let entry = reader.entry_where(sequence, asked).unwrap().unwrap();
            entry.payloads.into_iter().map(|payload| (payload.kind, payload.bytes)).collect::<Vec<_>>()
        };
        assert_eq!(opened(0, &|_| false), []);
        // The second one behind a first that stays closed, with the key that came with a record of which nothing was opened.
        let parameters = [&[0, 0, 0, 1, b'x'][..], &[255; 4], &[0, 0, 0, 1, 200]].concat();
        assert_eq!(opened(1, &|sealed| sealed.kind == "parameters"), [("parameters".to_owned(), Ok(parameters))]);
        let other = |sealed: &Sealed<'_>| sealed.chain != seven && sealed.time_us >= 1003;
        assert_eq!(opened(2, &other), []);
        assert_eq!(opened(3, &other), [("who".to_owned(), Ok(who.to_vec()))]);
        assert_eq!(opened(4, &|sealed| sealed.record == "command"), []);
        assert_eq!(opened(4, &|sealed| sealed.chain == eight), [("result".to_owned(), Ok(b"rows".to_vec()))]);
        assert_eq!(reader.entry_where(4, |_| false).unwrap().unwrap().view.get("result_bytes"), None);
    }
}

#[test]
fn what_is_no_parameter_is_left_over() {
    let bytes = [&[0, 0, 0, 1, b'x'][..], &[255; 4], &[0, 0, 0, 9, b'y']].concat();
    let mut parameters = Parameters::of(&bytes);
    assert_eq!(parameters.by_ref().collect::<Vec<_>>(), [Some(&b"x"[..]), None]);
    assert_eq!(parameters.rest(), [0, 0, 0, 9, b'y']);
}

#[test]
fn a_view_is_flat_and_names_the_chain() {
    let mut room = Room::new();
    let policy = json!({ "ids": ["a", "b"], "observed": ["c"], "version": "7" });
    let reason = br#"{"class":"denied","message":"no"}"#;
    room.record(1, "gateway.started", &json!({ "version": "0.1" }), &[]);
    room.record(
        2,
        "session.start",
        &json!({ "policy": policy, "run": "r" }),
        &[(Kind::Who, br#"{"client":"c","type":"x"}"#)],
    );
    room.record(2, "refusal", &json!({ "class": "denied" }), &[(Kind::Text, b"\xff\x00"), (Kind::Reason, reason)]);
    room.record(
        2,
        "outcome",
        &json!({ "code": "42", "command": 1, "rows": 5, "status": "done" }),
        &[(Kind::Result, b"rows")],
    );
    room.record(3, "later.invention", &json!({ "sequence": "mine", "thing": [1, true] }), &[]);
    room.journal(0, 5);
    let entries = room.read();
    let views: Vec<_> = entries.iter().map(|entry| Value::Object(entry.view.clone())).collect();
    let chain = |number| Uuid::from_u128(number).to_string();
    assert_eq!(
        views,
        [
            json!({ "sequence": 0, "time_us": 1000, "position": 1, "type": "gateway.started", "run": chain(1), "version": "0.1" }),
            json!({ "sequence": 1, "time_us": 1001, "position": 1, "type": "session.start", "session": chain(2), "run": "r",
                "policies": ["a", "b"], "observed": ["c"], "policy_version": "7", "client": "c" }),
            json!({ "sequence": 2, "time_us": 1002, "position": 1, "type": "refusal", "session": chain(2), "class": "denied",
                "text_hex": "ff00", "reason": { "class": "denied", "message": "no" } }),
            json!({ "sequence": 3, "time_us": 1003, "position": 1, "type": "outcome", "session": chain(2), "command": 1,
                "outcome": { "code": "42", "rows": 5, "status": "done" }, "result_bytes": 4 }),
            json!({ "sequence": 4, "time_us": 1004, "position": 1, "type": "later.invention", "session": chain(3), "thing": [1, true] }),
        ]
    );
    assert_eq!(entries[3].payloads[0].bytes, Ok(b"rows".to_vec()));
}
