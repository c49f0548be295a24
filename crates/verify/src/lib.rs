//! The verifier of the evidence log: what docs/evidence-format.md says in section 7, read from beginning to end once.
//!
//! [`run`] takes a [`Source`] of files and gives a [`Report`]. What it keeps grows with the chains, actors and resources of the
//! log and not with its records: a state for each open chain, a count for each actor and resource, and the id (16 bytes) of
//! each chain that ended. It shares the formats with the gateway (`tlog`) and nothing else.

mod arguments;
mod body;
mod chain;
mod chains;
mod commands;
mod findings;
mod heads;
mod keys;
mod numbers;
mod payloads;
mod record;
mod report;
mod run;
mod shown;
mod signed;
mod source;
mod summary;
mod tree;
mod verdict;
mod walk;

pub use arguments::{Arguments, command};
pub use findings::Sink;
pub use keys::{Keys, KeysError};
pub use report::{Facts, Report};
pub use run::{Options, Pin, run};
pub use source::{Folder, Source, open};
pub use verdict::{Failure, Note, Place, Verdict};

#[cfg(feature = "url")]
pub use source::Url;
