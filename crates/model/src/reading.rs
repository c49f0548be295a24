//! What a protocol's grammar found in a command, by name.

use std::fmt;

use crate::action::Verb;

/// What stands in a command that is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// All that it does, from harmless to dangerous.
    pub verbs: Vec<Verb>,
    /// Relations that it names, also those of which no column is named; in order. A query of a WITH is none.
    pub relations: Vec<Name>,
    /// Functions and procedures that it names; in order.
    pub functions: Vec<Name>,
    /// The number of rows that its own LIMIT allows.
    pub limit: Option<u64>,
    /// A short name of what it does, whatever its constants are.
    pub fingerprint: Option<String>,
    /// What may have another meaning when it is done.
    pub changes: Changes,
}

/// Names that have another meaning after a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Changes {
    /// None.
    #[default]
    Nothing,
    /// These, and what the target computes from what they stand for.
    Names(Vec<Name>),
    /// Any.
    Anything,
}

/// A name as the target would compare it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// Its schema, where that is named.
    pub schema: Option<String>,
    /// The name itself.
    pub name: String,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
