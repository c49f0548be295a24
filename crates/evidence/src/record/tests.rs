//! Tests of what each event becomes.

use std::collections::{BTreeMap, HashMap};

use model::{
    ActionText, By, Certainty, Class, CommandId, CredentialId, Event, HoldEnded, Kind as Being, Operator, Outcome,
    Phase, Principal, PrincipalId, Public, Record, RequestId, SessionId, Shown, Status, StreamId, Verb,
};
use serde_json::{Value, json};
use tlog::json::parse;
use tlog::merkle::{hash_text, sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Body, Chains, Draft};
use crate::keys::{ChainKey, Kind, MasterKey, Whole};
use crate::sequencer::Change;

const RUN: Uuid = Uuid::from_u128(9);
const SESSION: SessionId = SessionId(Uuid::from_u128(5));

fn master() -> MasterKey {
    MasterKey::of(&Zeroizing::new([3; 32])).unwrap()
}

/// Drafts records and opens their payloads with the keys that came along.
struct Desk {
    chains: Chains,
    keys: HashMap<Uuid, ChainKey>,
}

/// A record as the tests look at it.
struct Told {
    kind: &'static str,
    sid: Option<Uuid>,
    body: Value,
    payloads: Vec<(String, Vec<u8>)>,
    change: Change,
}

impl Desk {
    fn new() -> Self {
        Self { chains: Chains::new(master(), "log", RUN).unwrap(), keys: HashMap::new() }
    }

    fn draft(&self, session: Option<SessionId>, event: Event) -> Draft {
        let record = Record { time_us: 77, session, position: None, event };
        self.chains.draft(&record, Ok::<_, ()>).unwrap().unwrap()
    }

    fn tell(&mut self, session: Option<SessionId>, event: Event) -> Told {
        let draft = self.draft(session, event);
        let sid = draft.sid.unwrap_or(RUN);
        if !draft.key.is_empty() {
            self.keys.insert(sid, master().unwrap(&draft.key, "log", sid).unwrap());
        }
        let body = match &draft.body {
            Body::Ready(body) => {
                parse(body).unwrap();
                serde_json::from_slice(body).unwrap()
            }
            Body::End { cause } => json!({ "cause": cause }),
        };
        let payloads = if draft.references.is_empty() { Vec::new() } else { self.open(sid, &draft) };
        assert_eq!(draft.wall, 77);
        Told { kind: draft.kind, sid: draft.sid, body, payloads, change: draft.change }
    }

    fn open(&self, sid: Uuid, draft: &Draft) -> Vec<(String, Vec<u8>)> {
        parse(&draft.references).unwrap();
        let references: Vec<Value> = serde_json::from_slice(&draft.references).unwrap();
        let mut rest = draft.payloads.as_slice();
        let open = |reference: &Value| {
            let (ciphertext, behind) = rest.split_at(reference["size"].as_u64().unwrap() as usize);
            rest = behind;
            assert_eq!(reference["e"], hash_text(&sha256(ciphertext)));
            let kind = reference["kind"].as_str().unwrap();
            let (id, named) = (reference["id"].as_u64().unwrap(), Kind::named(kind).unwrap());
            let bytes = self.keys[&sid].open(id, named, ciphertext).unwrap();
            let own = Whole { length: bytes.len() as u64, digest: sha256(&bytes) };
            assert_eq!(reference["c"], hash_text(&self.keys[&sid].commitment(id, 0, named, &own).unwrap()));
            (kind.to_owned(), bytes)
        };
        let opened = references.iter().map(open).collect();
        assert!(rest.is_empty());
        opened
    }
}

impl Told {
    fn json(&self, kind: &str) -> Value {
        let (_, bytes) = self.payloads.iter().find(|(found, _)| found == kind).unwrap();
        serde_json::from_slice(bytes).unwrap()
    }

    fn kinds(&self) -> Vec<&str> {
        self.payloads.iter().map(|(kind, _)| kind.as_str()).collect()
    }
}

