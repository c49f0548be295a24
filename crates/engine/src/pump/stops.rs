//! When a session must act although nothing came: deadlines, and stops from outside.

use std::future::Future;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use model::{Class, Public};
use wire::{Input, Side, Stop};

use super::Pump;
use crate::clock;
use crate::fault::Cause;
use crate::limits::{EngineLimits, READ_AHEAD};

/// A target that has taken nothing for so long is busy: a cancel waits no longer for what is queued before it.
const HURRY: Duration = Duration::from_millis(500);

/// A large message that is held in memory must go on by at least the read-ahead in so much time.
const UNFINISHED: Duration = Duration::from_secs(60);

/// Why a session is stopped from outside, and what its client is told.
pub(crate) enum Halt {
    /// It ends when it comes to rest.
    Drain(Public),
    /// It ends now, for that cause.
    Cut(Cause, Public),
}

/// What happens when time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// The handshake took too long.
    Handshake,
    /// The target has not let the session in, a while after it took the connection.
    Silent,
    /// The rest of a large message does not come.
    Unfinished,
    /// A side was lost, and the stream has not come to its end.
    Lost,
    /// No byte moved for too long.
    Idle,
    /// The session has lived its time.
    Session,
    /// Probes wait for a target that takes nothing.
    Probes,
    /// The last bytes were not taken in time.
    LastCall,
    /// The stream wants to be woken.
    Wake,
}

/// The deadlines of one session.
pub(crate) struct Deadlines {
    handshake: Option<Instant>,
    silent: Option<Instant>,
    session: Option<Instant>,
    last_call: Option<Instant>,
    probes: Option<Instant>,
    lost: Option<Instant>,
    /// When more of a large message must have come, and how much of it there was before.
    unfinished: Option<(Instant, usize)>,
    idle: Option<Duration>,
    moved: Instant,
}

impl Deadlines {
    pub(crate) fn handshake(now: Instant, limits: &EngineLimits) -> Self {
        Self {
            handshake: Some(now + limits.handshake),
            silent: None,
            session: None,
            last_call: None,
            probes: None,
            lost: None,
            unfinished: None,
            idle: None,
            moved: now,
        }
    }

    pub(crate) fn connected(&mut self, now: Instant, limits: &EngineLimits) {
        self.handshake = None;
        self.silent = Some(now + limits.dial);
        self.session = limits.session.map(|life| now + life);
        self.idle = limits.idle;
        self.moved = now;
    }

    /// The target has let the session in: the stream has named its cancel key, or asks about a command.
    pub(crate) fn target_ready(&mut self) {
        self.silent = None;
    }

    pub(crate) fn moved(&mut self, now: Instant) {
        self.moved = now;
    }

    /// Probes wait, or do not any more.
    pub(crate) fn probes_wait(&mut self, now: Instant, waiting: bool) {
        self.probes = waiting.then(|| self.probes.unwrap_or(now + HURRY));
    }

    /// The target has taken something: probes that wait may wait on.
    pub(crate) fn target_took(&mut self, now: Instant) {
        self.probes = self.probes.map(|_| now + HURRY);
    }

    /// So much of a large message is there, and not all; `None` = none is begun.
    pub(crate) fn begun(&mut self, now: Instant, length: Option<usize>) {
        self.unfinished = length.map(|length| match self.unfinished {
            Some((at, before)) if length < before.saturating_add(READ_AHEAD) => (at, before),
            _ => (now + UNFINISHED, length),
        });
    }

    /// A side was lost. The stream comes to its end by itself, as a rule: it may give what runs some time.
    pub(crate) fn lost(&mut self, now: Instant, limits: &EngineLimits) {
        self.lost = Some(now + limits.linger * 3);
    }

    /// From now on the session has the linger time to end.
    pub(crate) fn last_call(&mut self, now: Instant, limits: &EngineLimits) {
        self.last_call.get_or_insert(now + limits.linger);
    }

