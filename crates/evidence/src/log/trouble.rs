//! Why a publication did not happen.

use std::io;
use std::path::{Path, PathBuf};

use tlog::merkle::ProofError;

use crate::error::ReadError;

/// What went wrong, and with it whether another try may help.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A file operation failed. Nothing of it is counted on.
    #[error("{what} {}: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// Storage did not confirm that it holds what was written. What it holds is not known from here on.
    #[error("making {} durable: {source}", path.display())]
    Sync {
        /// What.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// A file of ours is not what was written to it.
    #[error("{} is not as it was written", .0.display())]
    Damaged(PathBuf),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] ReadError),
    /// The signer was asked for what it must never sign.
    #[error("the signer refuses: {0}")]
    Refused(#[from] Refusal),
}

/// What a signer does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It signed a larger log.
    #[error("the log has {size} records, and {signed} were signed")]
    Smaller {
        /// Records of the log.
        size: u64,
        /// Records that were signed.
        signed: u64,
    },
    /// It signed another log of this size.
    #[error("another log of {size} records was signed")]
    Other {
        /// Records of both.
        size: u64,
    },
    /// It was not shown that the log continues the one that it signed.
    #[error("the log of {size} records does not continue that of {signed} records which was signed: {why}")]
    Inconsistent {
        /// Records of the log.
        size: u64,
        /// Records that were signed.
        signed: u64,
        /// What is wrong with the proof.
        why: ProofError,
    },
    /// It signs for one log.
    #[error("that is another log")]
    Origin,
}

impl Trouble {
    /// Whether it may pass by itself: a disk that is full now may have space later. Everything else ends the journal.
    pub fn passes(&self) -> bool {
        use io::ErrorKind::{Interrupted, QuotaExceeded, StorageFull};
        let Self::File { source, .. } = self else { return false };
        matches!(source.kind(), StorageFull | QuotaExceeded | Interrupted)
    }

    pub(crate) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { what, path: path.to_owned(), source }
    }

    pub(crate) fn sync(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Sync { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path) -> Self {
        Self::Damaged(path.to_owned())
    }
}

/// There is no proof to make.
impl From<ProofError> for Trouble {
    fn from(_: ProofError) -> Self {
        Self::Damaged(PathBuf::from("the size of the log"))
    }
}
