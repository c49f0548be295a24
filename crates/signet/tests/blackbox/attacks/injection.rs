//! G6: what a client calls itself and types cannot make a record, a line, or a terminal say something else.

use std::time::Duration;

use super::readable::{logged, metrics, printed, printed_json};
use super::{assert_ends, scene};
use crate::harness::pipeline::{bind_value, execute, parse, sync};
use crate::harness::wire::{PROTOCOL_3_0, Wire, opening, query};
use crate::harness::{Client, Gateway, Setup};

/// Line breaks of all kinds, escape sequences, ends of JSON and CEF, formulas, and letters that hide or turn others.
const HOSTILE: &str = "x\r\n2026-01-01T00:00:00Z  INFO mark-forged\n\u{1b}[2J\u{1b}]0;mark\u{7}\u{9b}31m\u{85}\u{2028}\u{202e}\u{2066}\u{200b}\u{feff}\u{8}\",\"type\":\"mark-forged\"}{|=cef=1\\n=cmd()";

/// Not UTF-8, in four ways.
const NOT_TEXT: &[u8] = b"mark-bytes \xff\xfe \xc0\xaf \xed\xa0\x80 \xf8";

/// Signs in as far as a wrong password gets.
fn refused(gateway: &Gateway, user: &[u8], database: &[u8], program: &[u8]) {
    let mut wire = Wire::connect(gateway.shared_port);
    let named = [(&b"user"[..], user), (b"database", database), (b"application_name", program)];
    let mut body: Vec<u8> = named.iter().flat_map(|(name, value)| [*name, b"\0", *value, b"\0"].concat()).collect();
    body.push(0);
    wire.send(&opening(PROTOCOL_3_0, &body));
    if wire.receive().is_some_and(|message| message.tag == b'R') {
        // Malformed on purpose: the name stands on record all the same.
        wire.send(&crate::harness::wire::frame(b'p', HOSTILE.as_bytes()));
    }
    assert_ends(&mut wire);
}

/// Everything a client can name, named hostilely.
fn attack(gateway: &Gateway) {
    let hostile = HOSTILE.as_bytes();
    refused(gateway, hostile, b"prod", b"");
    refused(gateway, b"ada", hostile, hostile);
    refused(gateway, NOT_TEXT, NOT_TEXT, NOT_TEXT);
    refused(gateway, &vec![b'x'; 1 << 20], b"prod", b"");
    let door = gateway.door();
    Client::psql(&door.user(HOSTILE)).args(["-c", "SELECT 1"]).run().fails_with("FATAL");
    Client::psql(&door).env("PGAPPNAME", HOSTILE).args(["-c", "SELECT 'mark-named'"]).run().ok();
    let mut wire = Wire::sign_in(&door);
    for text in [format!("SELECT '{HOSTILE}'"), HOSTILE.to_owned(), format!("SELECT 'mark-last' -- {HOSTILE}")] {
        wire.query(&text);
    }
    let bound = "SELECT $1::text, 'mark-bound'";
    wire.send(&[parse("", bound), bind_value("", HOSTILE), execute(""), sync()].concat());
    wire.messages();
    wire.send(&[parse("x\u{1b}[2J\r\n", "SELECT 'mark-prepared'"), sync()].concat());
    wire.messages();
    wire.send(&crate::harness::wire::frame(b'Q', &[b"SELECT '", NOT_TEXT, b"'\0"].concat()));
    wire.messages();
    wire.send(&[query("SELECT 'mark-nul'"), query("SELECT 'a\0b'")].concat());
    assert_ends(&mut wire);
}

/// What no line for people may hold.
fn is_raw(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn assert_plain(text: &str) {
    for line in text.lines() {
        // A tab stands between columns of ours.
        assert!(!line.chars().any(|letter| is_raw(letter) && letter != '\t'), "{line:?}");
        // The lines of a command stand further in than ours.
        assert!(!line.starts_with("2026-01-01T00:00:00Z"), "a line was forged: {line:?}");
    }
}

#[test]
fn g6_records_and_what_is_printed_stay_well_formed() {
    let Some((server, mut gateway)) = scene() else { return };
    attack(&gateway);
    server.assert_saw("mark-last");
    gateway.assert_recorded("session.start", "mark-forged");
    gateway.assert_recorded("command", "mark-bound");
    gateway.assert_recorded("signin.refused", "mark-forged");
    // Each record is one line of JSON, of a type of ours.
    let json = printed_json(&gateway);
    let (records, _) = json.split_once("\n[").unwrap();
    for line in records.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert_ne!(record["type"], "mark-forged");
        assert!(!line.chars().any(is_raw), "{line:?}");
    }
    let printed = printed(&gateway);
    assert_plain(&printed);
    for mark in ["mark-named", "mark-last", "mark-bound", "mark-bytes"] {
        assert!(printed.contains(mark), "{mark} is not shown");
    }
    gateway.terminate();
    gateway.wait_for_end(Duration::from_secs(20));
    let [log, key, master] =
        ["log", "log.vkey", "keys/master"].map(|name| gateway.data().join(name).display().to_string());
    let verified = gateway.cli(&["verify", &log, "--key", &key, "--master-key", &master]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

#[test]
fn g6_the_operators_log_has_one_event_a_line() {
    let Some((server, _)) = scene() else { return };
    for format in ["text", "json"] {
        let wrapper = ["env", "SIGNET_LOG=debug", &format!("SIGNET_LOG_FORMAT={format}")].map(String::from).into();
        let gateway = Setup { wrapper, ..Setup::before(&server) }.start();
        attack(&gateway);
        let metrics = metrics(&gateway);
        assert!(!metrics.contains("mark-"), "{metrics}");
        let log = logged(&gateway);
        assert!(log.contains("session ended"), "{log}");
        assert_plain(&log);
        for line in log.lines() {
            let is_event = match format {
                "json" => serde_json::from_str::<serde_json::Value>(line).is_ok_and(|event| event["level"].is_string()),
                _ => {
                    line.starts_with("20")
                        && [" INFO ", " WARN ", "ERROR ", "DEBUG "].iter().any(|level| line.contains(level))
                }
            };
            assert!(is_event, "{line:?}");
        }
        gateway.assert_recorded("signin.refused", "mark-forged");
    }
    server.assert_saw("mark-last");
}
