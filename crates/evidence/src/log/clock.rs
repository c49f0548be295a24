//! What the kernel knows of its clock, which every `heads` record tells.

use rtime_clock::adjtime::{Timex, adjtimex};

/// The kernel's word for a clock that nobody keeps in step.
const UNSYNCHRONISED: i64 = 0x40;
/// Offsets are in nanoseconds and not in microseconds.
const NANOSECONDS: i64 = 0x2000;

/// How well the wall clock is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockState {
    /// Who says so: `kernel`, or `unknown`, and then nothing else is known.
    pub(crate) source: &'static str,
    /// How far the clock is from the time that it is being brought to.
    pub(crate) offset_us: Option<i64>,
    /// By how much it may be wrong, at most.
    pub(crate) error_us: Option<i64>,
    /// Whether anything keeps it in step.
    pub(crate) synced: Option<bool>,
}

impl ClockState {
    /// Asks the kernel. Changes nothing: no mode is set.
    pub(crate) fn now() -> Self {
        let mut timex = Timex::new();
        match adjtimex(&mut timex) {
            Ok(_) => Self::of(timex.0.status.into(), timex.0.offset, timex.0.maxerror),
            Err(_) => Self { source: "unknown", offset_us: None, error_us: None, synced: None },
        }
    }

    fn of(status: i64, offset: i64, error_us: i64) -> Self {
        let offset_us = if status & NANOSECONDS == 0 { offset } else { offset / 1000 };
        let synced = status & UNSYNCHRONISED == 0;
        Self { source: "kernel", offset_us: Some(offset_us), error_us: Some(error_us), synced: Some(synced) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_in_microseconds_and_says_whether_somebody_keeps_the_clock() {
        let state = ClockState::of(0x2001, -1_234_567, 890);
        assert_eq!((state.offset_us, state.error_us, state.synced), (Some(-1234), Some(890), Some(true)));
        let state = ClockState::of(0x40, 77, 16_000_000);
        assert_eq!((state.offset_us, state.error_us, state.synced), (Some(77), Some(16_000_000), Some(false)));
    }

    #[test]
    fn the_kernel_answers_or_nothing_is_claimed() {
        let state = ClockState::now();
        assert_eq!(state.source == "kernel", state.synced.is_some());
        assert_eq!(state.offset_us.is_some(), state.synced.is_some());
    }
}
