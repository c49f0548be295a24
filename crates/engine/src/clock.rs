//! The only place where the engine asks what time it is, so that tests can run on a virtual clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The monotonic clock; virtual when the runtime's clock is paused.
pub(crate) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The wall clock in microseconds since 1970 UTC; 0 if the machine's clock stands before that.
pub(crate) fn wall_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
