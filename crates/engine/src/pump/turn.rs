//! One turn of the pump: take, feed, settle, release, send.

use std::task::{Context, Poll};

use wire::Side;

use super::{Pump, Turn};

impl Pump {
    /// Moves everything that can move; ready when a stage is needed or all is over.
    pub(super) fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        loop {
            if let Some(cause) = self.done {
                return Poll::Ready(Turn::Ended(cause));
            }
            if let Some(turn) = self.turns.pop_front() {
                return Poll::Ready(turn);
            }
            let mut moved = self.poll_time(cx);
            moved |= self.poll_stops(cx);
            moved |= self.poll_chores(cx);
            for side in [Side::Client, Side::Target] {
                moved |= self.poll_take(side, cx);
                moved |= self.feed(side);
            }
            moved |= self.weigh();
            moved |= self.poll_gates(cx);
            for side in [Side::Target, Side::Client] {
                moved |= self.poll_secure(side, cx);
                moved |= self.poll_send(side, cx);
            }
            self.conclude();
            if !moved && self.done.is_none() && self.turns.is_empty() {
                self.arm(cx);
                return Poll::Pending;
            }
        }
    }
}
