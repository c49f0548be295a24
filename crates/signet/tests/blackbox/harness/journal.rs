//! The journal as `signet log --json` prints it: one record a line.

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
    pub fn parse(text: &str) -> Self {
        let record = |line: &str| Record {
            value: serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in a record: {line:?}")),
            line: line.to_owned(),
        };
        Self(text.lines().map(record).collect())
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
