//! What is asked, and which records answer it.

use evidence::Sealed;
use model::{Mentions, Name};
use serde_json::Value;
use wire::Protocol;

use crate::arguments::Narrowed;
use crate::failure::{Code, Failure, Outcome};
use crate::moment::{to_second, typed};
use crate::reading::{Who, text};

/// Which of the questions.
pub(crate) enum Asked {
    /// Who touched this?
    Touched { relation: Name, column: Option<String>, doubtful: bool },
    /// What did this person do?
    Did(String),
    /// What was refused?
    Refused,
    /// Who approved what?
    Approved,
}

/// How a record answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// It is shown.
    Shown,
    /// It may be one, and is only counted.
    Doubtful,
}

/// A question with what it is narrowed to.
pub(super) struct Question {
    asked: Asked,
    resource: Option<String>,
    since_us: u64,
    until_us: u64,
}

impl Asked {
    /// Reads NAME or SCHEMA.NAME.
    pub(super) fn touched(relation: &str, column: Option<String>, doubtful: bool) -> Outcome<Self> {
        let (schema, name) = match relation.split_once('.') {
            Some((schema, name)) => (Some(schema.to_owned()), name),
            None => (None, relation),
        };
        if name.is_empty() || schema.as_deref() == Some("") {
            let failure = Failure::new(Code::Usage, format!("{relation:?} names no table"));
            return Err(failure.hint("Write NAME or SCHEMA.NAME."));
        }
        Ok(Self::Touched { relation: Name { schema, name: name.to_owned() }, column, doubtful })
    }
}

impl Question {
    pub(super) fn new(asked: Asked, narrowed: Narrowed) -> Outcome<Self> {
        let Narrowed { resource, since, until, json: _ } = narrowed;
        let since_us = since.as_deref().map_or(Ok(0), |text| typed("--since", text))?;
        let until_us = until.as_deref().map_or(Ok(u64::MAX), |text| typed("--until", text))?;
        Ok(Self { asked, resource, since_us, until_us })
    }

    /// The question by its parts, as it is recorded and printed.
    pub(super) fn details(&self) -> Vec<(&'static str, String)> {
        let mut details = match &self.asked {
            Asked::Touched { relation, column, .. } => {
                let mut details = vec![("question", "touched".to_owned()), ("relation", relation.to_string())];
                details.extend(column.clone().map(|column| ("column", column)));
                details
            }
            Asked::Did(person) => vec![("question", "did".to_owned()), ("person", person.clone())],
            Asked::Refused => vec![("question", "refused".to_owned())],
            Asked::Approved => vec![("question", "approved".to_owned())],
        };
        details.extend(self.resource.clone().map(|resource| ("resource", resource)));
        details.extend((self.since_us > 0).then(|| ("since", to_second(self.since_us))));
        details.extend((self.until_us < u64::MAX).then(|| ("until", to_second(self.until_us))));
        details
    }

    /// The question as a sentence.
    pub(super) fn sentence(&self) -> String {
        let mut sentence = match &self.asked {
            Asked::Touched { relation, column: None, .. } => format!("who touched {relation}"),
            Asked::Touched { relation, column: Some(column), .. } => {
                format!("who touched the column {column} of {relation}")
            }
            Asked::Did(person) => format!("what did {person} do"),
            Asked::Refused => "what was refused".to_owned(),
            Asked::Approved => "who approved what".to_owned(),
        };
        for (name, value) in self.details() {
            match name {
                "resource" => sentence.push_str(&format!(" on {value}")),
                "since" | "until" => sentence.push_str(&format!(" {name} {value}")),
                _ => {}
            }
        }
        sentence + "?"
    }

    /// Whether doubtful commands are listed.
    pub(super) fn lists_doubtful(&self) -> bool {
        matches!(self.asked, Asked::Touched { doubtful: true, .. })
    }

    /// Whether a payload is needed: who is in a session always, what was shown never.
    pub(super) fn opens(&self, sealed: &Sealed<'_>) -> bool {
        match sealed.kind {
            "who" | "signin" => true,
            "result" | "parameters" => false,
            _ => (self.since_us..self.until_us).contains(&sealed.time_us) && self.is_kind(sealed.record),
        }
    }

    /// Whether a record answers.
    pub(super) fn answers(&self, record: &Value, who: &Who, protocol: Option<&dyn Protocol>) -> Option<Found> {
        let time_us = record.get("time_us").and_then(Value::as_u64)?;
        let there = self.resource.as_ref().is_none_or(|resource| *resource == who.resource);
        if !there || !(self.since_us..self.until_us).contains(&time_us) || !self.is_kind(text(record, "type")) {
            return None;
        }
        match &self.asked {
            Asked::Touched { relation, column, .. } => {
                let command = record.get("text").and_then(Value::as_str);
                let mentions = match (protocol, command) {
                    (Some(protocol), Some(command)) => protocol.mentions(command.as_bytes()),
                    _ => Mentions::default(),
                };
                touches(&mentions, relation, column.as_deref())
            }
            Asked::Did(person) => (who.person == *person || by(record) == person).then_some(Found::Shown),
            Asked::Refused => Some(Found::Shown),
            Asked::Approved => {
                let act = text(record, "act");
                let decides = act.is_empty() || act.starts_with("request.") || act.starts_with("grant.");
                decides.then_some(Found::Shown)
            }
        }
    }

    /// Whether records of a type can answer.
    fn is_kind(&self, kind: &str) -> bool {
        match &self.asked {
            Asked::Touched { .. } => matches!(kind, "command" | "refusal"),
            Asked::Did(_) => matches!(
                kind,
                "session.start"
                    | "session.end"
                    | "command"
                    | "refusal"
                    | "hold"
                    | "hold.end"
                    | "signin.refused"
                    | "admin.act"
                    | "evidence.read"
                    | "violation"
            ),
            Asked::Refused => matches!(kind, "refusal" | "signin.refused" | "violation"),
            Asked::Approved => matches!(kind, "hold" | "hold.end" | "admin.act"),
        }
    }
}

/// A person who acted at the gateway itself.
fn by(record: &Value) -> &str {
    record.pointer("/by/person/subject").and_then(Value::as_str).unwrap_or_default()
}

/// Whether a text names the relation, and the column if there is one.
fn touches(mentions: &Mentions, relation: &Name, column: Option<&str>) -> Option<Found> {
    if !mentions.known {
        return Some(Found::Doubtful);
    }
    let same = |named: &Name| {
        let schemas = (named.schema.as_deref(), relation.schema.as_deref());
        named.name == relation.name && !matches!(schemas, (Some(named), Some(asked)) if named != asked)
    };
    let columns = |column: &str| mentions.all_columns || mentions.columns.iter().any(|named| named == column);
    (mentions.relations.iter().any(same) && column.is_none_or(columns)).then_some(Found::Shown)
}
