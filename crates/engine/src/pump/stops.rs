//! When a session must act although nothing came: deadlines.

use std::time::Instant;

use crate::limits::EngineLimits;

/// What happens when time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// The handshake took too long.
    Handshake,
    /// The target has not let the session in, a while after it took the connection.
    Silent,
    /// No byte moved for too long.
    Idle,
    /// The session has lived its time.
    Session,
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
    idle: Option<std::time::Duration>,
    moved: Instant,
}

impl Deadlines {
    pub(crate) fn handshake(now: Instant, limits: &EngineLimits) -> Self {
        Self {
            handshake: Some(now + limits.handshake),
            silent: None,
            session: None,
            last_call: None,
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
        let idle = self.idle.map(|idle| self.moved + idle);
        [self.last_call, self.handshake, self.silent, self.session, idle, wake].into_iter().flatten().min()
    }
}
