//! Tests of replays, on records made by hand.

use std::collections::HashMap;

use ::policy::{File, compile};
use evidence::Payload;
use model::{Action, Certainty, Credentials, Facts, Phase, Verb};
use serde_json::{Value, json};

use super::known::Known;
use super::tally::Tally;
use super::{Replay, Window};
use crate::reading::Seen;

const NEW: &str = r#"@id("all") permit (principal, action, resource);
@id("writes-wait") @approve("group:leads") forbid (principal, action == Action::"write", resource in Env::"production")
unless { context.approvals.contains("group:leads") };
@id("no-drop") @message("no") forbid (principal, action == Action::"ddl", resource);
@id("mask") @mask("ssn") forbid (principal in Group::"staff", action == Action::"reveal", resource);"#;

/// Reads the first word as the verb.
fn reader(_: &str, text: &[u8]) -> Vec<Action> {
    let verb = match text.split(|byte| *byte == b' ').next().unwrap_or_default() {
        b"SELECT" => Verb::Read,
        b"DROP" => Verb::Ddl,
        _ => Verb::Write,
    };
    vec![Action {
        verb,
        name: "read",
        certainty: Certainty::Full,
        phase: Phase::Run,
        facts: Facts::default(),
        text: text.to_vec().into(),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }]
}

fn seen(sequence: u64, kind: &str, body: Value, payloads: &[(&str, Option<Vec<u8>>)]) -> Seen {
    let leaf = json!({ "type": kind, "sid": "s1", "ts": 1_782_907_200_000_000_u64 + sequence, "body": body });
    let payload = |(id, (kind, bytes)): (u64, &(&str, Option<Vec<u8>>))| Payload {
        id,
        kind: (*kind).to_owned(),
        cut: false,
        bytes: bytes.clone().ok_or(evidence::Closed::NoKey),
    };
    Seen { sequence, hash: [0; 32], leaf, view: Value::Null, payloads: (1..).zip(payloads).map(payload).collect() }
}

fn start(resource: &str) -> Seen {
    let who = json!({
        "principal": { "id": { "issuer": "local", "subject": "ada" }, "name": "ada", "kind": "human", "groups": ["staff"] },
        "credential": "t", "account": "app", "client": "127.0.0.1:4711",
    });
    let body = json!({ "resource": resource, "protocol": "plain", "policy": { "ids": ["old"], "version": "1" } });
    seen(0, "session.start", body, &[("who", Some(who.to_string().into_bytes()))])
}

fn said(sequence: u64, kind: &str, verb: &str, more: Value, text: Option<&str>) -> Seen {
    let mut body = json!({ "verb": verb, "name": verb.to_uppercase(), "certainty": "full", "phase": "run" });
    body["policy"] = json!({ "ids": ["old"], "version": "1" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    seen(sequence, kind, body, &[("text", text.map(|text| text.as_bytes().to_vec()))])
}

fn replayed(records: &[Seen]) -> Tally {
    let policies = compile(1, &[File { name: "new".to_owned(), text: NEW.to_owned() }]).unwrap();
    let known = Known::with("prod", &[("env", "production")]);
    let window = Window { resource: None, since_us: 0, until_us: u64::MAX };
    let mut replay = Replay { policies, known, window, sessions: HashMap::new(), tally: Tally::default() };
    records.iter().for_each(|record| replay.take(record, &reader));
    replay.tally
}

#[test]
fn what_would_be_decided_otherwise_is_counted_by_policy_and_command() {
    let nothing = json!({});
    let tally = replayed(&[
        start("prod"),
        said(1, "command", "read", json!({ "command": 1 }), Some("SELECT 1")),
        said(2, "command", "write", json!({ "command": 2 }), Some("UPDATE a")),
        said(3, "command", "write", json!({ "command": 3 }), Some("UPDATE b")),
        said(4, "refusal", "ddl", nothing.clone(), Some("DROP t")),
        said(5, "refusal", "read", nothing, Some("SELECT 2")),
        said(6, "hold", "write", json!({ "command": 4 }), Some("UPDATE c")),
        said(7, "command", "write", json!({ "command": 4, "approved": true }), Some("UPDATE c")),
    ]);
    assert_eq!(tally.replayed(), 7, "what was held is one decision");
    assert_eq!((tally.now("allow"), tally.now("deny"), tally.now("hold"), tally.masked), (3, 1, 3, 2));
    assert_eq!(tally.changed(), 3);
    let changes = tally.by_count();
    let (group, changed) = changes[0];
    assert_eq!(
        (group.then, group.now, &group.policies[..], &group.name[..]),
        ("allow", "hold", &["writes-wait".to_owned()][..], "WRITE")
    );
    assert_eq!((changed.count, changed.examples[0].sequence, &changed.examples[0].text[..]), (2, 2, "UPDATE a"));
    assert_eq!((changes[1].0.then, changes[1].0.now), ("deny", "allow"));
}

#[test]
fn what_cannot_be_replayed_is_counted_and_said() {
    let command = |sequence, text| said(sequence, "command", "read", json!({ "command": sequence }), text);
    let tally = replayed(&[
        start("prod"),
        command(1, None),
        seen(2, "session.end", json!({}), &[]),
        command(3, Some("SELECT 1")),
    ]);
    let why: Vec<_> = tally.left_out.iter().map(|(why, count)| (*why, *count)).collect();
    assert_eq!(why, [("its session began before the log does", 1), ("its text is erased or cannot be opened", 1)]);
    let tally = replayed(&[start("other"), command(1, Some("SELECT 1"))]);
    assert_eq!(tally.left_out.values().sum::<u64>(), 2, "a resource whose labels are not known");
    assert_eq!(tally.replayed(), 0);
    // What was opaque is asked as what it was known to be.
    let call = said(1, "command", "call", json!({ "command": 1, "certainty": "opaque" }), Some("1598"));
    assert_eq!(replayed(&[start("prod"), call]).now("allow"), 2);
}
