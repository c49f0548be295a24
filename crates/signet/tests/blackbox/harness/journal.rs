//! What stands on record, as `signet log --json` prints it: one record a line.

use std::path::Path;

use evidence::Places;
use serde_json::Value;

/// One record, parsed and as printed.
pub struct Record {
    pub value: Value,
    pub line: String,
}

/// All records, oldest first.
pub struct Journal(pub Vec<Record>);

impl Record {
    pub fn kind(&self) -> &str {
        self.value["type"].as_str().unwrap_or_default()
    }

    pub fn session(&self) -> &str {
        self.value["session"].as_str().unwrap_or_default()
    }

    /// `(session, stream, command)`: what joins a command with its outcome.
    pub fn command(&self) -> (String, String, String) {
        (self.session().to_owned(), self.value["stream"].to_string(), self.value["command"].to_string())
    }
}

impl Journal {
    /// All that stands in a data directory, also while a gateway writes there.
    pub fn read(data: &Path) -> Self {
        let records = evidence::read(&Places::of(data)).unwrap();
        let record = |entry: evidence::Entry| {
            let value = Value::Object(entry.view);
            Record { line: value.to_string(), value }
        };
        Self(records.map(|entry| record(entry.unwrap())).collect())
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Record> {
        self.0.iter().filter(move |record| record.kind() == kind)
    }

    pub fn find(&self, kind: &str, needle: &str) -> Option<&Record> {
        self.0.iter().find(|record| record.kind() == kind && record.line.contains(needle))
    }

    pub fn tail(&self, lines: usize) -> String {
        let skip = self.0.len().saturating_sub(lines);
        self.0.iter().skip(skip).map(|record| record.line.as_str()).collect::<Vec<_>>().join("\n")
    }
}
