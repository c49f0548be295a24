//! The rules of the house, over `cargo metadata` and the source text.

mod dependencies;
mod source;
