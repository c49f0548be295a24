//! A log that the real journal wrote and published holds for the verifier, also when it is opened, and also after a crash.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod house;

use std::fs;

use model::{Class, Event, HoldEnded, Outcome, Public, Status};
use signet_evidence::read;
use verify::Verdict;

use house::{House, STREAM, action, command, end, operator, outcome, start};

/// Segments that are used again.
const SMALL: u64 = 64 << 10;
/// A segment for all of a test.
const LARGE: u64 = 8 << 20;

/// A session with one record of each type.
fn everything(house: &mut House, session: u128) {
    let policies = || vec!["allow-all".to_owned()];
    let reason = || Public::new(Class::Denied, "policy says no");
    let of_session = [
        start("ada"),
        command(1),
        Event::Progress { stream: STREAM, command: house::id(1), outcome: Outcome::of(Status::Suspended) },
        outcome(1, b"one row"),
        Event::Refusal {
            stream: STREAM,
            command: None,
            action: action("DROP x"),
            reason: reason(),
            policies: policies(),
            policy_version: "1".into(),
        },
        Event::Hold {
            stream: STREAM,
            command: house::id(2),
            request: model::RequestId(uuid::Uuid::from_u128(5)),
            action: action("DELETE"),
            notice: reason(),
            policies: policies(),
            policy_version: "1".into(),
        },
        Event::HoldEnded {
            stream: STREAM,
            command: house::id(2),
            how: HoldEnded::Approved,
            by: Vec::new(),
            reason: Some("go on".into()),
        },
        command(2),
        Event::ResultPart { stream: STREAM, command: house::id(2), part: 1, bytes: vec![7; 5000].into() },
        outcome(2, &[8; 3000]),
        Event::Cancel { client: "192.0.2.1:5".into() },
        Event::Violation { stream: STREAM, reason: reason() },
        end(2, 13),
    ];
    house.append(
        None,
        Event::SigninRefused {
            client: "192.0.2.1:5".into(),
            protocol: "toy".into(),
            user: Some("eve".into()),
            resource: None,
            reason: reason(),
        },
    );
    house.append(None, Event::Act { act: "token.create".into(), by: operator(), details: [].into() });
    house.append(None, Event::Read { what: "session".into(), by: operator(), details: [].into() });
    for event in of_session {
        house.append(Some(session), event);
    }
}

fn holds(house: &House) {
    let report = house.verify(true);
    assert_eq!(report.verdict, Verdict::Ok, "{report:#?}");
    assert_eq!(report.facts.opened, report.facts.ciphertexts);
    let report = house.verify(false);
    assert_eq!((report.verdict, report.facts.opened), (Verdict::Ok, 0), "{report:#?}");
}

#[test]
fn runs_with_every_type_of_record_hold() {
    let mut house = House::new(SMALL);
    for run in 0..2 {
        house.open();
        house.append(None, house::started());
        for session in 0..30 {
            everything(&mut house, 1 + run * 100 + session);
        }
        house.append(None, Event::GatewayStopped);
        house.close();
        holds(&house);
    }
    let report = house.verify(true);
    assert!(report.facts.records > 900 && report.facts.sessions == 60 && report.facts.runs == 2, "{:?}", report.facts);
    let read: Vec<_> = read(&house.places).unwrap().map(Result::unwrap).collect();
    assert_eq!(read.len() as u64, report.facts.records);
    assert!(read.iter().all(|entry| entry.payloads.iter().all(|payload| payload.bytes.is_ok())));
    let result = read.iter().find(|entry| entry.view["type"] == "outcome").unwrap();
    assert_eq!(result.payloads[0].bytes.as_deref(), Ok(&b"one row"[..]));
}

#[test]
fn a_log_that_a_crash_cut_holds_and_goes_on() {
    let mut house = House::new(LARGE);
    house.open();
    house.append(None, house::started());
    for session in 1..20 {
        everything(&mut house, session);
    }
    house.append(Some(100), start("ada"));
    house.append(Some(100), command(1));
    house.append(Some(101), start("grace"));
    let mut left = house.killed();
    drop(house);
    assert!(left.places.journal.is_dir());
    for run in 0..2 {
        left.open();
        left.append(None, house::started());
        everything(&mut left, 200 + run);
        left.append(None, Event::GatewayStopped);
        left.close();
        holds(&left);
    }
    assert_eq!(left.verify(true).facts.open_chains, 0);
}

#[test]
fn without_its_journal_a_log_goes_on_from_what_is_published() {
    let mut house = House::new(SMALL);
    house.open();
    house.append(None, house::started());
    everything(&mut house, 1);
    house.append(None, Event::GatewayStopped);
    house.close();
    fs::remove_dir_all(&house.places.journal).unwrap();
    house.open();
    house.append(None, house::started());
    everything(&mut house, 2);
    house.append(None, Event::GatewayStopped);
    house.close();
    holds(&house);
}
