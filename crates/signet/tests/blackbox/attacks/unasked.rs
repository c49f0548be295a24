//! A colluding client has the target tell it data outside of any answer: what it is told is on record all the same.

use super::scene;
use crate::harness::postgres::Options;
use crate::harness::{Client, Postgres, Setup, Version, direct};

#[test]
fn what_a_notification_carries_is_on_record() {
    let Some((_server, gateway)) = scene() else { return };
    let done = Client::psql(&gateway.door())
        .args(["-c", "LISTEN leak"])
        .args(["-c", "SELECT pg_notify('leak', reverse('yranac-terces'))"])
        .run();
    assert!(done.stdout.contains("secret-canary"), "{}", done.report());
    gateway.assert_recorded("shown", "");
    gateway.assert_recorded("session.end", "");
    let session = gateway.journal().find("session.start", "").unwrap().session().to_owned();
    let shown = gateway.cli(&["sessions", "show", &session]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.status.success(), "{text}{}", String::from_utf8_lossy(&shown.stderr));
    assert!(text.contains("secret-canary"), "{text}");
}

/// The columns of a statement can be named by data; they are told without running it.
#[test]
fn the_columns_of_a_description_are_on_record() {
    let Some((_server, gateway)) = scene() else { return };
    let script = "CREATE TABLE named (\"secret-canary\" int);\nSELECT * FROM named \\gdesc\n";
    let done = Client::psql(&gateway.door()).stdin(script).run();
    assert!(done.stdout.contains("secret-canary"), "{}", done.report());
    gateway.assert_recorded("shown", "");
}

/// What a trigger of the target says while a client signs in comes before any command.
#[test]
fn what_a_login_trigger_says_is_on_record() {
    if direct() {
        return;
    }
    let server = Postgres::with(Options { version: Version::V18, ..Options::default() });
    let script = "CREATE FUNCTION greet() RETURNS event_trigger LANGUAGE plpgsql AS \
                  $$ BEGIN RAISE NOTICE '%', reverse('yranac-terces'); END $$;\n\
                  CREATE EVENT TRIGGER greet ON login EXECUTE FUNCTION greet();\n\
                  ALTER EVENT TRIGGER greet ENABLE ALWAYS;\n";
    Client::psql(&server.door()).stdin(script).run().ok();
    let gateway = Setup::before(&server).start();
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 1"]).run();
    assert!(done.stderr.contains("secret-canary"), "{}", done.report());
    gateway.assert_recorded("shown", "");
}
