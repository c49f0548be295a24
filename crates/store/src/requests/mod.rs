//! Requests for approval and what people said about them.

use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// That one command may happen.
    Command,
    /// Access to a resource for a time.
    Access,
    /// To break the glass on a resource.
    BreakGlass,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It waits for people.
    Pending,
    /// Enough have agreed.
    Approved,
    /// The approval was used, which happens once.
    Used,
    /// Somebody said no.
    Rejected,
    /// Its time is over.
    Expired,
    /// Its requester took it back, or left.
    Withdrawn,
    /// What it was for is gone: the gateway was restarted, or who agreed may not agree any more.
    Void,
}
