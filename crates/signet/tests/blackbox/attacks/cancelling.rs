//! A7: cancel requests with keys that are guessed, borrowed or of the wrong length.

use std::time::Duration;

use super::scene;
use crate::harness::wire::{CANCEL_REQUEST, Ending, PROTOCOL_3_0, PROTOCOL_3_2, Wire, opening, query};
use crate::harness::{Gateway, Postgres, until};

fn cancel(gateway: &Gateway, pid: u32, secret: &[u8]) {
    let mut wire = Wire::connect(gateway.port);
    wire.send(&opening(CANCEL_REQUEST, &[&pid.to_be_bytes()[..], secret].concat()));
    assert!(wire.receive_byte().is_none(), "a cancel request is never answered: that would be an oracle");
}

fn sleeping(gateway: &Gateway, server: &Postgres, version: u32, mark: &str) -> Wire {
    let mut wire = match Wire::sign_in_with(&gateway.door(), version, &[]) {
        Ok(wire) => wire,
        Err(ending) => panic!("{ending:?}"),
    };
    wire.send(&query(&format!("SELECT pg_sleep(60) /* {mark} */")));
    until("the query to run", Duration::from_secs(15), || server.log().contains(mark).then_some(()));
    wire
}

#[test]
fn a7_wrong_keys_cancel_nothing_and_the_right_one_does() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = sleeping(&gateway, &server, PROTOCOL_3_0, "mark-sleep");
    let (pid, secret) = wire.key.clone().unwrap();
    let mut other = secret.clone();
    other[0] ^= 1;
    for wrong in [other, secret[..3].to_vec(), [&secret[..], &[0]].concat(), vec![0; 4], vec![]] {
        cancel(&gateway, pid, &wrong);
    }
    cancel(&gateway, pid.wrapping_add(1), &secret);
    assert!(!server.log().contains("canceling statement"), "a wrong key cancelled a query");
    assert!(gateway.journal().find("cancel", "").is_none(), "a wrong key was recorded as a cancel");
    gateway.assert_recorded("signin.refused", "unknown key");
    cancel(&gateway, pid, &secret);
    assert_eq!(wire.ending().sqlstate(), Some("57014"));
    server.assert_saw("canceling statement due to user request");
    gateway.assert_recorded("cancel", "");
}

/// With the target's own key a client could reach it around the gateway.
#[test]
fn a7_the_key_is_of_no_use_at_the_target() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = sleeping(&gateway, &server, PROTOCOL_3_0, "mark-own-key");
    let (pid, secret) = wire.key.clone().unwrap();
    let mut around = Wire::connect(server.port);
    around.send(&opening(CANCEL_REQUEST, &[&pid.to_be_bytes()[..], &secret].concat()));
    assert!(around.receive_byte().is_none());
    assert!(!server.log().contains("canceling statement"), "the client holds the target's key");
    cancel(&gateway, pid, &secret);
    assert_eq!(wire.ending().sqlstate(), Some("57014"));
}

#[test]
fn a7_long_keys_of_protocol_3_2() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = sleeping(&gateway, &server, PROTOCOL_3_2, "mark-long-key");
    let (pid, secret) = wire.key.clone().unwrap();
    cancel(&gateway, pid, &secret[..4]);
    cancel(&gateway, pid, &[0; 32]);
    cancel(&gateway, pid, &[7; 256]);
    cancel(&gateway, pid, &secret);
    assert_eq!(wire.ending().sqlstate(), Some("57014"));
    assert_eq!(server.log().matches("canceling statement").count(), 1);
    gateway.assert_recorded("cancel", "");
}

/// An idle session's key cancels nothing, neither now nor the next query.
#[test]
fn a7_a_cancel_while_idle_is_dropped() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    let (pid, secret) = wire.key.clone().unwrap();
    cancel(&gateway, pid, &secret);
    let messages = wire.query("SELECT pg_sleep(0.3), 'mark-idle'");
    let error = messages.iter().find(|message| message.tag == b'E').map(Ending::of);
    assert!(error.is_none(), "{error:?}");
    assert!(!server.log().contains("canceling statement"));
}

#[test]
fn a7_a_flood_of_cancels_stalls_nobody() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    for number in 0..500_u32 {
        let mut flood = Wire::connect(gateway.port);
        flood.send(&opening(CANCEL_REQUEST, &[number.to_be_bytes(), number.to_be_bytes()].concat()));
    }
    assert!(wire.query("SELECT 'mark-flood'").iter().any(|message| message.tag == b'D'));
    server.assert_saw("mark-flood");
    assert!(!server.log().contains("canceling statement"));
    assert_eq!(gateway.health(), Some(200));
}