fn start() -> Event {
    Event::SessionStart {
        principal: Principal {
            id: PrincipalId { issuer: "local".into(), subject: "ada".into() },
            name: "Ada".into(),
            kind: Being::Human,
            groups: vec!["dba".into()],
        },
        credential: CredentialId("token-1".into()),
        resource: "prod".parse().unwrap(),
        account: "app".into(),
        database: None,
        protocol: "toy".into(),
        client: "192.0.2.1:5".into(),
        tls: true,
        program: Some("psql".into()),
        policies: vec!["p\"1".into()],
        policy_version: "v1".into(),
    }
}

fn action() -> ActionText {
    ActionText {
        verb: Verb::Write,
        name: "INSERT",
        certainty: Certainty::Full,
        phase: Phase::Run,
        text: "insert \u{7f} ü".into(),
        parameters: vec![Some("\\xff".into()), None, Some("".into())],
        typed: None,
    }
}

fn reason() -> Public {
    Public::new(Class::Denied, "no").with_hint("ask")
}

#[test]
fn a_session_begins_with_its_key_and_who_it_is_stands_in_a_payload() {
    let mut desk = Desk::new();
    let told = desk.tell(Some(SESSION), start());
    assert_eq!((told.kind, told.sid), ("session.start", Some(SESSION.0)));
    let actor = master().actor("local", "ada");
    let body = json!({
        "actor": actor, "identity": "local", "resource": "prod", "protocol": "toy", "tls": true,
        "policy": { "ids": ["p\"1"], "version": "v1" }, "run": RUN.to_string(),
    });
    assert_eq!(told.body, body);
    let who = json!({
        "principal": { "id": { "issuer": "local", "subject": "ada" }, "name": "Ada", "kind": "human", "groups": ["dba"] },
        "credential": "token-1", "account": "app", "client": "192.0.2.1:5", "program": "psql",
    });
    assert_eq!(told.json("who"), who);
    assert_eq!(told.change, Change::Session { actor, resource: "prod".into() });
    assert!(desk.draft(Some(SESSION), Event::Cancel { client: "c".into() }).key.is_empty());
}

#[test]
fn what_was_typed_stands_in_payloads_byte_for_byte() {
    let mut desk = Desk::new();
    desk.tell(Some(SESSION), start());
    let (stream, command, policies) = (StreamId(2), CommandId(7), vec!["a".to_owned(), "b".to_owned()]);
    let event = Event::Command {
        stream,
        command,
        action: action(),
        policies: policies.clone(),
        observed: vec!["c".to_owned()],
        policy_version: "v1".into(),
        approved: false,
    };
    let told = desk.tell(Some(SESSION), event);
    let common = json!({
        "approved": false, "certainty": "full", "command": 7, "name": "INSERT", "phase": "run",
        "policy": { "ids": ["a", "b"], "observed": ["c"], "version": "v1" }, "stream": 2, "verb": "write",
    });
    assert_eq!((told.kind, &told.body), ("command", &common));
    assert_eq!(told.kinds(), ["text", "parameters"]);
    assert_eq!(told.payloads[0].1, "insert \u{7f} ü".as_bytes());
    assert_eq!(told.payloads[1].1, b"\0\0\0\x04\\xff\xff\xff\xff\xff\0\0\0\0");
    assert_eq!(told.change, Change::Opened { command: 7, stream: 2 });

    let held = Event::Hold {
        stream,
        command,
        request: RequestId(Uuid::from_u128(5)),
        action: action(),
        notice: reason(),
        policies: policies.clone(),
        policy_version: "v1".into(),
    };
    let told = desk.tell(Some(SESSION), held);
    assert_eq!((told.kind, told.body["command"].as_u64(), told.body.get("approved")), ("hold", Some(7), None));
    assert_eq!(told.body["request"], "00000000-0000-0000-0000-000000000005");
    assert_eq!(told.kinds(), ["text", "parameters", "reason"]);
    let event = Event::Refusal {
        stream,
        command: Some(command),
        action: action(),
        reason: reason(),
        policies: Vec::new(),
        policy_version: String::new(),
    };
    let told = desk.tell(Some(SESSION), event);
    assert_eq!((told.kind, told.body["class"].as_str(), told.body.get("policy")), ("refusal", Some("denied"), None));
    assert_eq!(told.body["command"], 7);
    assert_eq!(told.kinds(), ["text", "parameters", "reason"]);
    assert_eq!(told.json("reason"), json!({ "class": "denied", "message": "no", "hint": "ask" }));
}

