//! Tier Lexed: where statements begin and end, and the most dangerous thing that each may do, without a grammar.
//!
//! The reading errs to one side only. A text is cut wherever the server would cut it, or taken whole as opaque; a statement's
//! verb is at least as consequential as what its own words can do.

mod bounded;
mod calls;
mod guarded;
mod query;
mod split;
mod table;
mod verb;
mod words;

pub use split::{TooManyStatements, split, split_either};

#[cfg(test)]
mod tests;
