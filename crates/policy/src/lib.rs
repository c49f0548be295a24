//! The policy: Cedar, with a schema of the shared nouns, a closed grammar of annotations, and one way to decide. No I/O,
//! no async but the end of a session's leave.
//!
//! `compile` turns files into a `PolicySet`, all or nothing; `Engine` decides by the one in force; `lint`, `packs`, `cases`
//! and `diff` help those who write policies.

mod access;
mod annotations;
mod ask;
mod attributes;
mod bell;
mod cache;
mod cases;
mod combine;
mod compile;
mod diff;
mod ended;
mod engine;
mod entities;
mod facts;
mod given;
mod lasting;
mod lint;
mod mentions;
mod objects;
mod packs;
mod problem;
mod rate;
mod reference;
mod remedy;
mod reveal;
mod schema;
mod set;
mod stated;
mod units;
mod verdict;
mod words;

pub use access::{Access, access};
pub use cases::{Case, CaseError, CaseResult, Expect, Word, cases, check};
pub use compile::{File, compile};
pub use diff::{Change, Grid, Target, changes};
pub use engine::{Engine, Stale};
pub use facts::{Facts, Fixed, Gives, Grant};
pub use given::{Being, Given, GivenError, Reader};
pub use lasting::ToLift;
pub use lint::{Inventory, Lint, lint};
pub use packs::{PACKS, Pack};
pub use problem::{LoadError, Problem};
pub use reference::reference;
pub use schema::schema_text;
pub use set::{Observed, PolicySet};

#[cfg(test)]
mod tests;
