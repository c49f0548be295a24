//! Lets out what the gates allow, and sends it.

use std::task::{Context, Poll};

use model::{Class, Public};
use wire::Side;

use super::Pump;
use super::end::Step;
use crate::clock;
use crate::fault::Cause;

impl Pump {
    pub(super) fn poll_gates(&mut self, cx: &mut Context<'_>) -> bool {
        let durable = self.premises.house.journal.durable();
        let mut moved = false;
        for side in [Side::Target, Side::Client] {
            let flushed = self.side(side).flushed();
            let before = self.out.queue(side).ready.len();
            if self.out.queue(side).release(durable, flushed) {
                moved = true;
                self.begin_tls(side);
            }
            moved |= self.out.queue(side).ready.len() != before;
        }
        moved |= self.begin_asides();
        if self.out.journal_down || self.premises.house.journal.failed() {
            return self.lose_journal() || moved;
        }
        moved | self.poll_durable(cx)
    }

    /// Waits for the journal, when something stands behind a gate.
    fn poll_durable(&mut self, cx: &mut Context<'_>) -> bool {
        let durable = self.premises.house.journal.durable();
        if self.out.client.releasable(durable) || self.out.target.releasable(durable) {
            return true;
        }
        // Each queue waits for its own mark: one whose head waits for something else must not hide the other's.
        let needs = [self.out.client.needs(), self.out.target.needs(), self.out.target.aside_needs(), self.pressed];
        let Some(needs) = needs.into_iter().flatten().filter(|mark| *mark > durable).min() else {
            self.reached = None;
            return self.pressed.take().is_some();
        };
        if self.reached.as_ref().is_none_or(|(mark, _)| *mark != needs) {
            self.reached = Some((needs, self.premises.house.journal.reached(needs)));
        }
        let Some((_, reached)) = &mut self.reached else { return false };
        match reached.as_mut().poll(cx) {
            Poll::Pending => false,
            Poll::Ready(verdict) => {
                self.reached = None;
                self.out.journal_down |= verdict.is_err();
                true
            }
        }
    }

    pub(super) fn poll_send(&mut self, side: Side, cx: &mut Context<'_>) -> bool {
        let (end, queue) = match side {
            Side::Client => (&mut self.client, &mut self.out.client),
            Side::Target => (&mut self.target, &mut self.out.target),
        };
        if end.deaf {
            queue.clear();
            return false;
        }
        let flush_first = queue.aside_is_next();
        match end.poll_transmit(cx, &mut queue.ready, flush_first) {
            Step::Idle => false,
            Step::Moved(bytes) => {
                queue.sent(bytes);
                if bytes > 0 {
                    let receiver = if side == Side::Client { "client" } else { "target" };
                    self.premises.house.metrics.bytes.get_or_create(&vec![("receiver", receiver)]).inc_by(bytes as u64);
                    self.deadlines.moved(clock::now());
                    if side == Side::Target {
                        self.deadlines.target_took(clock::now());
                    }
                }
                true
            }
            Step::Broken => {
                self.lose(side);
                true
            }
        }
    }

    /// A transport broke while writing: what is queued for it is void. A client is gone; of a target we read what it said
    /// before, and the stream is told that it has ended when that is read, or after a while.
    fn lose(&mut self, side: Side) {
        self.out.queue(side).clear();
        match side {
            Side::Client => self.client.hang_up(),
            Side::Target => self.target.turn_deaf(),
        }
        self.deadlines.lost(clock::now(), &self.premises.house.limits);
    }

    /// The end of the time that a stream has to come to an end by itself when a side was lost. Of a client that vanished
    /// nothing may run on: a stream that is cut cancels what runs.
    pub(super) fn lost(&mut self) {
        if self.target.deaf && self.target.finished.is_none() {
            self.target.hang_up();
            self.deadlines.lost(clock::now(), &self.premises.house.limits);
        } else {
            let side = if self.client.told { Side::Client } else { Side::Target };
            self.goodbye(Cause::Left(side), Some(Public::new(Class::Target, "the connection broke")));
        }
    }
}
