//! G7: credentials in what people type can be read nowhere, and the target gets them as they were typed.

use model::LEFT_OUT;

use super::readable::{logged, metrics, printed, printed_json};
use super::scene;
use crate::harness::pipeline::{bind_value, execute, parse, sync};
use crate::harness::wire::Wire;
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

/// Each word `hidden-...` is a credential; the others must stay.
const COMMANDS: &[&str] = &[
    "CREATE ROLE open_1 LOGIN ENCRYPTED PASSWORD 'hidden-1' VALID UNTIL '2030-01-01'",
    "ALTER ROLE open_1 PASSWORD E'hidden-2\\'s' CONNECTION LIMIT 2",
    "ALTER USER open_1 PASSWORD U&'hidden-3!0041' UESCAPE '!'",
    "ALTER USER open_1 PASSWORD $x$hidden-4$x$",
    "DO $$ BEGIN EXECUTE 'ALTER ROLE open_1 PASSWORD ''hidden-5'''; PERFORM 'open_2'; END $$",
    "CREATE FOREIGN DATA WRAPPER open_wrapper",
    "CREATE SERVER open_server FOREIGN DATA WRAPPER open_wrapper OPTIONS (host 'open_3')",
    "CREATE USER MAPPING FOR CURRENT_USER SERVER open_server OPTIONS (user 'open_4', password 'hidden-6')",
    "ALTER USER MAPPING FOR CURRENT_USER SERVER open_server OPTIONS (SET password 'hidden-7')",
    "CREATE SUBSCRIPTION open_5 CONNECTION 'host=open_6 password=hidden-8' PUBLICATION p WITH (connect = false, slot_name = NONE)",
    "SET open.api_key = 'hidden-9'",
    "CREATE TABLE open_7 (id int, password text); UPDATE open_7 SET password = 'hidden-10' WHERE id = 1",
    "ALTER ROLE open_1 PASSWORD /* of postgres://open_8:hidden-11@host */ 'hidden-12'",
];

fn all_readable(gateway: &Gateway) -> String {
    [printed(gateway), printed_json(gateway), logged(gateway), metrics(gateway)].join("\n")
}

fn assert_hidden(readable: &str, secret: &str) {
    let lines: Vec<_> = readable.lines().filter(|line| line.contains(secret)).collect();
    assert!(lines.is_empty(), "{secret} can be read:\n{}", lines.join("\n"));
}

/// As talkative as it can be.
fn talkative() -> Option<(Postgres, Gateway)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    let wrapper = ["env", "SIGNET_LOG=trace"].map(String::from).into();
    let gateway = Setup { wrapper, ..Setup::before(&server) }.start();
    Some((server, gateway))
}

#[test]
fn g7_credentials_in_commands_are_readable_nowhere() {
    let Some((server, gateway)) = talkative() else { return };
    for command in COMMANDS {
        Client::psql(&gateway.door()).args(["-c", command]).run().ok();
    }
    let mut wire = Wire::sign_in(&gateway.door());
    let update = "UPDATE open_7 SET password = $1 WHERE 'open_9' <> ''";
    wire.send(&[parse("u", update), bind_value("u", "hidden-13"), execute(""), sync()].concat());
    assert!(wire.messages().iter().any(|message| message.tag == b'C'));
    drop(wire);
    // The target did what was typed.
    for number in 1..=13 {
        server.assert_saw(&format!("hidden-{number}"));
    }
    let count = "SELECT count(*) FROM pg_authid WHERE rolname = 'open_1' AND rolpassword LIKE 'SCRAM%'";
    Client::psql(&server.door()).args(["-c", count]).run().prints("1");
    // The record says what, and that something was left out.
    gateway.assert_recorded("command", &format!("ALTER USER open_1 PASSWORD {LEFT_OUT}"));
    gateway.assert_recorded("command", &format!("[\"{LEFT_OUT}\"]"));
    let journal = gateway.journal();
    let marked: Vec<_> = journal.of_kind("command").filter(|record| record.line.contains(LEFT_OUT)).collect();
    assert_eq!(marked.len(), 12, "one command for each, and one with two");
    for record in marked {
        let cut = ["text_cut", "parameters_cut"].iter().any(|key| record.value[key] == true);
        assert!(cut, "nothing says that it is not the whole: {}", record.line);
    }
    let readable = all_readable(&gateway);
    assert_hidden(&readable, "hidden-");
    for number in 1..=9 {
        assert!(readable.contains(&format!("open_{number}")), "open_{number} was left out");
    }
}

/// A person who pastes a token into the wrong field.
#[test]
fn g7_a_token_typed_in_a_wrong_place_is_readable_nowhere() {
    let Some((server, gateway)) = talkative() else { return };
    let door = gateway.door();
    let token = door.password.clone();
    for wrong in [
        door.user(&token),
        door.user(&format!("ada+{token}")),
        door.user(&format!("{}{token}", "x".repeat(100))),
        gateway.shared_door(&token),
        gateway.shared_door(&format!("prod/{token}")),
    ] {
        Client::psql(&wrong).args(["-c", "SELECT 1"]).run().fails_with("FATAL");
    }
    Client::psql(&door).env("PGAPPNAME", &token).args(["-c", "SELECT 'mark-named'"]).run().ok();
    Client::psql(&door).args(["-c", &format!("SELECT 'mark', '{token}'")]).run().ok();
    Client::psql(&door).args(["-c", &token]).run().fails_with("syntax error");
    let mut wire = Wire::sign_in(&door);
    wire.send(&[parse("", "SELECT $1::text"), bind_value("", &token), execute(""), sync()].concat());
    wire.messages();
    wire.send(&[parse(&token, "SELECT 1"), bind_value(&token, ""), execute(""), sync()].concat());
    wire.messages();
    wire.send(&[bind_value(&format!("{token}2"), ""), execute(&token), sync()].concat());
    wire.messages();
    drop(wire);
    server.assert_saw("mark-named");
    gateway.assert_recorded("signin.refused", &format!("ada+{LEFT_OUT}"));
    gateway.assert_recorded("session.start", &format!("\"program\":\"{LEFT_OUT}\""));
    gateway.assert_recorded("command", &format!("SELECT 'mark', '{LEFT_OUT}'"));
    assert_hidden(&all_readable(&gateway), &token[..20]);
}

/// What proves who somebody is passes through the gateway, and is kept by nobody.
#[test]
fn g7_the_secrets_of_signing_in_are_readable_nowhere() {
    let Some((server, gateway)) = scene() else { return };
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-proof'"]).run().ok();
    Client::psql(&gateway.door().password("wrong-and-hidden")).args(["-c", "SELECT 1"]).run().fails_with("FATAL");
    server.assert_saw("mark-proof");
    gateway.assert_recorded("signin.refused", "wrong password");
    let readable = all_readable(&gateway);
    for secret in [&gateway.door().password, crate::harness::postgres::PASSWORD, "wrong-and-hidden", "p="] {
        assert_hidden(&readable, secret);
    }
}
