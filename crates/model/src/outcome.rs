//! How a command ended.

use serde::{Deserialize, Serialize};

/// The end of a command, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The target says that it was carried out.
    Done,
    /// The target says that it failed.
    Failed,
    /// It never began: an earlier one of its batch failed, or its batch was refused.
    NotRun,
    /// Some of its result was delivered and the rest may follow (a row-limited fetch).
    Suspended,
    /// The conversation ended before the target answered.
    Unknown,
}

/// How a command ended, with what can be counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The end.
    pub status: Status,
    /// Rows sent to the client or changed, when the target says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Bytes that went towards the client for it. The engine counts them.
    pub bytes: u64,
    /// Values that were replaced or left out by masks, when a mask was on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub masked: Option<u64>,
    /// The protocol's own code: an SQLSTATE, an exit status. Plain ASCII.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl Outcome {
    /// An outcome with nothing counted.
    pub fn of(status: Status) -> Self {
        Self { status, rows: None, bytes: 0, masked: None, code: None }
    }
}
