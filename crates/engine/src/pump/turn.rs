//! One turn of the pump: take, feed, settle, release, send.

use std::future::Future;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use model::{Class, Public};
use wire::{Input, Side, Stop};

use super::end::{Step, Transport};
use super::queue::Due;
use super::stops::Overdue;
use super::{Pump, Turn};
use crate::clock;
use crate::fault::Cause;
use crate::limits::READ_AHEAD;

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

    fn side(&mut self, side: Side) -> &mut super::End {
        match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        }
    }

    // --- take and feed ---

    fn poll_take(&mut self, side: Side, cx: &mut Context<'_>) -> bool {
        if self.out.securing.contains(&side) {
            return false;
        }
        if self.closing.is_some() {
            // A socket that is closed with bytes unread resets the connection, and the client would lose our last words.
            let end = self.side(side);
            end.lanes = crate::leg::Lanes::default();
            end.head = None;
        }
        let wants = self.stream.wants(side);
        match self.side(side).poll_receive(cx, wants) {
            Step::Idle => false,
            Step::Moved(_) => {
                self.deadlines.moved(clock::now());
                true
            }
            Step::Broken => true,
            Step::NoMemory => {
                self.cut(Public::new(Class::Limit, "the gateway has no memory left for a message of this size"));
                true
            }
        }
    }

    /// Gives the stream what came from one side, as long as it takes it and the queues are short.
    fn feed(&mut self, side: Side) -> bool {
        let mut moved = false;
        while self.closing.is_none() && self.done.is_none() && self.turns.is_empty() {
            if !self.feed_once(side) {
                break;
            }
            moved = true;
        }
        // Memory held for large frames is given back as soon as they are taken.
        self.side(side).reserve();
        moved
    }

    fn feed_once(&mut self, side: Side) -> bool {
        let wants = self.stream.wants(side);
        let paused = wants == 0 || self.out.pauses(side);
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

    /// Whether nothing more may be taken from that side. The target's answers need room towards the client only: were they
    /// held back while the target takes nothing, both would wait for each other.
    fn full(&mut self, side: Side) -> bool {
        match side {
            Side::Target => self.out.client.len() >= READ_AHEAD,
            Side::Client => {
                self.pressed = self.premises.house.journal.pressed();
                self.pressed.is_some() || self.out.client.len() >= READ_AHEAD || self.out.target.len() >= READ_AHEAD
            }
        }
    }

    fn give_data(&mut self, side: Side, lane: wire::Lane, wants: usize) {
        let end = match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        };
        let buffer = end.lanes.lane(lane);
        let before = buffer.len();
        let verdict = self.stream.input(clock::now(), Input::Data(side, lane, buffer), &mut self.out);
        let taken = before - end.lanes.lane(lane).len();
        if let Err(violation) = verdict {
            self.violated(violation);
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
        self.violated(wire::Violation { side, what });
    }

    // --- release and send ---

    fn poll_gates(&mut self, cx: &mut Context<'_>) -> bool {
        let durable = self.premises.house.journal.durable();
        let mut moved = false;
        for side in [Side::Target, Side::Client] {
            let flushed = self.side(side).flushed();
            let before = self.out.queue(side).ready.len();
            match self.out.queue(side).release(durable, flushed) {
                None => {}
                Some(due) => {
                    moved = true;
                    match due {
                        Due::Secure => self.begin_tls(side),
                        Due::Aside(probe) => self.begin_aside(probe),
                    }
                }
            }
            moved |= self.out.queue(side).ready.len() != before;
        }
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
        let needs = [self.out.client.needs(), self.out.target.needs(), self.pressed];
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

    /// The journal takes no records: what stands behind a gate never leaves, the client is told, nothing more happens.
    fn lose_journal(&mut self) -> bool {
        if self.closing == Some(Cause::Journal) {
            return false;
        }
        let durable = self.premises.house.journal.durable();
        self.out.forsake_target();
        self.out.client.abandon_gated(durable);
        self.closing = None;
        self.begin_closing(Cause::Journal);
        let goodbye = Input::Stop(Stop::Cut(Public::journal_down()));
        // The session is over whatever the stream makes of this.
        let _ = self.stream.input(clock::now(), goodbye, &mut self.out);
        self.out.client.open_gates();
        self.finish_queues();
        true
    }

    fn poll_send(&mut self, side: Side, cx: &mut Context<'_>) -> bool {
        let (end, queue) = match side {
            Side::Client => (&mut self.client, &mut self.out.client),
            Side::Target => (&mut self.target, &mut self.out.target),
        };
        match end.poll_transmit(cx, &mut queue.ready) {
            Step::Idle | Step::NoMemory => false,
            Step::Moved(bytes) => {
                queue.sent(bytes);
                if bytes > 0 {
                    let receiver = if side == Side::Client { "client" } else { "target" };
                    self.premises.house.metrics.bytes.get_or_create(&vec![("receiver", receiver)]).inc_by(bytes as u64);
                    self.deadlines.moved(clock::now());
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
        end.lanes = crate::leg::Lanes::default();
        end.head = None;
        end.finished.get_or_insert(None);
        self.deadlines.last_call(clock::now(), &self.premises.house.limits);
    }

    // --- time and stops ---

    fn poll_time(&mut self, cx: &mut Context<'_>) -> bool {
        if self.armed.is_none() || self.timer.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.armed = None;
        let now = clock::now();
        match self.deadlines.overdue(now, self.stream.wake_at()) {
            None => return false,
            Some(Overdue::LastCall) => {
                let cause = self.closing.unwrap_or(Cause::Left(Side::Client));
                let undelivered = matches!(cause, Cause::Closed(_)) && !self.delivered();
                self.done = Some(if undelivered { Cause::Lingered } else { cause });
            }
            Some(Overdue::Handshake) => {
                self.begin_closing(Cause::TooSlow);
                self.cut_quietly(Public::new(Class::Limit, "signing in took too long"));
            }
            Some(Overdue::Silent) => self.cut(Public::new(Class::Target, "the resource does not answer")),
            Some(Overdue::Idle) => self.cut(Public::new(Class::Shutdown, "the session was idle for too long")),
            Some(Overdue::Session) => {
                self.cut(Public::new(Class::Shutdown, "the session has reached its longest duration"))
            }
            Some(Overdue::Wake) => self.tell(Input::Wake),
        }
        true
    }

    /// Sets the timer to the next deadline.
    fn arm(&mut self, cx: &mut Context<'_>) {
        let Some(next) = self.deadlines.next(self.stream.wake_at()) else { return };
        if self.armed.is_none_or(|armed| next < armed) {
            self.armed = Some(next);
            self.timer.as_mut().reset(tokio::time::Instant::from_std(next));
            if self.timer.as_mut().poll(cx).is_ready() {
                cx.waker().wake_by_ref();
            }
        }
    }

    fn poll_stops(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while let Poll::Ready(Some(stop)) = self.stops.poll_next_unpin(cx) {
            moved = true;
            match stop {
                Stop::Cut(reason) => self.cut(reason),
                Stop::Drain(reason) if self.closing.is_none() => self.tell(Input::Stop(Stop::Drain(reason))),
                Stop::Drain(_) => {}
            }
        }
        while let Poll::Ready(Some(from)) = self.wishes.poll_recv(cx) {
            moved = true;
            self.cancelled(from);
        }
        moved
    }

    /// Ends the session now, with a goodbye where the wire allows one.
    fn cut(&mut self, reason: Public) {
        if self.closing.is_some() {
            return;
        }
        let cause = Cause::Stopped(reason.class);
        self.cut_quietly(reason);
        self.begin_closing(cause);
    }

    fn cut_quietly(&mut self, reason: Public) {
        // Whatever the stream makes of it, the session ends.
        let _ = self.stream.input(clock::now(), Input::Stop(Stop::Cut(reason)), &mut self.out);
        self.finish_queues();
    }

    // --- the end ---

    /// Finds out whether all is over.
    fn conclude(&mut self) {
        if self.closing.is_none() {
            let gone = |end: &super::End| !end.present() || end.told;
            if self.client.told && gone(&self.target) && self.out.target.is_empty() && self.out.client.is_empty() {
                self.begin_closing(Cause::Left(Side::Client));
                self.finish_queues();
            }
        }
        let Some(cause) = self.closing else { return };
        for side in [Side::Client, Side::Target] {
            if !self.side(side).present() {
                self.out.queue(side).clear();
            }
        }
        let client_left = !self.client.present() || self.client.finished.is_some();
        if self.delivered() && client_left && self.probes == 0 {
            self.done = Some(cause);
        }
    }

    /// Whether everything that may leave has left.
    fn delivered(&self) -> bool {
        self.out.client.is_empty() && self.out.target.is_empty() && self.client.flushed() && self.target.flushed()
    }
}

const _: () = assert!(READ_AHEAD >= 16 * 1024, "a TLS record must fit the read-ahead");
