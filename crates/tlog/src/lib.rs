//! The formats of the evidence log, shared by what writes it and what verifies it: hashes of the tree, files of the tree,
//! signed checkpoints, and the JSON of the records. docs/evidence-format.md is the specification.
//!
//! Nothing here reads a file or knows what a record means, and nothing panics on what it is given.

pub mod bundle;
pub mod checkpoint;
pub mod json;
pub mod merkle;
pub mod note;
pub mod tile;

mod base64;

pub use base64::Base64Error;
