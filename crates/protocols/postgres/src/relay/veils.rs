//! Results of commands with a mask, where they come: described, masked row by row, or not shown at all.

use bytes::Bytes;
use wire::{Out, Plan, Side};

use super::Relay;
use super::expected::Expected;
use super::flow::{Flow, Kind};
use super::running::Running;
use super::veiling::{Unshown, Veiling};
use crate::fault::Fault;
use crate::frame::{frame, put_c_str};

impl Relay {
    /// The mask of a command that has leave.
    pub(super) fn veiling(&mut self, plan: &Plan, text: Bytes, strings: Option<bool>) -> Option<Veiling> {
        let veiling = plan.mask.clone().map(|mask| Veiling::new(mask, text, strings));
        let scrubs = veiling.as_ref().is_some_and(Veiling::scrubs);
        self.scrub.decided(scrubs, self.boundary.saturating_add(1));
        veiling
    }

    /// Before the Execute of a command with a mask goes a Describe of its portal, so that its columns are always known.
    pub(super) fn describe_masked(&mut self, portal: &[u8], running: &Running, out: &mut dyn Out) {
        if running.veiling.is_some() {
            let describe = frame(b'D', |body| {
                body.extend_from_slice(b"P");
                put_c_str(body, portal);
            });
            self.plumb("describe masked", describe, out);
            self.replies.target(Expected::Columns);
        }
    }

    /// Whether the rows of what runs do not pass as they are.
    pub(super) fn veils_rows(&self, flow: &Flow<'_>) -> bool {
        let veiling = self.replies.next().and_then(Expected::running).and_then(|running| running.veiling.as_ref());
        !flow.is_muted() && veiling.is_some_and(|veiling| !veiling.shows_all())
    }

    /// A RowDescription stands at the front.
    pub(super) fn veil_columns(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let Some(veiling) = self.veiled() else { return Ok(()) };
        let described = veiling.described(flow.body(total));
        self.unless_refused(described, flow).map(drop)
    }

    /// A CopyOutResponse stands at the front.
    pub(super) fn veil_copy(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let overlapping = self.tracked.is_overlapping();
        let Some(veiling) = self.veiled() else { return Ok(()) };
        let copies = veiling.copies(flow.body(total), overlapping);
        self.unless_refused(copies, flow).map(drop)
    }

    /// A row stands at the front.
    pub(super) fn show_row(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let (kind, utf8) = (Kind::of(self.replies.answering()), self.tracked.is_utf8());
        let Some(veiling) = self.veiled() else { return Ok(()) };
        let made = flow.make(total, kind, |body, into| veiling.row(body, utf8, into));
        if !self.unless_refused(made, flow)? {
            flow.keep_back(total);
        }
        Ok(())
    }

    /// CopyData stand at the front.
    pub(super) fn show_copied(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let (kind, utf8, most) = (Kind::of(self.replies.answering()), self.tracked.is_utf8(), self.limits.frame);
        let Some(veiling) = self.veiled() else { return Ok(()) };
        let made = flow.make(total, kind, |body, into| veiling.copied(body, utf8, most, into));
        if !self.unless_refused(made, flow)? {
            flow.keep_back(total);
        }
        Ok(())
    }

    /// CopyDone stands at the front.
    pub(super) fn veiled_copy_ends(&mut self, flow: &mut Flow<'_>) {
        if let Some(Err(why)) = self.veiled().map(|veiling| veiling.copy_ends()) {
            self.withhold(why, flow);
        }
    }

    fn veiled(&mut self) -> Option<&mut Veiling> {
        let running = self.replies.next_mut().and_then(Expected::running_mut)?;
        running.veiling.as_deref_mut()
    }

    /// Whether it was done; when it was refused, nothing of the result is shown from here on.
    fn unless_refused(&mut self, done: Result<(), Unshown>, flow: &mut Flow<'_>) -> Result<bool, Fault> {
        match done {
            Ok(()) => Ok(true),
            Err(Unshown::Malformed(malformed)) => Err(Fault::malformed(Side::Target)(malformed)),
            Err(Unshown::Refused(why)) => {
                self.withhold(why, flow);
                Ok(false)
            }
        }
    }
}
