//! A38: a statement is decided by all of its text, and one that is too long to be held in memory is not forwarded at all.

use std::time::Duration;

use model::Limits;

use super::{assert_denied, assert_goes_on, kept, scene, scene_of};
use crate::harness::hostile::Hostile;
use crate::harness::inside::Plan;
use crate::harness::pipeline::{assert_error, bind, error, execute, parse, run, sync, tags};
use crate::harness::wire::{Wire, frame, query};
use crate::harness::{direct, until};

/// The first 64 KiB are harmless, and so are the next ones up to far above every buffer.
#[test]
fn a38_the_tail_of_a_statement_is_decided_too() {
    let Some((server, inside, mut wire)) = scene() else { return };
    for length in [64 * 1024, 65_537, 1 << 20, 8 << 20] {
        let sql = format!("INSERT INTO kept VALUES ('harmless'){}; SELECT 'forbidden'", " ".repeat(length));
        let one = format!("INSERT INTO kept VALUES ('harmless' /* {} */ || 'forbidden')", "x".repeat(length));
        for bytes in [query(&sql), query(&one), [run(&one), sync()].concat()] {
            wire.send(&bytes);
            let messages = wire.messages();
            assert_denied(&messages);
            assert_error(&messages, "42501", b'I');
        }
    }
    assert_goes_on(&mut wire);
    server.assert_never_saw("harmless");
    assert_eq!(kept(&server), "");
    assert_eq!(inside.recorded("refusal", "forbidden"), 12);
}

/// A message above the limit ends the session by its length alone, whether the rest of it comes or not.
#[test]
fn a38_nothing_of_a_message_above_the_limit_is_forwarded() {
    if direct() {
        return;
    }
    let target = Hostile::start(|peer| {
        peer.welcome()?;
        peer.drain()
    });
    let limits = Limits { frame: 1 << 20, ..Limits::default() };
    let inside = Plan::before_address(&target.address).limits(limits).start();
    let long = format!("SELECT 'smuggled' /* {} */", "x".repeat(1 << 20));
    let beginning = query(&long)[..4096].to_vec();
    let parse = frame(b'P', format!("\0{long}\0\0\0").as_bytes());
    for bytes in [beginning, query(&long), parse] {
        let mut wire = Wire::sign_in(&inside.door());
        // In two parts, so that the length is seen before the text.
        wire.send(&bytes[..5]);
        wire.send(&bytes[5..]);
        let ending = wire.ending();
        assert!(matches!(ending.sqlstate(), Some("08P01" | "54000") | None), "{ending:?}");
        wire.assert_closes();
    }
    target.assert_never_received("smuggled");
    until("three violations on record", Duration::from_secs(10), || {
        (inside.recorded("violation", "larger than can be inspected") == 3).then_some(())
    });
    assert_eq!(inside.recorded("command", ""), 0);
}

/// Just below the limit it goes through, whole.
#[test]
fn a_message_below_the_limit_is_forwarded_whole() {
    let Some((server, inside, mut wire)) =
        scene_of(|server| Plan::before(server).limits(Limits { frame: 1 << 20, ..Limits::default() }).start())
    else {
        return;
    };
    let text = |length: usize| format!("INSERT INTO kept VALUES (length('{}'))", "x".repeat(length));
    let room = (1 << 20) - 6 - text(0).len();
    let messages = wire.query(&text(room));
    assert!(!messages.iter().any(|message| message.tag == b'E'), "{:?}", error(&messages));
    assert_eq!(kept(&server), room.to_string());
    inside.assert_recorded("command", "length('xxx");
}

/// What is refused without a decision is on record like any refusal.
#[test]
fn what_cannot_be_taken_is_refused_on_record() {
    let Some((server, inside, mut wire)) =
        scene_of(|server| Plan::before(server).limits(Limits { batch: 3, ..Limits::default() }).start())
    else {
        return;
    };
    let messages = wire.query("SELECT 'too'; SELECT 'many'; SELECT 'at'; SELECT 'once'");
    assert_eq!(error(&messages).field(b'C').as_deref(), Some("54000"));
    inside.assert_recorded("refusal", "SELECT 'once'");
    let name = "n".repeat(64);
    for message in [parse(&name, "SELECT 'unnamable'"), bind("", &name), execute(&name)] {
        wire.send(&[message, sync()].concat());
        let messages = wire.messages();
        assert_eq!((tags(&messages).as_str(), error(&messages).field(b'C').as_deref()), ("EZ", Some("0A000")));
    }
    assert_eq!(inside.recorded("refusal", "is longer than 63 bytes"), 3);
    server.assert_never_saw("unnamable");
}
