//! A log in which everything that can be recorded happens.

use tlog::merkle::hash_text;

use super::entry::{Body, Entry, Value, int, list, map, text};
use super::{signing_key, verifier_key};

/// The chain of the first run, which a crash ends.
pub const GATEWAY: &str = "01970000-0000-7000-8000-000000000001";
/// The chain of the second run.
pub const SECOND_GATEWAY: &str = "01970000-0000-7000-8000-000000000002";
/// Base64 of 16 bytes each.
const ACTORS: [&str; 2] = ["AAAAAAAAAAAAAAAAAAAAAA==", "EREREREREREREREREREREQ=="];
const RESOURCES: [&str; 3] = ["prod", "staging", "dev"];

/// The chain of a session.
pub fn session(number: u64) -> String {
    format!("01970000-0000-7000-9000-{number:012x}")
}

/// Entries, one behind the other.
#[derive(Default)]
pub struct Story(pub Vec<Entry>);

impl Story {
    pub fn push(&mut self, entry: Entry) -> &mut Entry {
        self.0.push(entry);
        self.0.last_mut().unwrap()
    }

    /// The beginning of a log.
    pub fn genesis(&mut self) {
        let key = verifier_key(&signing_key()).to_string();
        self.push(Entry::new(
            "log.genesis",
            GATEWAY,
            vec![("schema", text(&hash_text(&[1; 32]))), ("key", text(&key))],
        ));
        self.started(GATEWAY);
    }

    pub fn started(&mut self, gateway: &str) {
        let body = vec![("version", text("0.1.0")), ("build", text("test")), ("config", text(&"ab".repeat(32)))];
        self.push(Entry::new("gateway.started", gateway, body));
    }

    pub fn stopped(&mut self, gateway: &str, cause: &str) {
        self.push(Entry::new("gateway.stopped", gateway, vec![("cause", text(cause))]));
    }

    pub fn heads(&mut self, gateway: &str, parts: u64) {
        for part in 1..=parts {
            self.push(Entry::new("heads", gateway, vec![("part", int(part)), ("parts", int(parts))]));
        }
    }

