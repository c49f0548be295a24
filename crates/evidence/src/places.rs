//! Where evidence stands in the data directory of a gateway.

use std::path::{Path, PathBuf};

/// The folders of a journal and its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// What is not published yet.
    pub journal: PathBuf,
    /// What may be given away.
    pub log: PathBuf,
    /// The keys of the chains, and the master key that opens them.
    pub keys: PathBuf,
    /// The key of the log, and what was signed with it.
    pub signer: PathBuf,
    /// The file with the key that verifies the log, for those who bring it to others.
    pub verifier_key: PathBuf,
}

impl Places {
    /// Those of a data directory.
    pub fn of(data_dir: &Path) -> Self {
        Self {
            journal: data_dir.join("journal"),
            log: data_dir.join("log"),
            keys: data_dir.join("keys"),
            signer: data_dir.join("signer"),
            verifier_key: data_dir.join("log.vkey"),
        }
    }
}
