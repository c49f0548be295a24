//! Why something was not written down.

use std::io;
use std::path::PathBuf;

/// The gateway cannot be asked.
#[derive(Debug, thiserror::Error)]
#[error("the control socket {}: {source}", path.display())]
pub struct ServeError {
    /// Where it should be.
    pub path: PathBuf,
    /// What failed.
    pub source: io::Error,
}

/// Nothing was written down, as far as is known; so nothing may be done.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// No gateway runs on this data directory.
    #[error("no gateway is running")]
    Nobody,
    /// The gateway said no.
    #[error("the gateway refused: {0}")]
    Refused(String),
    /// The conversation broke off, or took too long.
    #[error("talking to the gateway: {0}")]
    Broken(#[from] io::Error),
    /// What came back is no answer.
    #[error("the gateway's answer is not understood")]
    Answer,
}
