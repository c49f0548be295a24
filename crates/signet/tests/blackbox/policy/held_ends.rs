//! The other ends of a held command: time runs out, the client cancels it, the client leaves.

use std::time::Duration;

use super::{assert_goes_on, kept, ran, scene, scene_of};
use crate::harness::inside::{Inside, Plan};
use crate::harness::pipeline::{assert_error, completed, run, sync, tags};
use crate::harness::wire::{CANCEL_REQUEST, Wire, opening, query};

/// Both protocols, one after the other: `(bytes of the insert, what they are)`.
fn inserts() -> [(Vec<u8>, &'static str); 2] {
    let sql = "INSERT INTO kept VALUES ('delicate')";
    [(query(sql), "simple"), ([run(sql), sync()].concat(), "extended")]
}

fn cancel(inside: &Inside, wire: &Wire) {
    let (pid, secret) = wire.key.clone().unwrap();
    let mut other = Wire::connect(inside.door().port);
    other.send(&opening(CANCEL_REQUEST, &[&pid.to_be_bytes()[..], &secret].concat()));
    assert!(other.receive_byte().is_none(), "a cancel request is never answered");
}

#[test]
fn time_runs_out() {
    let soon = Duration::from_millis(300);
    let Some((server, inside, mut wire)) = scene_of(|server| Plan::before(server).patience(soon).start()) else {
        return;
    };
    for (bytes, protocol) in inserts() {
        wire.send(&bytes);
        let messages = wire.messages();
        assert_error(&messages, "42501", b'I');
        assert!(messages.iter().any(|message| message.tag == b'N'), "{protocol}: {messages:?}");
        assert!(!inside.desk.next().waits());
    }
    assert_goes_on(&mut wire);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("", 0));
    assert_eq!(inside.recorded("refusal", "nobody answered in time"), 2);
}

#[test]
fn the_client_cancels_it() {
    let Some((server, inside, mut wire)) = scene() else { return };
    for (bytes, protocol) in inserts() {
        wire.send(&bytes);
        let request = inside.desk.next();
        assert!(request.waits(), "{protocol}");
        cancel(&inside, &wire);
        assert_error(&wire.messages(), "57014", b'I');
        request.wait_for_withdrawal();
        assert_goes_on(&mut wire);
    }
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("", 0));
    assert!(!server.log().contains("canceling statement"), "the cancel went to the target");
    assert_eq!(inside.recorded("cancel", ""), 2);
    assert_eq!(inside.recorded("refusal", "\"class\":\"cancelled\""), 2);
}

#[test]
fn a_cancel_aborts_the_transaction_it_stands_in() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.query("BEGIN; INSERT INTO kept VALUES ('before')");
    for (bytes, _) in inserts() {
        wire.query("SAVEPOINT here");
        wire.send(&bytes);
        let request = inside.desk.next();
        cancel(&inside, &wire);
        assert_error(&wire.messages(), "57014", b'E');
        request.wait_for_withdrawal();
        assert_eq!(completed(&wire.query("ROLLBACK TO here")), ["ROLLBACK"]);
    }
    wire.send(&query("INSERT INTO kept VALUES ('delicate')"));
    inside.desk.next();
    assert_error(&wire.messages(), "42501", b'E');
    assert_eq!(completed(&wire.query("COMMIT")), ["ROLLBACK"]);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("", 0));
    assert_eq!(inside.recorded("refusal", "delicate"), 3);
}

/// A cancel with a wrong key leaves the request where it is.
#[test]
fn a_wrong_key_withdraws_nothing() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("INSERT INTO kept VALUES ('delicate')"));
    let request = inside.desk.next();
    let key = wire.key.clone().unwrap();
    wire.key = Some((key.0, key.1.iter().map(|byte| byte ^ 0xff).collect()));
    cancel(&inside, &wire);
    inside.assert_recorded("signin.refused", "unknown key");
    assert!(request.waits());
    server.assert_never_saw("delicate");
    request.approve();
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    assert_eq!(ran(&server, "delicate"), 1);
}

#[test]
fn the_client_leaves() {
    let Some((server, inside, first)) = scene() else { return };
    let goodbye = [&b""[..], b"X\0\0\0\x04"];
    drop(first);
    for (bytes, protocol) in inserts() {
        for word in goodbye {
            let mut wire = Wire::sign_in(&inside.door());
            wire.send(&bytes);
            let request = inside.desk.next();
            wire.send(word);
            drop(wire);
            request.wait_for_withdrawal();
            assert!(!request.waits(), "{protocol}");
        }
    }
    crate::harness::until("the end of every session", Duration::from_secs(10), || {
        (inside.recorded("session.end", "client left") == 5).then_some(())
    });
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("", 0));
    assert_eq!(inside.recorded("refusal", "delicate"), 4);
    assert_eq!(inside.recorded("command", "\"phase\":\"run\""), 0);
}

/// Leaving with a transaction open: what was done in it is undone.
#[test]
fn the_client_leaves_its_transaction() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.query("BEGIN");
    assert_eq!(tags(&wire.query("INSERT INTO kept VALUES ('before')")), "CZ");
    wire.send(&[query("INSERT INTO kept VALUES ('delicate')"), query("COMMIT")].concat());
    let request = inside.desk.next();
    drop(wire);
    request.wait_for_withdrawal();
    inside.assert_recorded("session.end", "client left");
    assert_eq!(kept(&server), "");
    server.assert_never_saw("COMMIT");
    inside.assert_recorded("refusal", "delicate");
}
