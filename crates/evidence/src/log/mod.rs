//! The public log: what a publisher derives from the journal, whose checkpoints a signer signs, and how all of it is read.
//! The format is that of `docs/evidence-format.md`.

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

pub(crate) use clock::ClockState;
pub(crate) use files::Disk;
pub(crate) use publisher::Publisher;
pub use reader::{Closed, Entry, Parameters, Payload, Reader, Sealed, read};
pub(crate) use signer::Signer;
pub use signer::verifier_key;
pub(crate) use source::Source;
pub use thread::Standing;
pub(crate) use thread::{Grip, Publishing};
pub use trouble::{Refusal, Trouble};

/// Where the wrapped key of a chain stands.
fn key_path(keys: &Path, sid: Uuid) -> PathBuf {
    let sid = sid.to_string();
    keys.join(sid.get(..6).unwrap_or_default()).join(sid)
}
