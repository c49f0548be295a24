//! The commands of one session: each number is used once, and what is said of a command is said while it runs.

use std::collections::HashSet;

use crate::findings::Findings;
use crate::numbers::Numbers;
use crate::record::{Meaning, natural, text};

/// What is known of the commands of a session.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    /// Those that were allowed.
    allowed: u64,
    /// Numbers of commands and of holds.
    used: Numbers,
    /// Held, and neither approved nor refused so far.
    held: HashSet<u64>,
    /// Approved, and not begun so far.
    approved: HashSet<u64>,
    /// Without an outcome.
    running: HashSet<u64>,
}

impl Commands {
    /// A record of the session. `whole` is whether all before it were seen.
    pub(crate) fn push(
        &mut self,
        seq: u64,
        name: &str,
        meaning: &Meaning<'_>,
        whole: bool,
        findings: &mut Findings<'_>,
    ) {
        let Some(command) = natural(meaning.body, "command") else { return };
        let wrong = match name {
            "command" => self.begin(command, whole),
            "hold" => self.hold(command),
            "hold.end" if !self.end_hold(command, text(meaning.body, "how")) && whole => {
                Some(format!("ends the hold of command {command}, and no such command is held"))
            }
            "outcome" if !self.running.remove(&command) && whole => {
                Some(format!("is the outcome of command {command}, and no such command is running"))
            }
            "progress" | "result.part" if !self.running.contains(&command) && whole => {
                Some(format!("is of command {command}, and no such command is running"))
            }
            _ => None,
        };
        if let Some(text) = wrong {
            findings.tampered(seq, text);
        }
    }

    fn begin(&mut self, command: u64, whole: bool) -> Option<String> {
        self.allowed += 1;
        let running = !self.running.insert(command);
        let (approved, unused) = (self.approved.remove(&command), self.used.insert(command));
        // What approved it may be missing.
        match (running, approved || unused || !whole) {
            (true, _) => Some(format!("command {command} of its session is running already")),
            (false, false) => Some(format!("command {command} of its session was there before")),
            (false, true) => None,
        }
    }

    fn hold(&mut self, command: u64) -> Option<String> {
        self.held.insert(command);
        let fresh = self.used.insert(command);
        (!fresh).then(|| format!("command {command} of its session was there before"))
    }

    /// Whether the command was held.
    fn end_hold(&mut self, command: u64, how: Option<&str>) -> bool {
        // What is not seen to be held may have been so before what is missing.
        if how == Some("approved") {
            self.approved.insert(command);
        }
        self.held.remove(&command)
    }

    pub(crate) fn allowed(&self) -> u64 {
        self.allowed
    }

    /// Commands without an outcome, in order.
    pub(crate) fn without_outcome(self) -> Vec<u64> {
        let mut without: Vec<u64> = self.running.into_iter().collect();
        without.sort_unstable();
        without
    }
}
