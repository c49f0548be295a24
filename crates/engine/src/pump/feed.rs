//! Takes what came from a side, and gives it to the stream.

use std::task::Context;

use model::{Class, Public};
use wire::{Input, Side};

use super::Pump;
use super::end::Step;
use crate::clock;
use crate::leg::Lanes;
use crate::limits::READ_AHEAD;

impl Pump {
    pub(super) fn poll_take(&mut self, side: Side, cx: &mut Context<'_>) -> bool {
        if self.out.securing.contains(&side) {
            return false;
        }
        if self.closing.is_some() {
            // A socket that is closed with bytes unread resets the connection, and the client would lose our last words.
            let end = self.side(side);
            end.lanes = Lanes::default();
            end.head = None;
        }
        let wants = self.stream.wants(side);
        match self.side(side).poll_receive(cx, wants) {
            Step::Idle => false,
            Step::Moved(_) => {
                self.deadlines.moved(clock::now());
                true
            }
            Step::Broken => {
                self.deadlines.lost(clock::now(), &self.premises.house.limits);
                true
            }
        }
    }

    /// Gives the stream what came from one side, as long as it takes it and the queues are short.
    pub(super) fn feed(&mut self, side: Side) -> bool {
        let mut moved = false;
        while self.closing.is_none() && self.done.is_none() && self.turns.is_empty() {
            if !self.feed_once(side) {
                break;
            }
            moved = true;
        }
        moved
    }

    /// Counts what this stream holds above the read-ahead, wherever it stands, and watches that a large message that was begun
    /// also comes.
    pub(super) fn weigh(&mut self) -> bool {
        let (came, leaves) =
            (self.client.lanes.len() + self.target.lanes.len(), self.out.client.len() + self.out.target.len());
        let held = [came, leaves, self.stream.holds()];
        let above = held.into_iter().map(|bytes| bytes.saturating_sub(2 * READ_AHEAD)).fold(0, usize::saturating_add);
        let begun = self.client.lanes.len();
        let unfinished = begun > READ_AHEAD && self.stream.wants(Side::Client) > begun;
        self.deadlines.begun(clock::now(), unfinished.then_some(begun));
        match self.held.hold(above) {
            Ok(()) => false,
            Err(short) if self.closing.is_none() => {
                self.cut(short.into());
                true
            }
            Err(_) => false,
        }
    }

    fn feed_once(&mut self, side: Side) -> bool {
        let wants = self.stream.wants(side);
        let paused = wants == 0 || self.out.tickets.pauses(side);
        if wants > self.premises.house.wire_limits.frame.saturating_add(64) {
            self.cut(Public::new(Class::Limit, "a message is larger than the gateway inspects"));
            return true;
        }
        let full = self.full(side);
        let end = self.side(side);
        let held = end.lanes.len();
        let main = end.lanes.lane(0).len();
        let lane = if main >= wants { Some(0) } else { (!end.lanes.lane(1).is_empty()).then_some(1) };
        if let (false, false, Some(lane)) = (paused, full, lane.filter(|_| held > 0)) {
            self.give_data(side, lane, wants);
            return true;
        }
        if !paused
            && !full
            && let Some(head) = end.head.take()
        {
            self.tell(Input::Head(side, head));
            return true;
        }
        // The end follows all bytes that can still be taken; while a question pauses the side it is told at once.
        let nothing_left = held == 0 || (main < wants && end.lanes.lane(1).is_empty());
        if !end.told
            && end.head.is_none()
            && (paused || nothing_left)
            && let Some(trailer) = end.finished.take()
        {
            end.told = true;
            end.finished = Some(None);
            self.tell(Input::End(side, trailer));
            return true;
        }
        false
    }

    /// Whether nothing more may be taken from that side. Answers are records too, so a journal that is pressed stops both. The
    /// target's answers need room towards the client only: were they held back while the target takes nothing, both would
    /// wait for each other.
    fn full(&mut self, side: Side) -> bool {
        if let Some(mark) = self.premises.house.journal.pressed() {
            self.pressed = Some(mark);
            return true;
        }
        self.out.client.len() >= READ_AHEAD || (side == Side::Client && self.out.target.len() >= READ_AHEAD)
    }

    fn give_data(&mut self, side: Side, lane: wire::Lane, wants: usize) {
        // Not `self.side`: the stream and the outbox are borrowed beside it.
        let end = match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        };
        let buffer = end.lanes.lane(lane);
        let (held, before) = (buffer.len(), self.out.client.queued());
        let verdict = self.stream.input(clock::now(), Input::Data(side, lane, buffer), &mut self.out);
        let taken = held - end.lanes.lane(lane).len();
        if let Err(violation) = verdict {
            self.violated(violation, before);
        }
        let asked = !self.out.questions.is_empty() || self.out.closed.is_some() || self.out.securing.contains(&side);
        if self.out.securing.contains(&side) && !self.side(side).lanes.is_empty() {
            self.smuggled(side);
        }
        self.settle();
        if taken == 0 && !asked && self.closing.is_none() && self.stream.wants(side) <= wants {
            self.fault("a stream takes no bytes although it wants some");
        }
    }

    /// Bytes came behind the request for TLS and before the handshake: somebody injects plaintext (CVE-2021-23214, -23222).
    fn smuggled(&mut self, side: Side) {
        self.out.securing.remove(&side);
        let what = Public::new(Class::Protocol, "bytes came between the request for TLS and its handshake");
        self.out.queue(side).clear();
        self.violated(wire::Violation { side, what }, self.out.client.queued());
    }
}

const _: () = assert!(READ_AHEAD >= 16 * 1024, "a TLS record must fit the read-ahead");
