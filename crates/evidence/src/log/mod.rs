//! The public log: what a publisher derives from the journal, whose checkpoints a signer signs, and how all of it is read.
//! The format is that of `docs/evidence-format.md`.

#![allow(dead_code, reason = "the journal starts it next")]

mod clock;
mod files;
mod pack;
mod publisher;
mod signer;
mod source;
#[cfg(test)]
mod tests;
mod thread;
mod tree;
mod trouble;
mod work;

pub use thread::Standing;
pub use trouble::{Refusal, Trouble};
