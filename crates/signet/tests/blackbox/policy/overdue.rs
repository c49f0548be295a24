//! Commands that run for longer than policy allows, before a real PostgreSQL.

use std::time::Duration;

use model::{Obligations, Verdict};

use super::{assert_goes_on, kept, ran, scene};
use crate::harness::desk::{allow, mentions};
use crate::harness::inside::Inside;
use crate::harness::pipeline::{assert_error, completed, error, run, sync, tags};
use crate::harness::wire::{Wire, frame, query};

const SLEEP: &str = "SELECT pg_sleep(600)";

fn hurry(inside: &Inside) {
    inside.policy.replace(|action| {
        if ["pg_sleep", "LOCK", "COPY", "timed"].iter().any(|mark| mentions(action, mark)) {
            let timeout = Some(Duration::from_millis(300));
            let obligations = Obligations { timeout, ..Obligations::default() };
            Verdict::Allow { policies: vec!["test-policy".into()], obligations }
        } else {
            allow()
        }
    });
}

#[test]
fn a_sleeper_is_woken() {
    let Some((server, inside, mut wire)) = scene() else { return };
    hurry(&inside);
    for bytes in [query(SLEEP), [run(SLEEP), sync()].concat()] {
        wire.send(&bytes);
        let messages = wire.messages();
        assert_error(&messages, "57014", b'I');
        assert_eq!(error(&messages).field(b'M').as_deref(), Some("refused: the command ran for longer than it may"));
        assert_goes_on(&mut wire);
        wire.query("BEGIN; INSERT INTO kept VALUES ('before')");
        wire.send(&bytes);
        assert_error(&wire.messages(), "57014", b'E');
        assert_eq!(completed(&wire.query("COMMIT")), ["ROLLBACK"]);
    }
    assert_eq!(kept(&server), "");
    assert_eq!(inside.recorded("outcome", "\"57014\""), 4);
}

/// The target keeps the answer to the quick one back, so nobody knows that the sleeper's turn has come.
#[test]
fn a_quick_one_without_a_limit_in_front_gives_no_time() {
    let Some((_server, inside, mut wire)) = scene() else { return };
    hurry(&inside);
    for bytes in [query(&format!("SELECT 1; {SLEEP}")), [run("SELECT 1"), run(SLEEP), sync()].concat()] {
        wire.send(&bytes);
        assert_error(&wire.messages(), "57014", b'I');
        assert_goes_on(&mut wire);
    }
}

#[test]
fn nothing_behind_it_in_its_pipeline_runs() {
    let Some((server, inside, mut wire)) = scene() else { return };
    hurry(&inside);
    let insert = |word: &str| run(&format!("INSERT INTO kept VALUES ('{word}')"));
    // The target keeps the answers back, so that the time of the first is up: nobody knows that it has ended.
    wire.send(
        &[
            run("INSERT INTO kept VALUES ('before') /* timed */"),
            run(SLEEP),
            insert("after"),
            sync(),
            insert("next"),
            sync(),
        ]
        .concat(),
    );
    let messages = wire.messages();
    assert_error(&messages, "57014", b'I');
    assert_eq!(tags(&messages), "12C12EZ");
    assert_eq!(tags(&wire.messages()), "12CZ");
    assert_eq!((kept(&server).as_str(), ran(&server, "after")), ("next", 0));
}

/// The next message is not the one that is cancelled.
#[test]
fn what_is_pipelined_behind_it_is_left_alone() {
    let Some((_server, inside, mut wire)) = scene() else { return };
    hurry(&inside);
    wire.send(&[query(SLEEP), query("SELECT 'second'"), query(SLEEP)].concat());
    assert_error(&wire.messages(), "57014", b'I');
    assert_eq!(tags(&wire.messages()), "TDCZ");
    assert_error(&wire.messages(), "57014", b'I');
    assert_goes_on(&mut wire);
}

#[test]
fn one_that_waits_for_a_lock_waits_no_longer() {
    let Some((server, inside, mut wire)) = scene() else { return };
    hurry(&inside);
    let mut other = Wire::sign_in(&server.door().tls("disable", None));
    other.query("BEGIN; LOCK TABLE kept");
    assert_error(&wire.query("BEGIN /* timed */; LOCK TABLE kept"), "57014", b'E');
    wire.query("ROLLBACK");
    // A COPY asks for data when it has its lock.
    wire.send(&query("COPY kept FROM STDIN"));
    assert_error(&wire.messages(), "57014", b'I');
    other.query("ROLLBACK");
    assert_goes_on(&mut wire);
}

/// The target waits for the client's data, and hears no cancel while it does.
#[test]
fn a_copy_whose_data_do_not_come_is_failed() {
    let Some((server, inside, mut wire)) = scene() else { return };
    hurry(&inside);
    let sql = "COPY kept FROM STDIN";
    for (bytes, end) in [(query(sql), Vec::new()), ([run(sql), sync()].concat(), sync())] {
        wire.send(&[bytes, frame(b'd', b"half\n")].concat());
        let mut messages = Vec::new();
        while messages.last().is_none_or(|last: &crate::harness::wire::Message| last.tag != b'E') {
            messages.push(wire.receive().expect("an error"));
        }
        assert_eq!(error(&messages).field(b'C').as_deref(), Some("57014"), "{messages:?}");
        wire.send(&[frame(b'd', b"rest\n"), frame(b'c', b""), end].concat());
        assert_eq!(tags(&wire.messages()), "Z");
        assert_goes_on(&mut wire);
    }
    assert_eq!(kept(&server), "");
}
