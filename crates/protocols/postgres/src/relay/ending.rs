//! Cancels, goodbyes and breaks.

use std::time::{Duration, Instant};

use bytes::Bytes;
use model::{Class, Public, Status};
use wire::{Out, Probe, Side, Why};

use super::expected::Expected;
use super::running::End;
use super::{Relay, Skip};
use crate::fault::Fault;
use crate::frame::frame;
use crate::message::error;
use crate::message::ready::Transaction;
use crate::sqlstate;

/// How long commands of a client that vanished may run on.
const PATIENCE: Duration = Duration::from_secs(5);

impl Relay {
    /// The client's cancel: takes back what waits, cancels what runs, and is nothing to an idle conversation.
    pub(super) fn cancel(&mut self, out: &mut dyn Out) -> Result<(), Fault> {
        self.cancel_what_runs(out);
        if let Some(shape) = self.withdraw(out) {
            let public = Public::new(Class::Cancelled, "canceling statement due to user request");
            self.refuse(shape, &public, out)?;
        }
        Ok(())
    }

    /// Whether there is something to cancel, and a key to do it with.
    pub(super) fn cancel_what_runs(&self, out: &mut dyn Out) -> bool {
        let key = self.key.clone().filter(|_| !self.replies.is_empty());
        let cancels = key.is_some();
        key.into_iter().for_each(|key| out.aside(Probe::Cancel(key)));
        cancels
    }

    /// Terminate.
    pub(super) fn leave(&mut self, terminate: Bytes, out: &mut dyn Out) {
        self.leaving = true;
        self.bound = None;
        self.plumb("terminate", terminate, out);
        out.end(Side::Target);
    }

    /// The client is gone. What was forwarded may run on for a while, and how it ends is still written down. One that said
    /// goodbye left its commands to run, as it may with a direct connection.
    pub(super) fn client_left(&mut self, now: Option<Instant>, out: &mut dyn Out) {
        self.gone = true;
        self.bound = None;
        self.withdraw(out);
        if self.leaving {
            return;
        }
        if self.replies.is_empty() || self.copy_in {
            self.leave(frame(b'X', |_| {}), out);
        } else {
            // A cancel must go out before the goodbye, so that waits too.
            self.give_up = now.map(|now| now + PATIENCE);
        }
    }

    /// Nobody waits any more for what runs: it is cancelled, and a target that does not end then is left alone.
    pub(super) fn give_up(&mut self, now: Option<Instant>, out: &mut dyn Out) {
        if self.give_up.is_none() || self.give_up > now {
            return;
        }
        if self.leaving {
            self.finish("client left", out);
        } else {
            self.cancel_what_runs(out);
            self.leave(frame(b'X', |_| {}), out);
            self.give_up = now.map(|now| now + PATIENCE);
        }
    }

    /// What ran for a client that vanished has ended.
    pub(super) fn leave_when_done(&mut self, out: &mut dyn Out) {
        if self.give_up.is_some() && !self.leaving && !self.over && self.replies.is_empty() {
            self.give_up = None;
            self.leave(frame(b'X', |_| {}), out);
        }
    }

    pub(super) fn target_left(&mut self, out: &mut dyn Out) -> Result<(), Fault> {
        self.withdraw(out);
        if self.leaving || self.give_up.is_some() {
            self.finish("client left", out);
            return Ok(());
        }
        Err(Fault::refused(
            Public::new(Class::Target, "the target closed the connection")
                .with_hint("Whether a command that was running took effect is not known. Connect again."),
        ))
    }

    /// The session ends now.
    pub(super) fn cut(&mut self, public: &Public, out: &mut dyn Out) {
        self.withdraw(out);
        // Who may not go on here may not have what runs go on either.
        self.cancel_what_runs(out);
        self.settle_the_rest(out);
        if self.passing.is_none() {
            out.send(Side::Client, 0, error::fatal(sqlstate::of(public.class), public), Why::Reply);
        }
        if !self.leaving {
            self.plumb("terminate", frame(b'X', |_| {}), out);
        }
        self.finish("stopped", out);
    }

    /// The session ends when nothing is under way, if it is to end.
    pub(super) fn drain(&mut self, out: &mut dyn Out) {
        let idle = self.replies.is_empty()
            && self.question.is_none()
            && self.bound.is_none()
            && self.transaction == Transaction::Idle
            && !self.unsynced
            && self.skip == Skip::No
            && !self.leaving
            && self.give_up.is_none()
            && !self.over
            && self.passing.is_none()
            && !self.holds_back();
        if idle && let Some(public) = self.draining.take() {
            self.cut(&public, out);
        }
    }

    pub(super) fn finish(&mut self, cause: &'static str, out: &mut dyn Out) {
        self.settle_the_rest(out);
        self.over = true;
        out.close(cause);
    }

    /// Nobody will say any more how these ended.
    pub(super) fn settle_the_rest(&mut self, out: &mut dyn Out) {
        self.settle_overrun(out);
        while let Some(expected) = self.replies.pop() {
            for running in Expected::into_commands(expected) {
                running.settle(End::of(Status::Unknown), Bytes::new(), out);
            }
        }
    }
}
