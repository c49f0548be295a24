//! COPY data of the client: part of the command that runs, with its leave.

use bytes::Bytes;
use wire::{Out, Side, Why};

use super::Relay;
use super::expected::{Copy, Expected};
use crate::fault::Fault;
use crate::message::copy_fail::{check, check_empty};

/// How far back the command is looked for that early COPY data belong to.
const LOOK_BACK: usize = 8;

impl Relay {
    /// CopyData, CopyDone and CopyFail.
    pub(super) fn copy_message(&mut self, tag: u8, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        match tag {
            b'c' => check_empty(&frame).map_err(Fault::malformed(Side::Client))?,
            b'f' => check(&frame).map_err(Fault::malformed(Side::Client))?,
            _ => {}
        }
        let command = if self.copy_in {
            self.replies.next().and_then(Expected::may_copy)
        } else {
            self.replies.iter().rev().take(LOOK_BACK).find_map(Expected::may_copy)
        };
        // Nothing that could want them is under way: the target would drop them too.
        let Some(command) = command else { return Ok(()) };
        out.send(Side::Target, 0, frame, Why::Command(&command.go));
        if tag != b'd' && !std::mem::take(&mut self.copy_in) {
            self.replies.target(Expected::CopyEnd);
        }
        Ok(())
    }

    /// The target asks for COPY data. Until they end it ignores Sync, also one that is on its way already.
    pub(super) fn copy_in_begins(&mut self) -> Result<(), Fault> {
        let extended = match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() => {
                batch.copy = Copy::In;
                false
            }
            Some(Expected::Execute { copy: copy @ Copy::No, .. }) => {
                *copy = Copy::In;
                true
            }
            _ => return Err(Fault::target("the target asked for COPY data out of turn")),
        };
        self.copy_in = true;
        let (mut at_command, mut looking) = (true, true);
        let (copy_in, unsynced, ran) = (&mut self.copy_in, &mut self.unsynced, &mut self.ran);
        self.replies.retain(|expected| {
            if std::mem::take(&mut at_command) || !looking {
                return true;
            }
            match expected {
                Expected::Sync { .. } => {
                    *unsynced |= extended;
                    *ran |= extended;
                    false
                }
                Expected::CopyEnd => {
                    *copy_in = false;
                    looking = false;
                    false
                }
                _ => {
                    looking = false;
                    true
                }
            }
        });
        Ok(())
    }

    /// The target sends COPY data.
    pub(super) fn copy_out_begins(&mut self) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() => batch.copy = Copy::Out,
            Some(Expected::Execute { copy: copy @ Copy::No, .. }) => *copy = Copy::Out,
            _ => return Err(Fault::target("the target sent COPY data out of turn")),
        }
        Ok(())
    }

    /// The target's COPY data are over; what was done follows.
    pub(super) fn copy_out_ends(&mut self) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.copy == Copy::Out => batch.copy = Copy::No,
            Some(Expected::Execute { copy: copy @ Copy::Out, .. }) => *copy = Copy::No,
            _ => return Err(Fault::target("the target ended COPY data that it had not begun")),
        }
        Ok(())
    }
}
