//! A colluding client has the target tell it data outside of any answer: what it is told is on record all the same.

use super::scene;
use crate::harness::Client;

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
