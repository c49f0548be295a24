//! The public log: what a publisher derives from the journal, whose checkpoints a signer signs, and how all of it is read.
//! The format is that of `docs/evidence-format.md`.

#![allow(dead_code, unused_imports, unreachable_pub, reason = "the journal starts it next")]

mod clock;
mod files;
mod pack;
mod publisher;
mod reader;
mod signer;
mod source;
#[cfg(test)]
mod tests;
mod thread;
mod tree;
mod trouble;
mod work;

use std::path::{Path, PathBuf};

use uuid::Uuid;

pub use reader::{Closed, Entry, Follower, Payload, Reader, follow, read};
pub use signer::verifier_key;
pub use thread::Standing;
pub use trouble::{Refusal, Trouble};

/// Where the wrapped key of a chain stands.
fn key_path(keys: &Path, sid: Uuid) -> PathBuf {
    let sid = sid.to_string();
    keys.join(sid.get(..6).unwrap_or_default()).join(sid)
}
