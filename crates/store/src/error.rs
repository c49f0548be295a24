//! Why the store could not answer.

use std::path::PathBuf;

/// The store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Its file cannot be had.
    #[error("the store {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// How it failed.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("the store: {0}")]
    Database(#[from] sqlx::Error),
    /// It holds what this Signet did not write.
    #[error("the store holds what is not understood: {0}")]
    Foreign(String),
    /// A newer version of Signet wrote it.
    #[error("the store has tables of version {found}, this Signet knows up to {known}: run the newer version")]
    TooNew {
        /// The version found.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// A person may have only so many live tokens.
    #[error("{person} has {} live tokens already; revoke some", crate::LIVE_TOKENS)]
    TooManyTokens {
        /// Who.
        person: String,
    },
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Foreign(error.to_string())
    }
}
