//! Why a journal cannot be opened or read.

use std::io;
use std::path::PathBuf;

use crate::keys::KeyError;
use crate::log::Trouble;

/// The journal was not opened, so the gateway must not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Somebody else has it open.
    #[error("the journal in {} is in use by another gateway", .0.display())]
    InUse(PathBuf),
    /// A file operation failed.
    #[error("{what} {}: {source}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// It holds something that no crash explains.
    #[error(transparent)]
    Damaged(#[from] ReadError),
    /// Its log has another name than the one that is configured.
    #[error(
        "the log is named {found}, and the configuration names it {wanted}: a log keeps the name that it began with"
    )]
    Origin {
        /// The name that it began with.
        found: String,
        /// The name that was asked for.
        wanted: String,
    },
    /// There is no key to seal with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The log does not go on from what was signed, or it cannot be written.
    #[error(transparent)]
    Log(#[from] Trouble),
    /// The records that every start makes did not become durable.
    #[error("the first records of this start could not be written: {0}")]
    Failed(String),
}

/// The journal cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file operation failed.
    #[error("reading {}: {source}", path.display())]
    File {
        /// Of what.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// A record that is durable does not stand where it must.
    #[error("record {sequence} is not in {}, though it was on stable storage", folder.display())]
    Missing {
        /// The folder of the journal.
        folder: PathBuf,
        /// The record.
        sequence: u64,
    },
    /// A record is not of the format.
    #[error("record {sequence} is not a record of the log format")]
    Malformed {
        /// Which.
        sequence: u64,
    },
    /// The master key cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Bytes that no crash explains: records follow on them, so they were on stable storage once.
    #[error(
        "{} is damaged at byte {offset}: {why}. This is not a torn end; the gateway does not start \
         on it. Keep the folder as it is, find out who or what changed it, and begin a new one or restore a copy",
        path.display()
    )]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong.
        why: &'static str,
    },
}

impl OpenError {
    pub(crate) fn file(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { what, path, source }
    }
}

impl ReadError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
