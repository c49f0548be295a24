//! How a session ends: there is one way to say goodbye, whatever the reason.

use model::{Event, Public};
use wire::{Input, Out as _, Side, Stop, Violation};

use super::{End, Pump};
use crate::clock;
use crate::fault::Cause;

impl Pump {
    /// The session ends for `cause`; the first one counts. The stream says `words` to the client, if there are any to say and
    /// the wire allows it, and nothing is queued for either side after that.
    pub(super) fn goodbye(&mut self, cause: Cause, words: Option<Public>) {
        if self.closing.is_some() {
            return;
        }
        self.closing = Some(cause);
        self.deadlines.last_call(clock::now(), &self.premises.house.limits);
        if let Some(words) = words {
            // The session ends whatever the stream makes of it.
            let _ = self.stream.input(clock::now(), Input::Stop(Stop::Cut(words)), &mut self.out);
        }
        self.out.end(Side::Client);
        self.out.end(Side::Target);
        if self.seat.take().is_some() {
            self.send_away(cause);
        }
    }

    /// No session has begun: a stranger who is sent away must not take the place of somebody else while it is told why.
    fn send_away(&mut self, cause: Cause) {
        match self.premises.lingering.clone().try_acquire_owned() {
            Ok(place) => self.counted = Some(place),
            Err(_) => self.done = Some(cause),
        }
    }

    /// Stopped from outside, or by a bound.
    pub(super) fn cut(&mut self, reason: Public) {
        self.goodbye(Cause::Stopped(reason.class), Some(reason));
    }

    /// An inner rule was broken: nothing that is queued for the target may be trusted any more.
    pub(super) fn fault(&mut self, what: &'static str) {
        self.out.forsake_target();
        self.goodbye(Cause::Internal(what), Some(Public::internal()));
    }

    /// A peer broke its protocol: that is written down. The stream has spoken its last words already, behind the first `before`
    /// items for the client, and they wait for that record.
    pub(super) fn violated(&mut self, violation: Violation, before: u64) {
        let reason = violation.what.clone();
        let event = if self.live.is_some() {
            Event::Violation { stream: self.out.stream, reason }
        } else {
            self.signin_refused(reason)
        };
        if let Some(mark) = self.out.record(event) {
            self.out.client.gate_from(before, mark);
        }
        self.goodbye(Cause::Violation(violation.side), None);
    }

    /// The record of a connection that came to nothing before anyone was named.
    pub(super) fn signin_refused(&self, reason: Public) -> Event {
        Event::SigninRefused {
            client: self.facts.client.to_string(),
            protocol: self.protocol_name().to_owned(),
            user: self.user.clone(),
            resource: None,
            reason,
        }
    }

    /// The journal takes no records: what stands behind a gate never leaves, the client is told, nothing more happens. This
    /// overrules any other goodbye.
    pub(super) fn lose_journal(&mut self) -> bool {
        if self.closing == Some(Cause::Journal) {
            return false;
        }
        self.out.forsake_target();
        self.out.client.abandon_gated(self.premises.house.journal.durable());
        self.closing = None;
        self.goodbye(Cause::Journal, Some(Public::journal_down()));
        self.out.client.open_gates();
        self.out.target.open_gates();
        true
    }

    /// Finds out whether all is over.
    pub(super) fn conclude(&mut self) {
        if self.closing.is_none() {
            let gone = |end: &End| !end.present() || end.told;
            if self.client.told && gone(&self.target) && self.out.target.is_empty() && self.out.client.is_empty() {
                self.goodbye(Cause::Left(Side::Client), None);
            }
        }
        let Some(cause) = self.closing else { return };
        for side in [Side::Client, Side::Target] {
            if !self.side(side).present() {
                self.out.queue(side).clear();
            }
        }
        let client_left = !self.client.present() || self.client.finished.is_some();
        if self.delivered() && client_left && self.out.probes == 0 {
            self.done = Some(cause);
        }
    }

    /// Whether everything that may leave has left.
    pub(super) fn delivered(&self) -> bool {
        self.out.client.is_empty() && self.out.target.is_empty() && self.client.flushed() && self.target.flushed()
    }
}