#[test]
fn how_commands_go_on_and_end() {
    let mut desk = Desk::new();
    desk.tell(Some(SESSION), start());
    let (stream, command) = (StreamId(0), CommandId(1));
    let outcome =
        Outcome { status: Status::Failed, rows: Some(3), bytes: u64::MAX, masked: Some(7), code: Some("42P01".into()) };
    let told = desk.tell(Some(SESSION), Event::Progress { stream, command, outcome: outcome.clone() });
    let largest = (1_u64 << 53) - 1;
    assert_eq!(told.body, json!({ "bytes": largest, "command": 1, "rows": 3, "stream": 0 }));
    let shown = Shown { kept: "ro".into(), total: 4, digest: [7; 32], in_parts: 0 };
    let ended = Event::Outcome { stream, command, outcome, duration_us: Some(8), shown: Some(shown) };
    let told = desk.tell(Some(SESSION), ended);
    let body = json!({
        "bytes": largest, "code": "42P01", "command": 1, "duration_us": 8, "masked": 7, "rows": 3, "status": "failed", "stream": 0,
    });
    assert_eq!((&told.body, &told.change), (&body, &Change::Closed { command: 1 }));
    assert_eq!(told.payloads, [("result".to_owned(), b"ro".to_vec())]);
    let part = Event::ResultPart { stream, command, part: 4, bytes: "rows".into() };
    let told = desk.tell(Some(SESSION), part);
    assert_eq!(told.body, json!({ "command": 1, "part": 4, "stream": 0 }));
    assert_eq!(told.payloads, [("result".to_owned(), b"rows".to_vec())]);
    let by = vec![PrincipalId { issuer: "local".into(), subject: "grace".into() }];
    let held = Event::HoldEnded { stream, command, how: HoldEnded::Rejected, by, reason: None };
    let told = desk.tell(Some(SESSION), held);
    assert_eq!(told.body, json!({ "command": 1, "how": "rejected", "stream": 0 }));
    assert_eq!(told.json("approval"), json!({ "by": [{ "issuer": "local", "subject": "grace" }] }));
    let told = desk.tell(Some(SESSION), Event::Cancel { client: "c".into() });
    assert_eq!((told.body.clone(), told.json("client")), (json!({}), json!({ "client": "c" })));
    let told = desk.tell(Some(SESSION), Event::Violation { stream, reason: reason() });
    assert_eq!((told.body.clone(), told.kinds()), (json!({ "class": "denied", "stream": 0 }), vec!["reason"]));
    let told = desk.tell(Some(SESSION), Event::SessionEnd { cause: "client".into(), commands: 9, records: 9 });
    assert_eq!((told.body, told.change), (json!({ "cause": "client" }), Change::End));
}

