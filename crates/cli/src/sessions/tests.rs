//! Tests of how a session is told, on records made by hand.

use evidence::{Closed, Payload, Sealed};
use serde_json::{Value, json};
use wire::{Manifest, Opening, Probe, Protocol, Raw, Stream};

use super::chain::Chain;
use super::result::Results;
use super::story::tell;
use super::tail::Watch;
use crate::reading::{People, Seen, Who};

/// A protocol whose results are text.
struct Plain;

static PLAIN: Manifest = Manifest {
    name: "plain",
    title: "Plain",
    default_port: 7,
    direct_tls: None,
    verbs: &[],
    plumbing: &[],
    clients: |_| Vec::new(),
    show: || Box::new(Raw::default()),
};

impl Protocol for Plain {
    fn manifest(&self) -> &'static Manifest {
        &PLAIN
    }

    fn stream(&self, _: Opening) -> Box<dyn Stream> {
        unreachable!("the commands open no streams")
    }

    fn probe(&self, _: Probe, _: Opening) -> Box<dyn Stream> {
        unreachable!("the commands open no streams")
    }
}

/// A record of a type, with its body and its payloads.
fn seen(kind: &str, body: Value, payloads: &[(&str, &[u8])]) -> Seen {
    let payload = |(kind, bytes): &(&str, &[u8])| Payload {
        id: 1,
        kind: (*kind).to_owned(),
        bytes: Ok(bytes.to_vec()),
        cut: false,
    };
    let leaf = json!({ "type": kind, "body": body, "sid": "s", "ss": 1, "ts": 1_782_907_200_123_456_u64 });
    Seen { sequence: 0, hash: [0; 32], leaf, view: Value::Null, payloads: payloads.iter().map(payload).collect() }
}

fn told(records: &[Seen]) -> Vec<String> {
    let terminal = crate::tests::terminal(Vec::new(), Vec::new(), &[]);
    let mut results = Results::new(&[&Plain]);
    let lines = records.iter().flat_map(|record| tell(record, &mut results, &terminal));
    lines.map(|line| line.strip_prefix("2026-07-01T12:00:00.123Z  ").unwrap_or(&line).to_owned()).collect()
}

fn policy() -> Value {
    json!({ "ids": ["local-access"], "version": "7f" })
}

#[test]
fn the_beginning_says_who_and_how_proved() {
    let who = json!({
        "principal": { "id": { "issuer": "local", "subject": "ada" }, "name": "ada\u{1b}[2J", "kind": "human" },
        "credential": "t1", "account": "app", "client": "192.0.2.1:5", "program": "psql",
    });
    let body = json!({ "identity": "local", "resource": "prod", "protocol": "plain", "tls": true, "policy": policy() });
    let start = seen("session.start", body, &[("who", who.to_string().as_bytes())]);
    let expected = [
        "began",
        "    person    ada\\u{1b}[2J (local identity local/ada)",
        "    proved by t1",
        "    from      192.0.2.1:5, TLS",
        "    to        prod (plain) as app",
        "    program   psql",
        "    let in by local-access (policy version 7f)",
    ];
    assert_eq!(told(&[start]), expected);
}

#[test]
fn a_command_stands_whole_with_its_parameters_and_its_result() {
    let text = "INSERT INTO t\n\tVALUES ($1, $2, $3) -- \u{202e}\u{1b}]0;x\u{7}";
    let parameters =
        [&4_u32.to_be_bytes()[..], b"a\nb\\", &u32::MAX.to_be_bytes(), &2_u32.to_be_bytes(), &[0, 255]].concat();
    let parts: [(&str, &[u8]); 2] = [("text", text.as_bytes()), ("parameters", &parameters)];
    let command = seen("command", json!({ "command": 1, "name": "INSERT", "policy": policy() }), &parts);
    let body = json!({ "command": 1, "stream": 0, "status": "done", "rows": 1, "bytes": 14, "duration_us": 1234, "code": "00000" });
    let outcome = seen("outcome", body, &[("result", b"one\x1b[2J\ntwo\n")]);
    let expected = [
        "#1 allowed by local-access (policy version 7f)",
        "    INSERT INTO t",
        "        VALUES ($1, $2, $3) -- \\u{202e}\\u{1b}]0;x\\u{7}",
        "    $1 = a\\nb\\\\",
        "    $2 is NULL",
        "    $3 = \\x00ff",
        "#1 done, 1 row, 14 bytes shown, code 00000, 1.234 ms",
        "    | one\\u{1b}[2J",
        "    | two",
    ];
    assert_eq!(told(&[command, outcome]), expected);
}

