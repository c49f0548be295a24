//! Masks: which columns of a result are replaced, by what, and which commands may not happen at all.
//!
//! The way of a command, file by file: `masks` is asked; `cache` and `resolution` know which columns of the database are
//! masked, by the rules of policies and those of `system`; `lineages` keeps what is known of texts; `command` and `judgement` say what that means for each column of the
//! result; `refusal` says when the command may not happen; `result` and `operators` replace the values. `explain` says why.

mod cache;
mod command;
mod explain;
mod judgement;
mod keys;
mod lineages;
mod masks;
mod operators;
mod refusal;
mod resolution;
mod result;
mod system;
#[cfg(test)]
mod tests;

pub use explain::{Explained, Explanation, Question, Shown, Step, Why, explain};
pub use keys::{KeyId, Keys};
pub use masks::Masks;
pub use resolution::Link;