#[test]
fn what_belongs_to_no_session_belongs_to_the_run() {
    let mut desk = Desk::new();
    let refused = || Event::SigninRefused {
        client: "c".into(),
        protocol: "toy".into(),
        user: Some("eve".into()),
        resource: None,
        reason: reason(),
    };
    // Also when the connection had got a number already, but no session.
    for session in [None, Some(SESSION)] {
        let told = desk.tell(session, refused());
        assert_eq!((told.kind, told.sid), ("signin.refused", None));
        assert_eq!(told.body, json!({ "class": "denied", "protocol": "toy" }));
        assert_eq!(told.json("signin")["user"], "eve");
    }
    let by = By::Operator(Operator { uid: 1, user: Some("root".into()) });
    let details = BTreeMap::from([("person".to_owned(), "ada".to_owned())]);
    let act = Event::Act { act: "token.create".into(), by: by.clone(), details: details.clone() };
    let told = desk.tell(None, act);
    assert_eq!((told.kind, &told.body), ("admin.act", &json!({ "act": "token.create" })));
    assert_eq!(told.json("act"), json!({ "by": { "uid": 1, "user": "root" }, "details": { "person": "ada" } }));
    let told = desk.tell(None, Event::Read { what: "session".into(), by, details });
    assert_eq!((told.kind, told.body), ("evidence.read", json!({ "what": "session" })));
    let started = Event::GatewayStarted { version: "1".into(), build: "b".into(), config: "c".into() };
    let told = desk.tell(None, started);
    assert_eq!((told.body, told.change), (json!({ "version": "1", "build": "b", "config": "c" }), Change::Nothing));
    let told = desk.tell(None, Event::GatewayStopped);
    assert_eq!((told.body, told.change), (json!({ "cause": "stopped" }), Change::End));
}

#[test]
fn the_numbers_of_payloads_ascend_and_a_key_is_carried_until_a_record_has_it() {
    let desk = Desk::new();
    let record = |event| Record { time_us: 1, session: Some(SESSION), position: None, event };
    assert_eq!(desk.chains.draft(&record(start()), |_| Err::<(), _>("full")), Some(Err("full")));
    let cancel = || Event::Cancel { client: "c".into() };
    let refused = |event| assert_eq!(desk.chains.draft(&record(event), Ok::<_, ()>).map(drop), None);
    refused(cancel());
    refused(Event::SessionEnd { cause: "x".into(), commands: 0, records: 0 });
    desk.draft(Some(SESSION), start());
    let event = || Event::Command {
        stream: StreamId(0),
        command: CommandId(1),
        action: action(),
        policies: Vec::new(),
        observed: Vec::new(),
        policy_version: "v1".into(),
        approved: true,
    };
    let ids = |draft: &Draft| -> Vec<u64> {
        let references: Vec<Value> = serde_json::from_slice(&draft.references).unwrap();
        references.iter().map(|reference| reference["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(ids(&desk.draft(Some(SESSION), event())), [2, 3]);
    assert_eq!(desk.chains.draft(&record(event()), |_| Err::<(), _>(())), Some(Err(())));
    assert_eq!(ids(&desk.draft(Some(SESSION), event())), [6, 7], "a number was used twice");
}

#[test]
fn no_leaf_is_too_long_whatever_stands_in_a_record() {
    let long = "\u{1}".repeat(100_000);
    let policies = vec![long.clone(); 1000];
    let command = Event::Command {
        stream: StreamId(0),
        command: CommandId(1),
        action: action(),
        policies: policies.clone(),
        observed: policies.clone(),
        policy_version: long.clone(),
        approved: true,
    };
    let mut begin = start();
    if let Event::SessionStart { policies: of, protocol, .. } = &mut begin {
        (*of, *protocol) = (policies.clone(), long.clone());
    }
    let act =
        Event::Act { act: long.clone(), by: By::Operator(Operator { uid: 1, user: None }), details: BTreeMap::new() };
    let desk = Desk::new();
    for event in [begin, command, act, Event::GatewayFailclosed { reason: long.clone() }] {
        let bound = desk.draft(Some(SESSION), event).leaf_bound();
        assert!(bound <= tlog::json::LONGEST, "{bound}");
    }
    assert!(desk.draft(Some(SESSION), Event::SessionEnd { cause: long, commands: 0, records: 0 }).leaf_bound() < 4096);
}
