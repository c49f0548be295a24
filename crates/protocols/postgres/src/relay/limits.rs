//! A command whose result is too large, or that runs for too long, is cancelled at the target, and ends for the client as
//! after an error of the target: nothing more of it is shown, what runs behind it up to the next ReadyForQuery is not
//! shown either, and its transaction is aborted.
//!
//! A cancel can come too late. Then a message that the target must refuse aborts what can still be aborted; what was
//! committed by then is kept, and the error says so. Nothing follows to the target before the cancel has done what it can,
//! so that it cannot hit another command.

use bytes::Bytes;
use model::{Class, Public, Status};
use wire::{Out, Side, Ticket, Why};

use super::Relay;
use super::expected::Expected;
use super::flow::Flow;
use super::refusal;
use super::running::{End, Excess, Running};
use crate::fault::Fault;
use crate::frame::{frame, put_c_str};
use crate::message::error::Error;
use crate::message::ready::Transaction;
use crate::sqlstate;

/// A command of those that the target answers next has passed a limit, and it is being stopped.
#[derive(Debug, Default)]
pub(super) struct Overrun {
    /// Nothing is shown any more until the client is told.
    silent: bool,
    /// The command, when the target has ended it, and how. Its outcome is written down with the error that the client gets.
    ended: Option<(Running, End)>,
    /// It was a COPY of the client's data, and we told the target that they failed.
    copy_failed: bool,
}

impl Relay {
    /// A message of the result of what runs came. One that is too much stops the result here.
    pub(super) fn admit(&mut self, bytes: usize, row: bool, flow: &mut Flow<'_>) {
        let running = self.replies.next_mut().and_then(Expected::running_mut);
        if flow.is_muted() || running.is_none_or(|running| running.admits(bytes, row)) {
            return;
        }
        self.stop_showing(flow);
    }

    /// The result of what runs cannot be masked: nothing of it is shown from here on.
    pub(super) fn withhold(&mut self, why: Public, flow: &mut Flow<'_>) {
        if flow.is_muted() {
            return;
        }
        if let Some(running) = self.replies.next_mut().and_then(Expected::running_mut) {
            running.unmaskable(why);
        }
        self.stop_showing(flow);
    }

    fn stop_showing(&mut self, flow: &mut Flow<'_>) {
        flow.mute();
        if self.overrun.replace(Overrun { silent: true, ..Overrun::default() }).is_none() {
            self.abort_what_is_unsynced(flow.out);
            self.cancelling = self.cancel_what_runs(flow.out);
        }
    }

    /// Nothing is taken from the client behind a command whose result may be too large, not even a Sync; so the target is
    /// asked for its answer.
    pub(super) fn flush_what_is_bounded(&mut self, out: &mut dyn Out) {
        if self.unsynced && self.replies.is_bounded() {
            self.flush(out);
        }
    }

    /// Whether something has to end at the target before a message of the client may go there.
    pub(super) fn holds_back(&self) -> bool {
        self.overrun.is_some() || self.cancelling || (self.replies.is_bounded() && !self.copy_in)
    }

    /// Whether what the target says is kept from the client.
    pub(super) fn is_silent(&self) -> bool {
        self.overrun.as_ref().is_some_and(|overrun| overrun.silent)
    }

    /// That command has run for as long as it may.
    pub(super) fn overdue(&mut self, ticket: Ticket) {
        if let Some(running) = self.replies.command_mut(ticket) {
            running.overdue();
            self.late = true;
        }
    }

    /// Stops what is overdue when its turn has come: when the target has no ReadyForQuery to send before it. Which of the
    /// commands up to the next one runs cannot be known, because the target keeps its answers back; a cancel ends them all.
    pub(super) fn stop_what_is_overdue(&mut self, out: &mut dyn Out) {
        if !self.late {
            return;
        }
        self.late = !self.replies.is_empty();
        let due = self.replies.group().any(Expected::is_in_excess);
        if due && self.overrun.is_none() {
            self.overrun = Some(Overrun::default());
            self.cancel_overdue(out);
        }
        let unended = self.is_unended();
        let silent = due && self.replies.is_last_of_group();
        match self.overrun.as_mut() {
            // It had ended before, and only its answer had not come. Behind it, the cancel can still hit what has its Sync.
            Some(overrun) if !due && !overrun.silent && unended => self.overrun = None,
            Some(overrun) => overrun.silent |= silent,
            None => {}
        }
        // It may have asked for data only after the cancel.
        if self.copy_in && self.overrun.is_some() && !self.leaving {
            self.fail_copy(out);
        }
    }

    fn cancel_overdue(&mut self, out: &mut dyn Out) {
        if self.copy_in {
            return;
        }
        // If it has ended in time, its answer comes now.
        if self.is_unended() && !self.leaving {
            self.flush(out);
        }
        self.cancelling = self.cancel_what_runs(out);
    }

    /// Whether what runs is a pipeline of which the target has no Sync yet.
    fn is_unended(&self) -> bool {
        self.replies.group().all(|expected| !expected.ends_group())
    }

