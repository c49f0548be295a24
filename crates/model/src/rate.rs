//! How many rows somebody may be shown in a window of time.

use std::fmt;
use std::time::Duration;

use crate::public::Public;

/// So many rows in so long a time, whatever commands and sessions they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The policy that says so; what was shown is counted under it.
    pub policy: String,
    /// The rows.
    pub rows: u64,
    /// The time. It begins anew with every row: in no window of that length are there more.
    pub window: Duration,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows/{}s", self.rows, self.window.as_secs())
    }
}

/// Counts the rows that somebody is shown, over all their sessions.
pub trait Meter: fmt::Debug + Send + Sync {
    /// One row more is about to be shown. It counts from now on, whether it arrives or not.
    ///
    /// # Errors
    /// When it may not be shown: in words for who asked.
    fn take(&self) -> Result<(), Public>;
}
