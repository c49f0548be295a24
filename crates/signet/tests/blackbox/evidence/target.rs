//! The target's own log: which commands it received.

use std::collections::BTreeSet;

use super::asks::Command;
use crate::harness::Postgres;

/// Reads the log as it grows.
#[derive(Default)]
pub struct Target {
    /// How far it was read.
    place: u64,
    /// Commands that were not found in the evidence yet.
    pub unmatched: BTreeSet<Command>,
    pub received: usize,
}

impl Target {
    /// Takes down what came since the last time.
    pub fn read(&mut self, server: &Postgres) {
        let text = server.log_behind(self.place);
        let mut lines = text.split_inclusive('\n').peekable();
        while let Some(line) = lines.next().filter(|line| line.ends_with('\n')) {
            let mut parameter = "";
            if line.contains(" LOG:  execute ") {
                // Its parameters stand in the next line; when that is not there yet, it is read the next time.
                let Some(detail) = lines.peek().filter(|line| line.ends_with('\n')) else { return };
                parameter = detail.split_once(" DETAIL:  parameters: $1 = '").expect("a parameter").1.trim_end();
            }
            self.place += line.len() as u64;
            let said = [" LOG:  statement: ", " LOG:  execute "].iter().find_map(|said| line.split_once(said));
            let Some((_, said)) = said else { continue };
            let text = if parameter.is_empty() { said } else { said.split_once(": ").expect("a text").1 };
            let command =
                Command { text: text.trim_end().to_owned(), parameter: parameter.trim_end_matches('\'').to_owned() };
            if command.text.contains("uid-") || command.parameter.contains("uid-") {
                self.received += 1;
                self.unmatched.insert(command);
            }
        }
    }
}
