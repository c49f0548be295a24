//! All that the operators of a gateway can read of it.

use std::fs;

use crate::harness::Gateway;

/// What the commands print for people: records, sessions, and each session whole.
pub(super) fn printed(gateway: &Gateway) -> String {
    let sessions = ran(gateway, &["sessions", "list", "--json"]);
    let sessions: serde_json::Value = serde_json::from_str(&sessions).unwrap();
    let ids = sessions.as_array().unwrap().iter().map(|session| session["session"].as_str().unwrap());
    let shown: Vec<_> = ids.map(|id| ran(gateway, &["sessions", "show", id])).collect();
    assert!(!shown.is_empty(), "no session can be shown");
    [ran(gateway, &["log"]), ran(gateway, &["sessions", "list"]), shown.concat()].concat()
}

/// The same for programs.
pub(super) fn printed_json(gateway: &Gateway) -> String {
    [ran(gateway, &["log", "--json"]), ran(gateway, &["sessions", "list", "--json"])].concat()
}

/// The operators' log, whole.
pub(super) fn logged(gateway: &Gateway) -> String {
    String::from_utf8(fs::read(gateway.log_path()).unwrap()).expect("the log is not UTF-8")
}

pub(super) fn metrics(gateway: &Gateway) -> String {
    gateway.get("/metrics").unwrap()
}

fn ran(gateway: &Gateway, words: &[&str]) -> String {
    let output = gateway.cli(words);
    assert!(output.status.success(), "signet {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what is printed is not UTF-8")
}
