//! Lets out what the gates allow, and sends it.

use std::task::{Context, Poll};

use wire::Side;

use super::Pump;
use super::end::{Step, Transport};
use crate::clock;
use crate::leg::Lanes;

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
        let flush_first = queue.aside_is_next();
        match end.poll_transmit(cx, &mut queue.ready, flush_first) {
            Step::Idle | Step::NoMemory => false,
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

    /// A transport broke while writing: its queue is void, and the stream is told that the side has ended.
    fn lose(&mut self, side: Side) {
        self.out.queue(side).clear();
        let end = self.side(side);
        end.transport = Transport::Gone;
        end.lanes = Lanes::default();
        end.head = None;
        end.finished.get_or_insert(None);
        self.deadlines.last_call(clock::now(), &self.premises.house.limits);
    }
}
