//! A record for people and programs: what its leaf says and what its payloads say, as one flat JSON object.
//!
//! `sequence`, `time_us` and `type` are there always; then `session` for a record of a session and `run` for one of the
//! gateway, with its `position` in that chain; then what the type says. The parts of an outcome stand in `outcome`, the ids
//! of `policy` in `policies`. What a payload says stands beside, under names of its own; one that is not opened leaves the
//! reason in `payload`.

use serde_json::{Map, Value};
use tlog::json;

use super::opened::Payload;
use super::parameters::Parameters;

/// Types of records that belong to the chain of the gateway.
const GATEWAY: [&str; 5] = ["signin.refused", "admin.act", "evidence.read", "payload.erased", "heads"];

/// What an outcome is made of.
const OUTCOME: [&str; 6] = ["status", "rows", "bytes", "masked", "code", "duration_us"];

/// The view of a record; `None` when it is not one of ours.
pub(super) fn view(record: &json::Value<'_>, payloads: &[Payload]) -> Option<Map<String, Value>> {
    let kind = record.get("type")?.as_str()?;
    let mut view = Map::new();
    for (key, from) in [("sequence", "seq"), ("time_us", "ts"), ("position", "ss"), ("mode", "mode"), ("nth", "nth")] {
        if let Some(value) = record.get(from) {
            view.insert(key.to_owned(), plain(value));
        }
    }
    view.insert("type".to_owned(), kind.into());
    view.insert(chain(kind).to_owned(), plain(record.get("sid")?));
    for (key, value) in record.get("body")?.as_object()? {
        place(&mut view, kind, key, plain(value));
    }
    for payload in payloads {
        open(&mut view, payload);
    }
    Some(view)
}

/// What the chain of a record is called.
fn chain(kind: &str) -> &'static str {
    let gateway = GATEWAY.contains(&kind) || ["log.", "gateway.", "clock."].iter().any(|of| kind.starts_with(of));
    if gateway { "run" } else { "session" }
}

/// Puts a part of the body where it is looked for.
fn place(view: &mut Map<String, Value>, kind: &str, key: &str, value: Value) {
    match (kind, key, value) {
        ("outcome" | "progress", key, value) if OUTCOME.contains(&key) => {
            let outcome = view.entry("outcome").or_insert_with(|| Map::new().into());
            outcome.as_object_mut().map(|outcome| outcome.insert(key.to_owned(), value));
        }
        (_, "policy", Value::Object(mut policy)) => {
            view.insert("policies".to_owned(), policy.remove("ids").unwrap_or_else(|| Vec::<Value>::new().into()));
            policy.remove("version").map(|version| view.insert("policy_version".to_owned(), version));
            policy.remove("observed").map(|observed| view.insert("observed".to_owned(), observed));
        }
        (_, key, value) => {
            // A gateway that is newer than this reader may use our own names.
            view.entry(key).or_insert(value);
        }
    }
}

fn open(view: &mut Map<String, Value>, payload: &Payload) {
    let bytes = match &payload.bytes {
        Ok(bytes) => bytes,
        Err(closed) => return drop(view.insert("payload".to_owned(), closed.to_string().into())),
    };
    if payload.cut {
        view.insert(format!("{}_cut", payload.kind), true.into());
    }
    match payload.kind.as_str() {
        "text" => match str::from_utf8(bytes) {
            Ok(text) => drop(view.insert("text".to_owned(), text.into())),
            Err(_) => drop(view.insert("text_hex".to_owned(), hex(bytes).into())),
        },
        "parameters" => drop(view.insert("parameters".to_owned(), parameters(bytes))),
        // Its form is the protocol's.
        "result" => drop(view.insert("result_bytes".to_owned(), bytes.len().into())),
        "reason" => drop(view.insert("reason".to_owned(), serde_json::from_slice(bytes).unwrap_or_default())),
        _ => {
            let members: Map<String, Value> = serde_json::from_slice(bytes).unwrap_or_default();
            for (key, value) in members {
                view.entry(key).or_insert(value);
            }
        }
    }
}

/// UTF-8 where they are that, else `\x` and base16; null = NULL.
fn parameters(bytes: &[u8]) -> Value {
    Parameters::of(bytes).map(|value| value.map_or(Value::Null, |value| shown(value).into())).collect()
}

fn shown(value: &[u8]) -> String {
    match str::from_utf8(value) {
        Ok(text) if !text.contains('\0') => text.to_owned(),
        _ => format!("\\x{}", hex(value)),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn plain(value: &json::Value<'_>) -> Value {
    match value {
        json::Value::Object(members) => {
            members.iter().map(|(key, value)| ((*key).to_owned(), plain(value))).collect::<Map<_, _>>().into()
        }
        json::Value::Array(values) => values.iter().map(plain).collect(),
        json::Value::String(text) => text.as_ref().into(),
        json::Value::Integer(integer) => (*integer).into(),
        json::Value::Bool(truth) => (*truth).into(),
    }
}
