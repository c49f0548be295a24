//! A35: two people, one after the other and side by side: nothing of a session is there for the next.

use std::time::Duration;

use super::scene;
use crate::harness::pipeline::{rows, sync};
use crate::harness::wire::{Wire, frame};
use crate::harness::{Client, Gateway, Postgres, until};

/// What a second session finds of the first: every count must be 0, every setting the default.
const LOOK: &str = "SELECT current_setting('search_path'), current_setting('role'), \
     coalesce(current_setting('litter.mark', true), ''), to_regclass('pg_temp.left_behind') IS NULL, \
     (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors), \
     (SELECT count(*) FROM pg_listening_channels())";
const NOTHING: &str = "\"$user\", public|none||t|0|0|0";

/// Leaves behind all that a session can.
fn litter(wire: &mut Wire) {
    for sql in [
        "CREATE TEMP TABLE left_behind (id int)",
        "SET search_path = pg_temp; SET litter.mark = 'mark-setting'; SET ROLE app_user; RESET ROLE; SET ROLE app_user",
        "PREPARE left_behind AS SELECT 'mark-prepared'",
        "LISTEN left_behind",
        "DECLARE left_behind CURSOR WITH HOLD FOR SELECT 'mark-cursor'",
        "SELECT pg_advisory_lock(7)",
    ] {
        let messages = wire.query(sql);
        assert!(!messages.iter().any(|message| message.tag == b'E'), "{sql}: {messages:?}");
    }
    wire.send(&[frame(b'P', b"left_on_the_wire\0SELECT 'mark-wire'\0\0\0"), sync()].concat());
    wire.messages();
    let messages = wire.query("SELECT count(*) FROM pg_prepared_statements");
    assert!(rows(&messages)[0].ends_with('2'), "{messages:?}");
}

fn assert_nothing_is_left(gateway: &Gateway, server: &Postgres, person: &str, token: &str) {
    let door = gateway.door().user(person).password(token);
    Client::psql(&door).args(["-c", LOOK]).run().prints(NOTHING);
    for sql in ["EXECUTE left_behind", "EXECUTE left_on_the_wire", "FETCH left_behind", "TABLE left_behind"] {
        Client::psql(&door).args(["-c", sql]).run().fails_with("does not exist");
    }
    assert_eq!(server.log().matches("mark-prepared").count(), 1, "the prepared statement was made again");
}

#[test]
fn a35_two_people_one_after_the_other() {
    let Some((server, gateway)) = scene() else { return };
    let mut ada = Wire::sign_in(&gateway.door());
    litter(&mut ada);
    let token = gateway.make_token("grace", "1h");
    let door = gateway.door().user("grace").password(&token);
    let lock = || Client::psql(&door).args(["-c", "SELECT pg_try_advisory_lock(7)"]).run().ok().to_owned();
    // Side by side first: hers is another session at the target.
    assert_nothing_is_left(&gateway, &server, "grace", &token);
    assert_eq!(lock(), "f", "the lock is not held by another session");
    drop(ada);
    gateway.assert_recorded("session.end", "client left");
    assert_nothing_is_left(&gateway, &server, "grace", &token);
    until("the lock of the session that ended", Duration::from_secs(10), || (lock() == "t").then_some(()));
    // What she did is hers on record, too.
    let journal = gateway.journal();
    let start = journal.find("session.start", "\"subject\":\"grace\"").unwrap();
    let ada = journal.find("session.start", "\"subject\":\"ada\"").unwrap();
    let littered = journal.find("command", "CREATE TEMP TABLE left_behind").unwrap();
    assert_eq!(littered.session(), ada.session());
    assert_ne!(littered.session(), start.session());
}

/// The key and the name of one person open nothing for the other.
#[test]
fn a35_the_token_of_one_person_is_of_no_use_to_another() {
    let Some((server, gateway)) = scene() else { return };
    gateway.make_token("grace", "1h");
    let door = gateway.door().user("grace");
    Client::psql(&door).args(["-c", "SELECT 'mark-other'"]).run().fails_with("FATAL");
    server.assert_never_saw("mark-other");
    gateway.assert_recorded("signin.refused", "\"user\":\"grace\"");
}
