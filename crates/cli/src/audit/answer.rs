//! What was found, and how it is told.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;

use serde_json::{Value, json};
use wire::Protocol;

use super::question::{Found, Question};
use crate::Terminal;
use crate::failure::Outcome;
use crate::reading::{Who, line, text};
use crate::terminal::{Colour, counted, harmless};

/// The records that answer, in the order of the log.
#[derive(Default)]
pub(super) struct Answer {
    found: Vec<(Value, Who)>,
    doubtful: Vec<(Value, Who)>,
    /// How many records were read.
    read: u64,
    /// The protocol of each session.
    spoken: HashMap<String, String>,
    /// Where a command stands in `found`, until its outcome comes.
    open: HashMap<(String, u64), usize>,
}

impl Answer {
    pub(super) fn read(&mut self, sequence: u64) {
        self.read = sequence.saturating_add(1);
    }

    /// Notes which protocol a session speaks.
    pub(super) fn began(&mut self, record: &Value) {
        match text(record, "type") {
            "session.start" => {
                self.spoken.insert(text(record, "session").to_owned(), text(record, "protocol").to_owned());
            }
            "session.end" => drop(self.spoken.remove(text(record, "session"))),
            _ => {}
        }
    }

    /// Who can read the commands of that record's session.
    pub(super) fn protocol<'a>(&self, record: &Value, protocols: &[&'a dyn Protocol]) -> Option<&'a dyn Protocol> {
        let name = self.spoken.get(text(record, "session"))?;
        protocols.iter().copied().find(|protocol| protocol.manifest().name == name)
    }

    pub(super) fn found(&mut self, how: Found, record: Value, who: Who) {
        match how {
            Found::Doubtful => self.doubtful.push((record, who)),
            Found::Shown => {
                if let Some(command) = command(&record) {
                    self.open.insert(command, self.found.len());
                }
                self.found.push((record, who));
            }
        }
    }

    /// The outcome of a command that was found stands with it.
    pub(super) fn follows(&mut self, record: &Value) {
        if text(record, "type") != "outcome" {
            return;
        }
        let at = command(record).and_then(|command| self.open.remove(&command));
        let found = at.and_then(|at| self.found.get_mut(at)).and_then(|(found, _)| found.as_object_mut());
        if let Some((found, outcome)) = found.zip(record.get("outcome")) {
            found.insert("outcome".to_owned(), outcome.clone());
        }
    }

    pub(super) fn lines(&self, question: &Question, terminal: &mut Terminal) -> Outcome {
        let sentence = terminal.paint(Colour::Cyan, &question.sentence());
        writeln!(terminal.out, "{sentence}")?;
        let listed = self.doubtful.iter().filter(|_| question.lists_doubtful());
        for (record, who) in self.found.iter().chain(listed) {
            let line = line(record, who, terminal);
            writeln!(terminal.out, "{line}{}  [{}]", came_of(record), sequence(record))?;
        }
        let people: BTreeSet<&str> = self.found.iter().map(|(_, who)| who.person.as_str()).collect();
        let number = u64::try_from(self.found.len()).unwrap_or(u64::MAX);
        let people = u64::try_from(people.len()).unwrap_or(u64::MAX);
        writeln!(terminal.out, "{} of {}; {}", counted(number, "record"), counted(people, "person"), self.position())?;
        if !self.doubtful.is_empty() {
            let number = u64::try_from(self.doubtful.len()).unwrap_or(u64::MAX);
            let listed = if question.lists_doubtful() { "" } else { " (--doubtful lists them)" };
            writeln!(terminal.out, "{} not understood, which may have touched it{listed}", counted(number, "command"))?;
        }
        Ok(())
    }

    fn position(&self) -> String {
        match self.read {
            0 => "the log is empty".to_owned(),
            read => format!("records 0 to {} of the log were read", read.saturating_sub(1)),
        }
    }

    pub(super) fn json(&self, question: &Question, terminal: &mut Terminal) -> Outcome {
        let query: serde_json::Map<String, Value> =
            question.details().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let object = |(record, who): &(Value, Who)| {
            let mut record = record.clone();
            if let Some(members) = record.as_object_mut() {
                members.entry("person").or_insert_with(|| who.person.clone().into());
                members.entry("resource").or_insert_with(|| who.resource.clone().into());
            }
            record
        };
        let found: Vec<Value> = self.found.iter().map(object).collect();
        let doubtful: Vec<Value> = self.doubtful.iter().map(object).collect();
        let answer = json!({
            "query": query, "count": found.len(), "log": { "records": self.read }, "found": found, "doubtful": doubtful,
        });
        Ok(writeln!(terminal.out, "{}", harmless(&format!("{answer:#}")))?)
    }
}

/// Its session and number.
fn command(record: &Value) -> Option<(String, u64)> {
    Some((text(record, "session").to_owned(), record.get("command")?.as_u64()?))
}

/// What came of a command, when that is known.
fn came_of(record: &Value) -> String {
    let Some(outcome) = record.get("outcome").filter(|_| text(record, "type") == "command") else {
        return String::new();
    };
    let number = |key: &str| outcome.get(key).and_then(Value::as_u64);
    let mut told = format!("  -> {}", text(outcome, "status").replace('_', " "));
    if let Some(rows) = number("rows") {
        told.push_str(&format!(", {}", counted(rows, "row")));
    }
    if let Some(masked) = number("masked") {
        told.push_str(&format!(", {} masked", counted(masked, "value")));
    }
    told
}

fn sequence(record: &Value) -> u64 {
    record.get("sequence").and_then(Value::as_u64).unwrap_or_default()
}
