//! Why a use case was not done.

use ports::JournalDown;
use secrets::EnvelopeError;
use store::StoreError;

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller may not do that.
    #[error("{why}")]
    NotAllowed {
        /// What is in the way, and what to do: one sentence.
        why: String,
    },
    /// It does not exist, or the caller may not know that it does.
    #[error("no such thing, or you may not see it")]
    NotFound,
    /// It is not in a state in which that can be done.
    #[error("{0}")]
    Conflict(String),
    /// The wish makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Too much at once; later it may be done.
    #[error("{0}")]
    TooMany(String),
    /// What is done cannot be written down, so it is not done.
    #[error("the evidence journal takes no records, so nothing may be changed")]
    JournalDown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept under the key file could not be sealed or opened.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

impl Error {
    pub(crate) fn not_allowed(why: impl Into<String>) -> Self {
        Self::NotAllowed { why: why.into() }
    }

    pub(crate) fn conflict(why: impl Into<String>) -> Self {
        Self::Conflict(why.into())
    }
}

impl From<JournalDown> for Error {
    fn from(_: JournalDown) -> Self {
        Self::JournalDown
    }
}