    pub fn begin(&mut self, number: u64, gateway: &str) {
        let body = vec![
            ("actor", text(ACTORS[number as usize % ACTORS.len()])),
            ("identity", text(if number.is_multiple_of(5) { "local" } else { "federated" })),
            ("resource", text(RESOURCES[number as usize % RESOURCES.len()])),
            ("protocol", text("postgres")),
            ("tls", Value::Bool(true)),
            ("policy", policy()),
            ("run", text(gateway)),
        ];
        self.push(Entry::new("session.start", &session(number), body).payload("who", r#"{"person":"ada"}"#));
    }

    pub fn command(&mut self, number: u64, command: u64) {
        let asked = format!("SELECT name FROM person WHERE id = {command}");
        let entry = Entry::new("command", &session(number), asked_for(command)).payload("text", asked);
        self.push(entry.payload("parameters", [0, 0, 0, 1, b'7', 0xff, 0xff, 0xff, 0xff]));
    }

    pub fn outcome(&mut self, number: u64, command: u64) {
        let body = vec![
            ("command", int(command)),
            ("stream", int(0)),
            ("status", text("done")),
            ("rows", int(1)),
            ("bytes", int(70)),
            ("duration_us", int(1_500)),
        ];
        // Every fourth result was kept in part only.
        let result = if command.is_multiple_of(4) { format!("cut:row {command}") } else { format!("row {command}") };
        self.push(Entry::new("outcome", &session(number), body).payload("result", result));
    }

    pub fn end(&mut self, number: u64, cause: &str) {
        self.push(Entry::new("session.end", &session(number), vec![("cause", text(cause))]));
    }

    /// A session from its beginning to its end.
    pub fn session(&mut self, number: u64, commands: u64, gateway: &str) {
        self.begin(number, gateway);
        for command in 1..=commands {
            self.command(number, command);
            self.outcome(number, command);
        }
        self.end(number, "client_left");
    }
}

fn policy() -> Value {
    map(vec![("ids", list(vec![text("people")])), ("version", text("7"))])
}

fn asked_for(command: u64) -> Body {
    vec![
        ("command", int(command)),
        ("stream", int(0)),
        ("verb", text("read")),
        ("name", text("SELECT")),
        ("certainty", text("full")),
        ("phase", text("run")),
        ("objects", list(vec![text("person")])),
        ("policy", policy()),
    ]
}

/// A session in which everything happens that can happen in one.
fn eventful(story: &mut Story, number: u64) {
    let sid = session(number);
    let stream = ("stream", int(0));
    story.begin(number, SECOND_GATEWAY);
    let mut asked = asked_for(1);
    asked.push(("request", text("019f0000-0000-7000-8000-000000000001")));
    let held = Entry::new("hold", &sid, asked).payload("text", "DROP TABLE person").payload("reason", "{}");
    story.push(held);
    let body = vec![("command", int(1)), stream.clone(), ("how", text("approved"))];
    story.push(Entry::new("hold.end", &sid, body).payload("approval", r#"{"by":["bob"]}"#));
    story.command(number, 1);
    story.0.last_mut().unwrap().set("approved", Value::Bool(true));
    let body = vec![("command", int(1)), stream.clone(), ("bytes", int(9)), ("rows", int(1))];
    story.push(Entry::new("progress", &sid, body));
    for part in 1..=2 {
        let body = vec![("command", int(1)), stream.clone(), ("part", int(part))];
        story.push(Entry::new("result.part", &sid, body).payload("result", vec![part as u8; 1_000]));
    }
    story.outcome(number, 1);
    let mut body = asked_for(2);
    body.retain(|(key, _)| *key != "command");
    body.push(("class", text("policy")));
    story.push(Entry::new("refusal", &sid, body).payload("text", "GRANT ALL").payload("reason", r#"{"said":"no"}"#));
    story.push(Entry::new("cancel", &sid, vec![]).payload("client", r#"{"address":"192.0.2.7"}"#));
    // What is not known here is kept, and fails nothing.
    let later = Entry::new("later.thing", &sid, vec![("and", map(vec![("more", list(vec![]))]))]);
    story.push(later.payload("later", "what"));
    let body = vec![stream, ("class", text("protocol")), ("later_field", int(1))];
    story.push(Entry::new("violation", &sid, body).payload("reason", "{}"));
    story.end(number, "violation");
}

/// 567 records: a first run that a crash cut, and a second that still runs.
pub fn story() -> Vec<Entry> {
    let mut story = Story::default();
    story.genesis();
    (1..=20).for_each(|number| story.session(number, 6, GATEWAY));
    story.heads(GATEWAY, 1);
    story.begin(21, GATEWAY);
    story.command(21, 1);
    story.heads(GATEWAY, 2);
    // A crash: the next start ends what it cut.
    story.started(SECOND_GATEWAY);
    story.0.last_mut().unwrap().later_us = 30_000_000;
    story.outcome(21, 1);
    story.0.last_mut().unwrap().set("status", text("unknown"));
    story.end(21, "crash");
    story.stopped(GATEWAY, "crash");
    story.push(Entry::new("gateway.recovered", SECOND_GATEWAY, vec![("sessions", int(1)), ("torn_bytes", int(7))]));
    let refused = vec![("protocol", text("postgres")), ("class", text("credential"))];
    story.push(Entry::new("signin.refused", SECOND_GATEWAY, refused).payload("signin", r#"{"user":"eve"}"#));
    eventful(&mut story, 22);
    for (kind, key, what) in [("admin.act", "act", "token.create"), ("evidence.read", "what", "session")] {
        story.push(Entry::new(kind, SECOND_GATEWAY, vec![(key, text(what))]).payload("act", r#"{"uid":0}"#));
    }
    let step = story.push(Entry::new("clock.step", SECOND_GATEWAY, vec![("by_us", Value::Integer(-5_000_000))]));
    step.later_us = -5_000_000;
    (23..=40).for_each(|number| story.session(number, 6, SECOND_GATEWAY));
    story.begin(41, SECOND_GATEWAY);
    story.command(41, 1);
    story.heads(SECOND_GATEWAY, 2);
    let body = vec![("chain", text(&session(3)))];
    story.push(Entry::new("payload.erased", SECOND_GATEWAY, body).payload("act", r#"{"by":"bob"}"#));
    let failed = vec![("reason", text("No space left on device"))];
    story.push(Entry::new("gateway.failclosed", SECOND_GATEWAY, failed));
    story.0
}
