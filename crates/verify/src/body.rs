//! The types of records that are known here: whose chain they stand in, and what their bodies must have for the checks
//! (section 3 of the format).

use tlog::json::Value;

use crate::record::{Form, Sid, hash, natural, wrong};

/// Whose chain a record stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Gateway,
    Session,
}

/// What a field must be.
#[derive(Clone, Copy, Debug)]
enum Field {
    Text,
    /// A text of so many characters at most.
    Short(usize),
    /// One of these.
    Word(&'static [&'static str]),
    /// An integer that is not negative.
    Natural,
    Integer,
    Hash,
    Sid,
}

/// A known type.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) owner: Owner,
    needs: &'static [(&'static str, Field)],
}

impl Kind {
    /// The known type of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

const fn gateway(name: &'static str, needs: &'static [(&'static str, Field)]) -> Kind {
    Kind { name, owner: Owner::Gateway, needs }
}

const fn session(name: &'static str, needs: &'static [(&'static str, Field)]) -> Kind {
    Kind { name, owner: Owner::Session, needs }
}

const COMMAND: (&str, Field) = ("command", Field::Natural);
const STATUS: Field = Field::Word(&["done", "failed", "not_run", "suspended", "unknown"]);
const HOW: Field = Field::Word(&["approved", "rejected", "expired", "withdrawn", "deferred"]);
/// What a count is kept of is short, so that the counts stay small.
const START: &[(&str, Field)] =
    &[("actor", Field::Short(64)), ("resource", Field::Short(128)), ("identity", Field::Text), ("run", Field::Sid)];

/// The most frequent first.
const KINDS: [Kind; 23] = [
    session("command", &[COMMAND]),
    session("outcome", &[COMMAND, ("status", STATUS)]),
    session("result.part", &[COMMAND, ("part", Field::Natural)]),
    session("session.start", START),
    session("session.end", &[("cause", Field::Text), ("commands", Field::Natural), ("records", Field::Natural)]),
    session("progress", &[COMMAND]),
    session("refusal", &[]),
    session("hold", &[COMMAND]),
    session("hold.end", &[COMMAND, ("how", HOW)]),
    session("cancel", &[]),
    session("shown", &[]),
    session("violation", &[]),
    gateway("heads", &[("part", Field::Natural), ("parts", Field::Natural)]),
    gateway("signin.refused", &[]),
    gateway("log.genesis", &[("schema", Field::Hash), ("key", Field::Text)]),
    gateway("gateway.started", &[]),
    gateway("gateway.stopped", &[("cause", Field::Text)]),
    gateway("gateway.recovered", &[]),
    gateway("gateway.failclosed", &[]),
    gateway("clock.step", &[("by_us", Field::Integer)]),
    gateway("admin.act", &[]),
    gateway("evidence.read", &[]),
    gateway("payload.erased", &[("chain", Field::Sid)]),
];

/// That the body has what its type needs.
pub(crate) fn check(kind: &Kind, body: &Value<'_>) -> Result<(), Form> {
    for (key, field) in kind.needs {
        if !body.get(key).is_some_and(|value| is(*field, value, body, key)) {
            return Err(wrong(&format!("body.{key}")));
        }
    }
    Ok(())
}

fn is(field: Field, value: &Value<'_>, body: &Value<'_>, key: &str) -> bool {
    match field {
        Field::Text => value.as_str().is_some(),
        Field::Short(most) => value.as_str().is_some_and(|text| text.chars().count() <= most),
        Field::Word(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        Field::Natural => natural(body, key).is_some(),
        Field::Integer => value.as_integer().is_some(),
        Field::Hash => hash(value).is_some(),
        Field::Sid => value.as_str().and_then(Sid::parse).is_some(),
    }
}
