//! How what stands in the store differs from what a file says.

use std::fmt;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// What it is about: `person local/ada`, `member local/ada of dba`, `resource prod`.
    pub what: String,
    /// What differs; empty for what is not there at all.
    pub fields: Vec<&'static str>,
}

impl Drift {
    pub(super) fn new(what: impl fmt::Display) -> Self {
        Self { what: what.to_string(), fields: Vec::new() }
    }
}

/// All differences, in the order in which they are brought about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the file and not in the store.
    pub create: Vec<Drift>,
    /// In both, and not the same.
    pub change: Vec<Drift>,
    /// In the store and not in the file, of a kind that the file is about.
    pub remove: Vec<Drift>,
    /// The same in both.
    pub unchanged: usize,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.change.is_empty() && self.remove.is_empty()
    }
}
