//! Masks: which columns of a result are replaced, by what, and which commands may not happen at all.

mod keys;
mod masks;
mod operators;

pub use keys::{KeyId, Keys};
pub use masks::Masks;
