//! A command whose result is too large, or that runs for too long, is cancelled at the target, and ends for the client as
//! after an error of the target: nothing more of it is shown, what runs behind it up to the next ReadyForQuery is not
//! shown either, and its transaction is aborted.
//!
//! A cancel can come too late. Then a message that the target must refuse aborts what can still be aborted; what was
//! committed by then is kept, and the error says so. Nothing follows to the target before the cancel has done what it can,
//! so that it cannot hit another command.

use bytes::Bytes;
use model::{Class, Public};
use wire::{Out, Side, Ticket, Why};

use super::Relay;
use super::expected::Expected;
use super::from_target::Flow;
use super::refusal;
use super::running::{End, Running};
use crate::fault::Fault;
use crate::frame::{frame, put_c_str};
use crate::message::error::Error;
use crate::message::ready::Transaction;
use crate::sqlstate;

/// The command at the head of the queue, or one that stood there, has passed a limit.
#[derive(Debug, Default)]
pub(super) struct Overrun {
    /// It, when the target has ended it. Its outcome is written down with the error that the client gets.
    ended: Option<Running>,
    /// It was a COPY of the client's data, and we told the target that they failed.
    copy_failed: bool,
}

impl Relay {
    /// A message of the result of what runs came. One that is too much stops the result here.
    pub(super) fn admit(&mut self, bytes: usize, row: bool, flow: &mut Flow<'_>) {
        let running = self.replies.next_mut().and_then(Expected::running_mut);
        if !running.is_none_or(|running| running.admits(bytes, row)) {
            self.overrun(flow);
        }
    }

    /// Nothing is taken from the client behind a command whose result may be too large, not even a Sync; so the target is
    /// asked for its answer.
    pub(super) fn flush_what_is_bounded(&mut self, out: &mut dyn Out) {
        if self.unsynced && self.replies.is_bounded() {
            self.plumb("flush", frame(b'H', |_| {}), out);
        }
    }

    /// Whether something has to end at the target before a message of the client may go there.
    pub(super) fn holds_back(&self) -> bool {
        self.overrun.is_some() || self.cancelling || (self.replies.is_bounded() && !self.copy_in)
    }

    /// That command has run for as long as it may. One that waits for others is stopped when its turn comes.
    pub(super) fn overdue(&mut self, ticket: Ticket) {
        if let Some(running) = self.replies.command_mut(ticket) {
            running.overdue();
        }
    }

    /// The command whose turn it is may be overdue for long.
    pub(super) fn stop_what_is_overdue(&mut self, out: &mut dyn Out) {
        if self.is_late() {
            self.overrun = Some(Overrun::default());
            self.stop(out);
        }
        // It may have asked for data only after that.
        if self.copy_in && self.overrun.is_some() {
            self.fail_copy(out);
        }
    }

    /// The turn of a command that is overdue may have come, in the middle of what the target sent.
    pub(super) fn stop_at_head(&mut self, flow: &mut Flow<'_>) {
        if self.is_late() {
            self.overrun(flow);
        }
    }

    /// Whether the command that runs has passed a limit, and nothing was done about it yet.
    fn is_late(&self) -> bool {
        self.overrun.is_none() && self.replies.running().is_some_and(|running| running.excess().is_some())
    }

    /// The result of the command at the head of the queue ends here.
    fn overrun(&mut self, flow: &mut Flow<'_>) {
        if self.overrun.is_none() {
            self.overrun = Some(Overrun::default());
            flow.mute();
            self.stop(flow.out);
        }
    }

    fn stop(&mut self, out: &mut dyn Out) {
        if self.copy_in {
            return self.fail_copy(out);
        }
        self.abort_what_is_unsynced(out);
        self.cancelling = self.cancel_what_runs(out);
    }

    /// Commands of a pipeline whose Sync has not come: it is aborted now, whether the cancel comes in time or not.
    fn abort_what_is_unsynced(&mut self, out: &mut dyn Out) {
        let ready_follows = self.replies.newest().any(|expected| {
            matches!(
                expected,
                Expected::Sync { .. } | Expected::Query(_) | Expected::Function(_) | Expected::RefusedQuery(_)
            )
        });
        if !ready_follows {
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

    /// Takes a command that the target has ended, if it is the one that passed its limit.
    pub(super) fn ended_in_excess(&mut self, running: Running, flow: &mut Flow<'_>) -> Result<(), Running> {
        if running.excess().is_none() || self.overrun.as_ref().is_some_and(|overrun| overrun.ended.is_some()) {
            return Err(running);
        }
        self.overrun.get_or_insert_default().ended = Some(running);
        flow.mute();
        Ok(())
    }

    /// The target has aborted what ran, by an error: the client gets ours in its place.
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
        if self.overrun.is_none() {
            return Ok(true);
        }
        if transaction == Transaction::Open {
            if !self.replies.is_empty() {
                return Err(Fault::refused(too_late()));
            }
            self.refuse_query(Bytes::new(), flow.out);
            return Ok(false);
        }
        self.tell_of_overrun(transaction == Transaction::Idle, flow);
        Ok(true)
    }

    /// The error that stands in the place of the end of the command, with its outcome.
    fn tell_of_overrun(&mut self, kept: bool, flow: &mut Flow<'_>) {
        flow.unmute();
        let Some(running) = self.overrun.take().and_then(|overrun| overrun.ended) else { return };
        let Some(excess) = running.excess() else { return };
        let public = excess.public();
        let public = if kept { with_what_is_kept(public) } else { public };
        running.settle(End::refused(&public), refusal::refused(&public), flow.out);
    }

    /// Nobody can be told any more.
    pub(super) fn settle_overrun(&mut self, out: &mut dyn Out) {
        let ended = self.overrun.take().and_then(|overrun| overrun.ended);
        if let Some((running, excess)) = ended.and_then(|running| running.excess().map(|excess| (running, excess))) {
            running.settle(End::refused(&excess.public()), Bytes::new(), out);
        }
    }
}

fn with_what_is_kept(public: Public) -> Public {
    let kept = "The command had ended at the target before it could be cancelled: what it changed is kept.";
    let hint = public.hint.as_deref().map_or_else(|| kept.to_owned(), |hint| format!("{hint} {kept}"));
    public.with_hint(hint)
}

/// Other commands run already in the transaction that was to be aborted.
fn too_late() -> Public {
    Public::new(Class::Cancelled, "a command ran for longer than it may, and others run behind it in its transaction")
        .with_hint("The transaction is rolled back. Connect again.")
}
