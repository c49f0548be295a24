//! Tests of places: in the log, in time, in chains; and of learning them anew.

use serde_json::{Value, json};
use tlog::merkle::{hash_text, leaf_hash};
use uuid::Uuid;

use super::{Change, Clocked, Made, Moment, STARTED, Sequencer, State};
use crate::record::{Body, Draft, clock_step, genesis, session_end};

const RUN: Uuid = Uuid::from_u128(1);

fn sequencer() -> Sequencer {
    Sequencer::new(State::new("log"), RUN, None)
}

fn draft(kind: &'static str, sid: Option<u128>, change: Change) -> Draft {
    let entry = crate::record::Entry { kind, body: Body::Ready(b"{}".to_vec()), change };
    Draft::plain(sid.map(Uuid::from_u128), 100, entry)
}

fn session(sid: u128, actor: &str, resource: &str) -> Draft {
    let body = format!(r#"{{"actor":"{actor}","resource":"{resource}"}}"#).into_bytes();
    let change = Change::Session { actor: actor.into(), resource: resource.into() };
    Draft { body: Body::Ready(body), ..draft("session.start", Some(sid), change) }
}

fn command(sid: u128, command: u64) -> Draft {
    let body = format!(r#"{{"command":{command},"stream":3}}"#).into_bytes();
    Draft { body: Body::Ready(body), ..draft("command", Some(sid), Change::Opened { command, stream: 3 }) }
}

fn outcome(sid: u128, command: u64) -> Draft {
    let body = format!(r#"{{"command":{command}}}"#).into_bytes();
    Draft { body: Body::Ready(body), ..draft("outcome", Some(sid), Change::Closed { command }) }
}

fn held(sid: u128, command: u64, kind: &'static str) -> Draft {
    let body = format!(r#"{{"command":{command},"stream":3}}"#).into_bytes();
    let change = match kind {
        "hold" => Change::Held { command, stream: 3 },
        _ => Change::HoldEnded { command },
    };
    Draft { body: Body::Ready(body), ..draft(kind, Some(sid), change) }
}

fn end(sid: u128) -> Draft {
    Draft::plain(Some(Uuid::from_u128(sid)), 100, session_end("client"))
}

fn told(made: &Made) -> Value {
    tlog::json::parse(&made.leaf).unwrap();
    assert_eq!(made.hash, leaf_hash(&made.leaf));
    serde_json::from_slice(&made.leaf).unwrap()
}

#[test]
fn a_leaf_says_all_that_the_format_asks_for() {
    let mut sequencer = Sequencer::new(State::new("log"), RUN, Some("async"));
    let first = sequencer.make(&Draft::plain(None, 50, genesis("s", "k")), 7);
    assert_eq!(
        String::from_utf8(first.leaf.clone()).unwrap(),
        r#"{"body":{"key":"k","schema":"s"},"log":"log","mode":"async","mono":7,"seq":0,"sid":"00000000-0000-0000-0000-000000000001","ss":1,"ts":50,"type":"log.genesis","v":1,"wall":50}"#
    );
    let mut next = session(2, "a", "r");
    next.references = br#"[{"id":1}]"#.to_vec();
    next.wall = 40;
    let second = told(&sequencer.make(&next, 8));
    assert_eq!(
        (&second["seq"], &second["ss"], &second["ts"], &second["wall"]),
        (&json!(1), &json!(1), &json!(50), &json!(40))
    );
    assert_eq!(second["nth"], json!({ "actor": 1, "resource": 1 }));
    assert_eq!(second["payloads"], json!([{ "id": 1 }]));
    assert_eq!(second.get("prev"), None);
    let third = told(&sequencer.make(&draft("x", None, Change::Nothing), 9));
    assert_eq!((&third["ss"], &third["prev"]), (&json!(2), &json!(hash_text(&first.hash))));
}

#[test]
fn the_end_of_a_session_counts_what_was_in_it() {
    let mut sequencer = sequencer();
    for draft in [session(2, "a", "r"), command(2, 1), command(2, 2), outcome(2, 1), outcome(2, 2)] {
        sequencer.make(&draft, 0);
    }
    let end = told(&sequencer.make(&end(2), 0));
    assert_eq!((&end["ss"], &end["body"]), (&json!(6), &json!({ "cause": "client", "commands": 2, "records": 6 })));
    assert_eq!(sequencer.state().chains().len(), 0);
}

#[test]
fn heads_tell_of_every_open_chain_and_of_new_sessions_once() {
    let mut sequencer = sequencer();
    sequencer.make(&Draft::plain(None, 1, genesis("s", "k")), 0);
    for number in 2..=1000 {
        sequencer.make(&session(number, &format!("actor {}", number % 500), "r"), 0);
    }
    let clock = Clocked { source: "kernel", offset_us: Some(-3), error_us: None, synced: Some(true) };
    let before = sequencer.state().chain(RUN).unwrap().clone();
    let drafts = sequencer.heads(9, &clock);
    assert!(drafts.len() > 2);
    let bodies: Vec<Value> = drafts.iter().map(|draft| told(&sequencer.make(draft, 0))["body"].clone()).collect();
    let all =
        |key: &str| -> Vec<Value> { bodies.iter().flat_map(|body| body[key].as_array().unwrap().clone()).collect() };
    for (body, part) in bodies.iter().zip(1..) {
        assert_eq!((&body["part"], &body["parts"]), (&json!(part), &json!(bodies.len())));
        assert_eq!(body["clock"], json!({ "offset_us": -3, "source": "kernel", "synced": true }));
    }
    let open = all("open");
    assert_eq!(open.len(), 1000);
    assert!(open.is_sorted_by(|one, next| one["sid"].as_str() < next["sid"].as_str()));
    assert_eq!(open[0], json!({ "head": hash_text(&before.head), "sid": RUN.to_string(), "ss": 1 }));
    let actors = all("actors");
    assert!(actors.is_sorted_by(|one, next| one["id"].as_str() < next["id"].as_str()));
    assert_eq!((actors.len(), &actors[0]), (500, &json!({ "id": "actor 0", "sessions": 2 })));
    assert_eq!(all("resources"), [json!({ "id": "r", "sessions": 999 })]);

    sequencer.make(&session(2000, "actor 7", "other"), 0);
    let bodies: Vec<Value> =
        sequencer.heads(9, &clock).iter().map(|draft| told(&sequencer.make(draft, 0))["body"].clone()).collect();
    let actors: Vec<&Value> = bodies.iter().flat_map(|body| body["actors"].as_array().unwrap()).collect();
    assert_eq!(actors, [&json!({ "id": "actor 7", "sessions": 3 })]);
}

#[test]
fn a_clock_that_was_set_is_told_and_one_that_drifts_is_not() {
    let mut sequencer = sequencer();
    sequencer.make(&draft(STARTED, None, Change::Nothing), 0);
    let mut step = |wall, mono| sequencer.step(Moment { wall, mono }).map(|draft| draft.body);
    let by = |by_us| Draft::plain(None, 0, clock_step(by_us)).body;
    let same = |found: Option<Body>, wanted: Option<Body>| assert_eq!(format!("{found:?}"), format!("{wanted:?}"));
    same(step(1_000_000_000, 0), None);
    same(step(1_001_400_000, 1_000_000), None);
    same(step(1_002_800_000, 2_000_000), None);
    same(step(1_004_400_000, 3_000_000), Some(by(600_000)));
    same(step(1_005_400_000, 4_000_000), None);
    same(step(0, 4_000_000), Some(by(-1_005_400_000)));
}

#[test]
fn a_state_is_learnt_from_the_records_alone() {
    let mut sequencer = sequencer();
    let mut learnt = State::default();
    let mut make = |draft: &Draft| {
        let made = sequencer.make(draft, 3);
        learnt.replay(&made.leaf, made.hash).unwrap();
        assert_eq!(&learnt, sequencer.state());
        let text = serde_json::to_vec(&learnt).unwrap();
        assert_eq!(serde_json::from_slice::<State>(&text).unwrap(), learnt);
    };
    make(&Draft::plain(None, 200, genesis("s", "k")));
    for draft in [session(2, "a", "r"), command(2, 1), session(3, "b", "r"), command(2, 2), outcome(2, 1)] {
        make(&draft);
    }
    make(&end(3));
    make(&session(4, "a", "q"));
    for (command, kind) in [(8, "hold"), (9, "hold"), (8, "hold.end")] {
        make(&held(4, command, kind));
    }
    let owed = sequencer.state().chain(Uuid::from_u128(2)).unwrap().owed.clone();
    assert_eq!(owed.into_iter().collect::<Vec<_>>(), [(2, 3)]);
    let held = sequencer.state().chain(Uuid::from_u128(4)).unwrap().held.clone();
    assert_eq!(held.into_iter().collect::<Vec<_>>(), [(9, 3)]);
    for draft in sequencer.heads(9, &Clocked::default()) {
        let made = sequencer.make(&draft, 3);
        learnt.replay(&made.leaf, made.hash).unwrap();
    }
    assert_eq!(&learnt, sequencer.state());
}

#[test]
fn a_record_that_is_not_the_next_one_is_not_taken() {
    let mut sequencer = sequencer();
    let made: Vec<Made> = [
        Draft::plain(None, 200, genesis("s", "k")),
        session(2, "a", "r"),
        command(2, 1),
        outcome(2, 1),
        Draft { wall: 300, ..end(2) },
    ]
    .iter()
    .map(|draft| sequencer.make(draft, 0))
    .collect();
    let replayed = |leaves: &[Vec<u8>]| -> Result<(), &'static str> {
        let mut state = State::new("log");
        leaves.iter().try_for_each(|leaf| state.replay(leaf, leaf_hash(leaf)))
    };
    let leaves: Vec<Vec<u8>> = made.iter().map(|made| made.leaf.clone()).collect();
    replayed(&leaves).unwrap();
    for gone in 0..4 {
        let mut other = leaves.clone();
        other.remove(gone);
        replayed(&other).unwrap_err();
    }
    let changed = |from: &str, to: &str| -> Vec<Vec<u8>> {
        let all = leaves.iter().map(|leaf| String::from_utf8(leaf.clone()).unwrap());
        all.map(|leaf| leaf.replace(from, to).into_bytes()).collect()
    };
    for (from, to, why) in [
        (r#""log":"log""#, r#""log":"lag""#, "a record of another log"),
        (r#""ss":4"#, r#""ss":5"#, "a record out of the order of its chain"),
        (r#""prev":"#, r#""prew":"#, "a record out of the order of its chain"),
        (r#""ts":300"#, r#""ts":199"#, "a record before its time"),
        (r#""actor":"a""#, r#""actor":7"#, "a record without what its type must say"),
        (r#""seq":3"#, r#""seq":4"#, "a record out of its order"),
    ] {
        assert_eq!(replayed(&changed(from, to)), Err(why), "{from}");
    }
    assert_eq!(State::new("log").replay(&leaves[0], [0; 32]), Err("a record is not what its hash says"));
}