#[test]
fn the_version_of_the_policy_is_whole_only_where_the_session_begins() {
    let version = "0123456789abcdef".repeat(4);
    let policy = json!({ "ids": ["local-access"], "version": version });
    let start = seen("session.start", json!({ "policy": policy }), &[("who", b"{}")]);
    let command = seen("command", json!({ "command": 1, "name": "SELECT", "policy": policy }), &[]);
    let told = told(&[start, command]);
    assert!(told.contains(&format!("    let in by local-access (policy version {version})")), "{told:?}");
    assert!(told.contains(&"#1 allowed by local-access (policy version 0123456789ab…)".to_owned()), "{told:?}");
}

#[test]
fn what_was_decided_is_said() {
    let action = |more: Value| {
        let mut body = json!({ "name": "DROP", "policy": { "ids": [] }, "command": 2 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let reason = json!({ "message": "not on \u{9b}Fridays" }).to_string();
    let parts: [(&str, &[u8]); 2] = [("text", b"DROP x"), ("reason", reason.as_bytes())];
    let approval = json!({ "by": [{ "issuer": "local", "subject": "grace" }], "reason": "fine" }).to_string();
    let records = [
        seen("refusal", action(json!({ "class": "denied" })), &parts),
        seen("hold", action(json!({})), &parts),
        seen("hold.end", json!({ "command": 2, "how": "approved" }), &[("approval", approval.as_bytes())]),
        seen("command", action(json!({ "approved": true, "phase": "prepare" })), &parts[..1]),
        seen("violation", json!({ "class": "protocol" }), &parts[1..]),
        seen("session.end", json!({ "cause": "client left", "commands": 1, "records": 6 }), &[]),
        seen("later.invention", json!({ "x": "\u{1b}" }), &[]),
    ];
    let expected = [
        "#2 REFUSED by no policy: not on \\u{9b}Fridays",
        "    DROP x",
        "#2 waits for approval by no policy: not on \\u{9b}Fridays",
        "    DROP x",
        "#2 the wait ended: approved by local/grace: fine",
        "#2 approved and allowed by no policy, prepared only",
        "    DROP x",
        "VIOLATION of the protocol: not on \\u{9b}Fridays",
        "ended: client left; 1 command, 6 records",
        "later.invention {\"x\":\"\\u001b\"}",
    ];
    assert_eq!(told(&records), expected);
}

#[test]
fn what_is_left_out_is_said() {
    let body = || json!({ "command": 1, "stream": 0, "status": "done", "bytes": 900 });
    let with = |bytes: Result<Vec<u8>, Closed>, cut| {
        let mut record = seen("outcome", body(), &[]);
        record.payloads.push(Payload { id: 1, kind: "result".to_owned(), bytes, cut });
        record
    };
    let mut command = seen("command", json!({ "command": 1, "name": "SELECT", "policy": policy() }), &[]);
    for kind in ["text", "parameters"] {
        command.payloads.push(Payload { id: 1, kind: kind.to_owned(), bytes: Err(Closed::NoKey), cut: false });
    }
    let mut start = seen("session.start", json!({ "protocol": "plain", "policy": policy() }), &[]);
    start.payloads.push(Payload { id: 1, kind: "who".to_owned(), bytes: Err(Closed::NoKey), cut: false });
    let records = [
        with(Ok(b"begin".to_vec()), true),
        with(Err(Closed::NoKey), false),
        seen("outcome", body(), &[]),
        command,
        start,
    ];
    let expected = [
        "#1 done, 900 bytes shown",
        "    | begin",
        "    | (CUT: 5 of 900 bytes of the response were kept)",
        "#1 done, 900 bytes shown",
        "    | (the response: erased: the key of its chain is not here)",
        "#1 done, 900 bytes shown",
        "    | (the response of 900 bytes was not recorded)",
        "#1 allowed by local-access (policy version 7f)",
        "    SELECT (the text: erased: the key of its chain is not here)",
        "    (the parameters: erased: the key of its chain is not here)",
        "began",
        "    who it was: erased: the key of its chain is not here (plain, local-access (policy version 7f))",
    ];
    assert_eq!(told(&records), expected);
}

#[test]
fn parts_of_a_result_are_read_as_one() {
    let part = |number: u64, bytes: &[u8]| {
        seen("result.part", json!({ "command": number, "stream": 0 }), &[("result", bytes)])
    };
    let end =
        |number: u64| seen("outcome", json!({ "command": number, "stream": 0, "status": "done", "bytes": 9 }), &[]);
    let records = [part(1, b"on"), part(2, b"tw"), part(1, b"e\n"), end(1), part(2, b"o"), end(2)];
    let told = told(&records);
    let shown: Vec<_> = told.iter().filter(|line| line.contains('|')).collect();
    assert_eq!(shown, ["    | one", "    | two"]);
}

#[test]
fn records_that_do_not_fit_together_are_noticed() {
    let record = |position: u64, prev: Option<[u8; 32]>, hash: [u8; 32], kind: &str, body: Value| {
        use base64::Engine;
        let mut record = seen(kind, body, &[]);
        record.hash = hash;
        record.leaf["ss"] = json!(position);
        if let Some(prev) = prev {
            record.leaf["prev"] = json!(base64::prelude::BASE64_STANDARD.encode(prev));
        }
        record
    };
    let start = || record(1, None, [1; 32], "session.start", json!({}));
    let command = || record(2, Some([1; 32]), [2; 32], "command", json!({}));
    let end = |records: u64| record(3, Some([2; 32]), [3; 32], "session.end", json!({ "records": records }));
    let problems = |records: Vec<Seen>| {
        let mut chain = Chain::default();
        records.iter().filter_map(|record| chain.take(record)).collect::<Vec<_>>()
    };
    assert_eq!(problems(vec![start(), command(), end(3)]), [""; 0]);
    assert!(problems(vec![start(), end(3)])[0].contains("record 2 of the session should stand here, and this is 3"));
    assert!(problems(vec![command(), end(3)])[0].contains("record 1 of the session should stand here"));
    assert!(
        problems(vec![start(), record(2, Some([9; 32]), [2; 32], "command", json!({}))])[0]
            .contains("one of them is another")
    );
    assert!(problems(vec![start(), command(), end(4)])[0].contains("counts other records"));
    assert!(problems(vec![start(), command(), end(3), command()])[0].contains("behind the end"));
    assert!(
        problems(vec![record(1, Some([9; 32]), [1; 32], "session.start", json!({}))])[0]
            .contains("one of them is another")
    );
}

#[test]
fn only_what_is_told_is_opened() {
    let sealed = |chain, record, kind| Sealed { chain, record, time_us: 1, kind };
    let start = sealed("s1", "session.start", "who");
    assert!(super::index::asked(&start));
    for (record, kind) in [("command", "text"), ("outcome", "result"), ("session.start", "later.invention")] {
        assert!(!super::index::asked(&sealed("s1", record, kind)), "the index opens a {kind}");
    }
    let mut people = People::default();
    for (session, person) in [("s1", "ada"), ("s2", "grace")] {
        people.insert(session.to_owned(), Who { person: person.to_owned(), resource: "prod".to_owned() });
    }
    let opens =
        |json, asked: &Sealed<'_>| Watch { user: Some("ada".to_owned()), resource: None, json }.asks(asked, &people);
    assert!(opens(false, &sealed("s2", "session.start", "who")), "who it is says whether it is wanted");
    assert!(opens(false, &sealed("s1", "command", "text")));
    assert!(!opens(true, &sealed("s2", "command", "text")));
    assert!(!opens(true, &sealed("s3", "command", "text")));
    assert!(!opens(false, &sealed("s1", "outcome", "result")), "a line has no result in it");
    assert!(opens(true, &sealed("s1", "outcome", "result")));
}
