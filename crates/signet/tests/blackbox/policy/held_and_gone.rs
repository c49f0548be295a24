//! A hold inside a transaction, and a target that does not wait as long: its own words reach the client, nobody is asked
//! any more, and the session ends.

use std::time::Duration;

use super::{kept, ran, scene, scene_of};
use crate::harness::inside::{Inside, Plan};
use crate::harness::pipeline::{bind, execute, parse, run, sync};
use crate::harness::postgres::Options;
use crate::harness::wire::{Wire, query};
use crate::harness::{Client, Postgres, direct, until};

const UPDATE: &str = "UPDATE kept SET word = 'delicate'";

/// Both protocols; what is parsed in the very pipeline keeps the target from counting itself idle.
fn updates() -> [Vec<u8>; 2] {
    [query(UPDATE), [bind("", "update"), execute(""), sync()].concat()]
}

fn begin(wire: &mut Wire) {
    wire.send(&[parse("update", UPDATE), sync()].concat());
    wire.messages();
    wire.query("BEGIN; INSERT INTO kept VALUES ('before')");
}

fn wait_for_ends(inside: &Inside, count: usize) {
    until("the end of the sessions", Duration::from_secs(20), || {
        (inside.recorded("session.end", "") == count).then_some(())
    });
}

/// The notice, then whatever the target said, then the end.
fn ending(wire: &mut Wire) -> (Option<String>, Option<String>) {
    loop {
        let message = wire.receive().expect("an error before the end");
        if message.tag == b'E' {
            assert!(wire.receive_byte().is_none(), "the session goes on");
            return (message.field(b'C'), message.field(b'M'));
        }
        assert!(b"N12".contains(&message.tag), "{message:?}");
    }
}

#[test]
fn idle_in_transaction() {
    if direct() {
        return;
    }
    let settings = vec!["idle_in_transaction_session_timeout = 1s".to_owned()];
    let server = Postgres::with(Options { settings, ..Options::default() });
    Client::psql(&server.door()).args(["-c", "CREATE TABLE kept (word text)"]).run().ok();
    Client::psql(&server.door()).args(["-c", "INSERT INTO kept VALUES ('as it was')"]).run().ok();
    let inside = Plan::before(&server).start();
    for (at, bytes) in updates().into_iter().enumerate() {
        let mut wire = Wire::sign_in(&inside.door());
        begin(&mut wire);
        wire.send(&bytes);
        let request = inside.desk.next();
        assert!(request.asked.in_transaction);
        let (code, text) = ending(&mut wire);
        assert_eq!(code.as_deref(), Some("25P03"));
        assert_eq!(text.as_deref(), Some("terminating connection due to idle-in-transaction timeout"));
        request.wait_for_withdrawal();
        wait_for_ends(&inside, at + 1);
    }
    assert_eq!(kept(&server), "as it was");
    assert_eq!(ran(&server, "delicate"), 0);
    assert_eq!(inside.recorded("session.end", "target ended the session"), 2);
    assert_eq!(inside.recorded("refusal", "delicate"), 2);
}

#[test]
fn a_target_that_crashes() {
    for bytes in updates() {
        let Some((mut server, inside, mut wire)) = scene() else { return };
        begin(&mut wire);
        wire.send(&bytes);
        let request = inside.desk.next();
        server.kill();
        let (code, _) = ending(&mut wire);
        assert_eq!(code.as_deref(), Some("08006"));
        request.wait_for_withdrawal();
        wait_for_ends(&inside, 1);
        assert_eq!(ran(&server, "delicate"), 0);
    }
}

/// A notice does not wait for a Sync, or for the answers before it.
#[test]
fn a_notice_comes_at_once() {
    let Some((_server, inside, mut wire)) = scene_of(|server| Plan::before(server).start()) else { return };
    wire.send(&run("INSERT INTO kept VALUES ('delicate')"));
    let request = inside.desk.next();
    assert!(!request.asked.in_transaction, "what was only parsed holds nothing");
    let notice = wire.receive().unwrap();
    assert_eq!(notice.tag, b'N', "{notice:?}");
    request.approve();
    wire.send(&sync());
    assert_eq!(wire.messages().last().unwrap().tag, b'Z');
}
