//! What was tried, and what is wrong with how it was read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::{Certainty, Verb};
use signet_sql::{Statement, read, split};

use crate::trial::Met;

/// The SQLSTATE of a write in a transaction that may only read.
const READ_ONLY: &str = "25006";
/// What cannot run in a block of a transaction.
const NO_BLOCK: &str = "25001";
const SYNTAX: &str = "42601";

/// It runs the triggers that wait for the end of the transaction: what set them off were writes before it.
const RUNS_WHAT_WAITS: &str = "SET CONSTRAINTS";

#[derive(Default)]
pub struct Report {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    counts: BTreeMap<String, usize>,
    /// Names of statements that cannot run in a block, and how many there were.
    no_block: BTreeMap<&'static str, usize>,
    tried: usize,
    wrong: Vec<String>,
}

impl Report {
    /// Notes what became of a text.
    pub fn note(&self, text: &[u8], met: Met) {
        let statements = statements(text);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for one in &statements {
            *inner.counts.entry(format!("{} {}", one.certainty_word(), one.verb.as_str())).or_default() += 1;
        }
        let outcome = match met {
            Met::NotTried => return,
            Met::Ran => String::new(),
            Met::Error(state) => state,
        };
        inner.tried += 1;
        if outcome == NO_BLOCK {
            let name = statements.first().map_or("", |one| one.name);
            *inner.no_block.entry(name).or_default() += 1;
        }
        let shown = String::from_utf8_lossy(text).into_owned();
        let waits = shown.starts_with(RUNS_WHAT_WAITS);
        if let Some(wrong) = fault(&statements, &outcome).filter(|_| !waits) {
            inner.wrong.push(format!("{wrong}: {shown:.300}"));
        }
    }

    /// Fails when something was read wrongly, or too little was tried.
    pub fn judge(&self, suite: &str, least: usize) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        eprintln!("{suite}: {} texts were tried; statements read: {:?}", inner.tried, inner.counts);
        eprintln!("{suite}: cannot run in a block: {:?}", inner.no_block);
        inner.wrong.sort_unstable();
        inner.wrong.dedup();
        assert!(inner.wrong.is_empty(), "{} texts are read wrongly:\n{}", inner.wrong.len(), inner.wrong.join("\n"));
        assert!(inner.tried >= least, "only {} texts were tried", inner.tried);
    }
}

/// What is read in a text: by a session whose strings conform to the standard, or else by one whose strings have escapes, as some
/// of the suites have them. The relay knows which of them it serves.
fn statements(text: &[u8]) -> Vec<Statement> {
    let found = read(text, 10_000).unwrap();
    match found.iter().any(|one| one.certainty == Certainty::Opaque) {
        true => split(text, false, 10_000).unwrap(),
        false => found,
    }
}

/// What is wrong with how a text was read that the server met with `outcome`.
fn fault(statements: &[Statement], outcome: &str) -> Option<&'static str> {
    let worst = statements.iter().map(|one| one.verb).max()?;
    if outcome == READ_ONLY && matches!(worst, Verb::Read | Verb::Session | Verb::Transaction | Verb::CopyOut) {
        return Some("the server says that it writes");
    }
    let opaque = statements.iter().any(|one| one.certainty == Certainty::Opaque);
    (opaque && outcome != SYNTAX).then_some("the server parses what is opaque here")
}

trait Word {
    fn certainty_word(&self) -> &'static str;
}

impl Word for Statement {
    fn certainty_word(&self) -> &'static str {
        match self.certainty {
            Certainty::Opaque => "opaque",
            Certainty::Lexed => "lexed",
            Certainty::Full => "full",
        }
    }
}
