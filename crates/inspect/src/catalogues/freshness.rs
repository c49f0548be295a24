//! For how long what was read of a database is believed.

use std::time::Duration;

use tokio::time::Instant;

/// Without any sign of a change. A change that is made around the gateway is seen after that time.
const LONGEST: Duration = Duration::from_secs(30);
/// So long after a sign of a change more may come of it: one that was not committed yet is only seen when it is.
const SETTLING: Duration = Duration::from_secs(5);
/// Until then it is believed for this time.
const SHORTEST: Duration = Duration::from_millis(100);

/// Signs that a database was changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    count: u64,
    last: Option<Instant>,
}

/// When something was read: the time when the reading began, and the changes until then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    at: Instant,
    changes: u64,
}

impl Changes {
    /// There is a sign of a change.
    pub(super) fn note(&mut self, now: Instant) {
        self.count = self.count.wrapping_add(1);
        self.last = Some(now);
    }

    /// What is read from now on has seen these changes.
    pub(super) fn take(&self, now: Instant) -> Taken {
        Taken { at: now, changes: self.count }
    }

    /// Whether what was read then is still believed.
    pub(super) fn believe(&self, taken: Taken, now: Instant) -> bool {
        let settling = self.last.is_some_and(|last| taken.at < last + SETTLING);
        let longest = if settling { SHORTEST } else { LONGEST };
        taken.changes == self.count && now < taken.at + longest
    }
}
