//! What the evidence says, read as it grows: every payload opened, every chain followed, every record hashed.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Entry, Places, Reader};
use serde_json::Value;
use tlog::merkle::{Frontier, Hash, leaf_hash};

use super::asks::Command;

/// How a command ended, and what is recorded of its result.
pub struct Outcome {
    pub status: String,
    pub result: Vec<u8>,
    pub cut: bool,
}

/// All that was recorded.
#[derive(Default)]
pub struct Ledger {
    next: u64,
    tree: Frontier,
    /// Of the tree behind each record.
    roots: Vec<Hash>,
    /// Sessions that have not ended, and the commands of each that have no outcome.
    open: BTreeMap<String, BTreeMap<String, Option<Command>>>,
    pub commands: BTreeSet<Command>,
    /// Of commands that were read since these were last taken.
    pub outcomes: BTreeMap<Command, Outcome>,
    /// Sessions that a crash ended.
    pub crashed: usize,
    /// Commands whose end is not known.
    pub unknown: usize,
}

impl Ledger {
    /// Another log begins; what is known of commands is kept.
    pub fn turn(&mut self) {
        (self.next, self.tree, self.roots) = (0, Frontier::new(), Vec::new());
        assert!(self.open.is_empty(), "sessions without an end: {:?}", self.open);
    }

    pub fn records(&self) -> u64 {
        self.next
    }

    /// Reads what was recorded since the last time. A gateway that just started has ended every session.
    pub fn read(&mut self, places: &Places) {
        for entry in Reader::from(places, self.next).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.sequence, self.next, "a gap in the sequence");
            self.next += 1;
            self.tree.push(leaf_hash(&entry.leaf));
            self.roots.push(self.tree.root());
            self.enter(&entry);
        }
    }

    /// The root of the tree of the first `size` records.
    pub fn root(&self, size: u64) -> Option<Hash> {
        self.roots.get(size.checked_sub(1)? as usize).copied()
    }

    /// No session is open, and no command is without an outcome.
    pub fn assert_closed(&self) {
        assert!(self.open.is_empty(), "sessions without an end: {:?}", self.open);
    }

    fn enter(&mut self, entry: &Entry) {
        for payload in &entry.payloads {
            assert!(payload.bytes.is_ok(), "record {}: {} {:?}", entry.sequence, payload.kind, payload.bytes);
        }
        let session = entry.view.get("session").and_then(Value::as_str).unwrap_or_default().to_owned();
        let word = |key: &str| entry.view.get(key).and_then(Value::as_str).unwrap_or_default();
        match word("type") {
            "session.start" => assert!(self.open.insert(session, BTreeMap::new()).is_none(), "begun twice"),
            "command" => {
                let command = (word("phase") == "run").then(|| command(entry));
                self.commands.extend(command.clone());
                let before = self.open.get_mut(&session).expect("a session").insert(number(entry), command);
                assert!(before.is_none(), "record {}: a command that there was", entry.sequence);
            }
            "outcome" => self.outcome(entry, &session),
            "session.end" => {
                let owed = self.open.remove(&session).expect("a session");
                assert!(owed.is_empty(), "commands without an outcome: {owed:?}");
                self.crashed += usize::from(word("cause") == "crash");
            }
            _ => {}
        }
    }

    fn outcome(&mut self, entry: &Entry, session: &str) {
        let owed = self.open.get_mut(session).expect("a session");
        let command = owed.remove(&number(entry)).expect("the outcome of a command");
        let status = entry.view["outcome"]["status"].as_str().unwrap().to_owned();
        self.unknown += usize::from(status == "unknown");
        let result = entry.payloads.iter().find(|payload| payload.kind == "result");
        let cut = result.is_some_and(|result| result.cut);
        let result = result.map(|result| result.bytes.clone().unwrap()).unwrap_or_default();
        self.outcomes.extend(command.map(|command| (command, Outcome { status, result, cut })));
    }
}

/// What joins a command with its outcome, inside a session.
fn number(entry: &Entry) -> String {
    format!("{} of stream {}", entry.view["command"], entry.view["stream"])
}

/// The command, from its payloads.
fn command(entry: &Entry) -> Command {
    let parameters = entry.view.get("parameters").and_then(Value::as_array);
    let parameter = parameters.and_then(|values| values.first()?.as_str()).unwrap_or_default().to_owned();
    Command { text: entry.view["text"].as_str().unwrap().to_owned(), parameter }
}
