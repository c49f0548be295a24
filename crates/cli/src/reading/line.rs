//! One record as one line: time, who, verdict, what.

use serde_json::Value;

use super::people::Who;
use super::text;
use crate::Terminal;
use crate::moment::to_milli;
use crate::terminal::{Colour, counted, plain};

/// Characters of a command that are shown; `--json` has all of it.
const SHOWN: usize = 160;

pub(crate) fn line(record: &Value, who: &Who, terminal: &Terminal) -> String {
    let (verdict, colour, what) = told(record);
    let time = terminal.paint(Colour::Grey, &to_milli(number(record, "time_us")));
    let who = match (who.person.as_str(), who.resource.as_str()) {
        ("", "") => "gateway".to_owned(),
        ("", resource) => format!("?@{}", plain(resource, 63)),
        (person, "") => plain(person, 128),
        (person, resource) => format!("{}@{}", plain(person, 128), plain(resource, 63)),
    };
    let who = terminal.paint(Colour::Cyan, &format!("{who:<16}"));
    let verdict = terminal.paint(colour, &format!("{verdict:<9}"));
    format!("{time}  {who}  {verdict}  {what}").trim_end().to_owned()
}

/// The verdict, its colour, and what it is about.
fn told(record: &Value) -> (&'static str, Colour, String) {
    match text(record, "type") {
        "log.genesis" => ("genesis", Colour::Green, format!("key {}", short(record, "key"))),
        "gateway.started" => ("started", Colour::Green, format!("version {}", text(record, "version"))),
        "gateway.stopped" => ("stopped", Colour::Yellow, String::new()),
        "gateway.recovered" => {
            ("recovered", Colour::Yellow, format!("closed {}", counted(number(record, "sessions"), "session")))
        }
        "gateway.failclosed" => ("failed", Colour::Red, short(record, "reason")),
        "clock.step" => ("clock", Colour::Yellow, clock(record)),
        "heads" => ("heads", Colour::Grey, counted(listed(record, "open"), "open chain")),
        "admin.act" => ("act", Colour::Yellow, format!("{}{}", short(record, "act"), by(record))),
        "evidence.read" => ("read", Colour::Yellow, format!("{}{}", short(record, "what"), by(record))),
        "payload.erased" => ("erased", Colour::Red, format!("payloads of {}", short(record, "chain"))),
        "signin.refused" if !text(record, "payload").is_empty() => {
            ("refused", Colour::Red, format!("sign-in ({})", short(record, "payload")))
        }
        "signin.refused" => {
            ("refused", Colour::Red, format!("sign-in from {}: {}", short(record, "client"), reason(record)))
        }
        "session.start" => ("began", Colour::Green, began(record)),
        "session.end" => (
            "ended",
            Colour::Yellow,
            format!("{}, {}", short(record, "cause"), counted(number(record, "commands"), "command")),
        ),
        "command" => {
            let approved = record.get("approved").and_then(Value::as_bool).unwrap_or_default();
            (
                if approved { "approved" } else { "allowed" },
                Colour::Green,
                format!("#{} {}", number(record, "command"), command(record)),
            )
        }
        "progress" => ("running", Colour::Grey, outcome(record)),
        "outcome" => ("outcome", Colour::Grey, outcome(record)),
        "result.part" => {
            ("result", Colour::Grey, format!("#{} part {}", number(record, "command"), number(record, "part")))
        }
        "refusal" if reason(record).is_empty() => ("refused", Colour::Red, command(record)),
        "refusal" => ("refused", Colour::Red, format!("{}: {}", command(record), reason(record))),
        "hold" => ("waits", Colour::Yellow, command(record)),
        "hold.end" => (
            "held",
            Colour::Yellow,
            format!("#{} {}{}", number(record, "command"), short(record, "how"), deciders(record)),
        ),
        "cancel" => ("cancel", Colour::Yellow, format!("asked from {}", short(record, "client"))),
        "violation" => ("violation", Colour::Red, reason(record)),
        other => ("record", Colour::Grey, plain(other, SHOWN)),
    }
}

fn began(record: &Value) -> String {
    if !text(record, "payload").is_empty() {
        return short(record, "payload");
    }
    let mut what = format!("as {} from {}", short(record, "account"), short(record, "client"));
    if !text(record, "database").is_empty() {
        what.push_str(&format!(", database {}", short(record, "database")));
    }
    if !text(record, "program").is_empty() {
        what.push_str(&format!(", with {}", short(record, "program")));
    }
    if record.get("tls").and_then(Value::as_bool) == Some(false) {
        what.push_str(", without TLS");
    }
    what
}

/// The text of a command; what is not text as the protocol's word for it.
fn command(record: &Value) -> String {
    let name = short(record, "name");
    let prepared = match text(record, "phase") {
        "prepare" => "prepare: ",
        "bind" => "bind: ",
        _ => "",
    };
    match text(record, "text") {
        "" if !text(record, "payload").is_empty() => format!("{prepared}{name} ({})", short(record, "payload")),
        "" => format!("{prepared}{name}"),
        sql => format!("{prepared}{}", plain(sql, SHOWN)),
    }
}

fn outcome(record: &Value) -> String {
    let outcome = record.get("outcome").unwrap_or(&Value::Null);
    let mut what = format!("#{} {}", number(record, "command"), short(outcome, "status").replace('_', " "));
    if let Some(rows) = outcome.get("rows").and_then(Value::as_u64) {
        what.push_str(&format!(", {}", counted(rows, "row")));
    }
    match number(outcome, "bytes") {
        0 => {}
        bytes => what.push_str(&format!(", {}", counted(bytes, "byte"))),
    }
    if !text(outcome, "code").is_empty() {
        what.push_str(&format!(", code {}", short(outcome, "code")));
    }
    what
}

fn reason(record: &Value) -> String {
    record.get("reason").map(|reason| short(reason, "message")).unwrap_or_default()
}

/// Who it was, when that was opened: a person, somebody at the machine, or the gateway itself and why.
fn by(record: &Value) -> String {
    let Some(by) = record.get("by") else { return String::new() };
    let person = by.pointer("/person/subject").and_then(Value::as_str).unwrap_or_default();
    match (person, text(by, "gateway"), text(by, "user")) {
        ("", "", "") => format!(" by user {}", number(by, "uid")),
        ("", "", name) | (name, ..) if !name.is_empty() => format!(" by {}", plain(name, SHOWN)),
        (_, why, _) => format!(": {}", plain(why, SHOWN)),
    }
}

/// Who said yes or no to what waited.
fn deciders(record: &Value) -> String {
    let people = record.get("by").and_then(Value::as_array).into_iter().flatten();
    let people: Vec<String> = people.map(|id| format!("{}/{}", short(id, "issuer"), short(id, "subject"))).collect();
    if people.is_empty() { String::new() } else { format!(" by {}", people.join(", ")) }
}

fn clock(record: &Value) -> String {
    let by_us = record.get("by_us").and_then(Value::as_i64).unwrap_or_default();
    format!("moved by {} ms", by_us / 1000)
}

fn listed(record: &Value, key: &str) -> u64 {
    record.get(key).and_then(Value::as_array).map_or(0, |list| list.len() as u64)
}

fn short(record: &Value, key: &str) -> String {
    plain(text(record, key), SHOWN)
}

fn number(record: &Value, key: &str) -> u64 {
    record.get(key).and_then(Value::as_u64).unwrap_or_default()
}
