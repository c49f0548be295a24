//! The two clocks of the journal.

use std::sync::Arc;
use std::time::Instant;

use crate::sequencer::Moment;

/// Tells microseconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// A clock that is never set. It tells how long it is since it was made.
pub(crate) fn since_now() -> Clock {
    let began = Instant::now();
    Arc::new(move || u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX))
}

/// Both clocks.
#[derive(Clone)]
pub(crate) struct Clocks {
    pub(crate) wall: Clock,
    pub(crate) mono: Clock,
}

impl Clocks {
    /// What they show now.
    pub(crate) fn now(&self) -> Moment {
        Moment { wall: (self.wall)(), mono: (self.mono)() }
    }
}