    /// Takes what is overdue, the gravest first.
    pub(crate) fn overdue(&mut self, now: Instant, wake: Option<Instant>) -> Option<Overdue> {
        let idle = self.idle.map(|idle| self.moved + idle);
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if due(self.last_call) {
            Some(Overdue::LastCall)
        } else if due(self.handshake) {
            self.handshake = None;
            Some(Overdue::Handshake)
        } else if due(self.silent) {
            self.silent = None;
            Some(Overdue::Silent)
        } else if due(self.probes) {
            self.probes = None;
            Some(Overdue::Probes)
        } else if due(self.lost) {
            self.lost = None;
            Some(Overdue::Lost)
        } else if due(self.unfinished.map(|(at, _)| at)) {
            self.unfinished = None;
            Some(Overdue::Unfinished)
        } else if due(self.session) {
            self.session = None;
            Some(Overdue::Session)
        } else if due(idle) {
            self.idle = None;
            Some(Overdue::Idle)
        } else if due(wake) {
            Some(Overdue::Wake)
        } else {
            None
        }
    }

    /// The next time at which something becomes due.
    pub(crate) fn next(&self, wake: Option<Instant>) -> Option<Instant> {
        let unfinished = self.unfinished.map(|(at, _)| at);
        let idle = self.idle.map(|idle| self.moved + idle);
        [self.last_call, self.handshake, self.silent, self.probes, self.lost, unfinished, self.session, idle, wake]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Pump {
    pub(super) fn poll_time(&mut self, cx: &mut Context<'_>) -> bool {
        if self.armed.is_none() || self.timer.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.armed = None;
        let now = clock::now();
        self.stay_awake(now);
        let rang = self.ring();
        match self.deadlines.overdue(now, self.stream.wake_at()) {
            None => return rang,
            Some(Overdue::LastCall) => {
                let cause = self.closing.unwrap_or(Cause::Left(Side::Client));
                let undelivered = matches!(cause, Cause::Closed(_)) && !self.delivered();
                self.done = Some(if undelivered { Cause::Lingered } else { cause });
            }
            Some(Overdue::Handshake) => {
                self.goodbye(Cause::TooSlow, Some(Public::new(Class::Limit, "signing in took too long")));
            }
            Some(Overdue::Unfinished) => {
                self.cut(Public::new(Class::Limit, "a large message was begun, and its rest did not come in time"));
            }
            Some(Overdue::Lost) => self.lost(),
            Some(Overdue::Probes) => self.hurry_asides(),
            Some(Overdue::Silent) => self.cut(Public::new(Class::Target, "the resource does not answer")),
            Some(Overdue::Idle) => self.cut(Public::new(Class::Shutdown, "the session was idle for too long")),
            Some(Overdue::Session) => {
                self.cut(Public::new(Class::Shutdown, "the session has reached its longest duration"))
            }
            Some(Overdue::Wake) => self.tell(Input::Wake),
        }
        true
    }

    /// A session in which a command waits for a human is not idle, however long they take: the desk knows when it expires.
    fn stay_awake(&mut self, now: Instant) {
        if self.out.tickets.waiting() > 0 {
            self.deadlines.moved(now);
        }
    }

    /// Sets the timer to the next deadline.
    pub(super) fn arm(&mut self, cx: &mut Context<'_>) {
        self.stay_awake(clock::now());
        let times = [self.deadlines.next(self.stream.wake_at()), self.out.tickets.next()];
        let Some(next) = times.into_iter().flatten().min() else { return };
        if self.armed.is_none_or(|armed| next < armed) {
            self.armed = Some(next);
            self.timer.as_mut().reset(tokio::time::Instant::from_std(next));
            if self.timer.as_mut().poll(cx).is_ready() {
                cx.waker().wake_by_ref();
            }
        }
    }

    pub(super) fn poll_stops(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while let Poll::Ready(Some(stop)) = self.stops.poll_next_unpin(cx) {
            moved = true;
            match stop {
                Halt::Cut(cause, reason) => self.goodbye(cause, Some(reason)),
                Halt::Drain(reason) if self.closing.is_none() => self.tell(Input::Stop(Stop::Drain(reason))),
                Halt::Drain(_) => {}
            }
        }
        while let Poll::Ready(Some(from)) = self.wishes.poll_recv(cx) {
            moved = true;
            self.cancelled(from);
        }
        moved
    }
}