    fn flush(&mut self, out: &mut dyn Out) {
        self.plumb("flush", frame(b'H', |_| {}), out);
    }

    /// Commands of a pipeline whose Sync has not come: it is aborted now, whether the cancel comes in time or not.
    fn abort_what_is_unsynced(&mut self, out: &mut dyn Out) {
        if self.is_unended() && !self.leaving {
            // What waits stands in the same pipeline.
            self.bound = None;
            self.withdraw(out);
            self.refuse_bind(Bytes::new(), out);
        }
    }

    /// A target that waits for data hears no cancel.
    fn fail_copy(&mut self, out: &mut dyn Out) {
        let Some(command) = self.replies.next().and_then(Expected::may_copy) else { return };
        let fail = frame(b'f', |body| put_c_str(body, b"it ran for longer than it may"));
        out.send(Side::Target, 0, fail, Why::Command(&command.go));
        self.copy_in = false;
        if let Some(overrun) = self.overrun.as_mut() {
            overrun.copy_failed = true;
        }
    }

    /// Takes a command that the target has ended, if it is the one that passed its limit and the client has not seen it end.
    pub(super) fn ended_in_excess(&mut self, running: Running, end: End) -> Result<(), Running> {
        match self.overrun.as_mut() {
            Some(overrun) if overrun.silent && overrun.ended.is_none() && running.excess().is_some() => {
                overrun.ended = Some((running, end));
                Ok(())
            }
            _ => Err(running),
        }
    }

    /// An error of the target aborts what is to be stopped; the client is not shown it.
    pub(super) fn aborts(&mut self, flow: &mut Flow<'_>) {
        if let Some(overrun) = self.overrun.as_mut() {
            overrun.silent = true;
            flow.mute();
        }
    }

    /// The target has aborted what ran: the client gets our error in the place of the target's.
    pub(super) fn aborted(&mut self, error: &Error, flow: &mut Flow<'_>) {
        let cancelled = error.code.is_some_and(|code| code.as_str() == sqlstate::of(Class::Cancelled));
        if cancelled && self.overrun.as_ref().is_some_and(|overrun| !overrun.copy_failed) {
            // That was the cancel.
            self.cancelling = false;
        }
        self.tell_of_overrun(false, flow);
    }

    /// The target is ready, and nothing has aborted what ran. Whether the client is told so now.
    pub(super) fn is_ready_told(&mut self, transaction: Transaction, flow: &mut Flow<'_>) -> Result<bool, Fault> {
        if !self.is_silent() {
            self.overrun = None;
            return Ok(true);
        }
        // The goodbye that the target has already ends its transaction too.
        if transaction == Transaction::Open && !self.leaving {
            if !self.replies.is_empty() {
                return Err(Fault::refused(too_late()));
            }
            self.refuse_query(Bytes::new(), flow.out);
            return Ok(false);
        }
        self.tell_of_overrun(transaction == Transaction::Idle, flow);
        Ok(true)
    }

    /// The error that stands in the place of the end of the command, with its outcome: what the target did, under our code.
    fn tell_of_overrun(&mut self, kept: bool, flow: &mut Flow<'_>) {
        let Some(overrun) = self.overrun.take() else { return };
        flow.unmute();
        let Some((running, end)) = overrun.ended else {
            // The cancel hit a command before it.
            return flow.out.send(Side::Client, 0, refusal::refused(&Excess::Time.public()), Why::Reply);
        };
        let public = running.excess().map_or_else(|| Excess::Time.public(), Excess::public);
        let (public, end) = match end.status {
            _ if kept => (with_hint(public, KEPT), end),
            Status::Done | Status::Suspended if running.may_be_kept() => (with_hint(public, PERHAPS_KEPT), end),
            _ => (public, end.undone()),
        };
        running.settle(end.told(&public), refusal::refused(&public), flow.out);
    }

    /// Nobody can be told any more.
    pub(super) fn settle_overrun(&mut self, out: &mut dyn Out) {
        let Some((running, end)) = self.overrun.take().and_then(|overrun| overrun.ended) else { return };
        let public = running.excess().map_or_else(|| Excess::Time.public(), Excess::public);
        running.settle(end.told(&public), Bytes::new(), out);
    }
}

const KEPT: &str = "The command had ended at the target before it could be cancelled: what it changed is kept.";
const PERHAPS_KEPT: &str =
    "The command had ended at the target before it could be cancelled: what it changed may be kept.";

fn with_hint(public: Public, more: &str) -> Public {
    let hint = public.hint.as_deref().map_or_else(|| more.to_owned(), |hint| format!("{hint} {more}"));
    public.with_hint(hint)
}

/// Other commands run already in the transaction that was to be aborted.
fn too_late() -> Public {
    Public::new(Class::Cancelled, "a command ran for longer than it may, and others run behind it in its transaction")
        .with_hint("What none of them has committed is rolled back. Connect again.")
}
