//! COPY data: those of the client are part of the command that runs, with its leave.

use bytes::Bytes;
use wire::{Out, Side, Why};

use super::expected::{Copy, Expected};
use super::flow::Flow;
use super::{Relay, Skip};
use crate::fault::Fault;
use crate::message::copy_fail::{check, check_empty};
use crate::message::ready::Transaction;

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
            self.replies.newest().take(LOOK_BACK).find_map(Expected::may_copy)
        };
        // Nothing that could want them is under way: the target would drop them too.
        let Some(command) = command else { return Ok(()) };
        out.send(Side::Target, 0, frame, Why::Command(&command.go));
        if tag != b'd' {
            if !std::mem::take(&mut self.copy_in) {
                self.replies.target(Expected::CopyEnd);
            }
            self.flush_what_is_bounded(out);
        }
        Ok(())
    }

    /// The target asks for COPY data. Until they end it ignores Sync, also one that is on its way already.
    pub(super) fn copy_in_begins(&mut self) -> Result<(), Fault> {
        let out_of_turn = || Fault::target("the target asked for COPY data out of turn");
        let mut command = self.replies.pop().ok_or_else(out_of_turn)?;
        let syncs = self.take_syncs();
        let ended = matches!(self.replies.next(), Some(Expected::CopyEnd));
        if ended {
            self.replies.pop();
        }
        let begun = command.begin_copy(Copy::In { syncs });
        let extended = matches!(command, Expected::Execute { .. });
        self.replies.put_back(command);
        if !begun {
            return Err(out_of_turn());
        }
        self.copy_in = !ended;
        self.unsynced |= extended && syncs > 0;
        self.ran |= extended && syncs > 0;
        Ok(())
    }

    /// Takes the Syncs at the head of the queue out of it.
    fn take_syncs(&mut self) -> usize {
        let mut syncs: usize = 0;
        while matches!(self.replies.next(), Some(Expected::Sync { .. })) {
            self.replies.pop();
            syncs = syncs.saturating_add(1);
        }
        syncs
    }

    /// The client sends a Sync into its COPY data: the target ignores it, unless the COPY has failed by then.
    pub(super) fn sync_in_copy(&mut self) {
        if let Some(Copy::In { syncs }) = self.replies.next_mut().and_then(Expected::copy_mut) {
            *syncs = syncs.saturating_add(1);
        }
    }

    /// A Sync was answered that the COPY before it might have swallowed, but did not.
    pub(super) fn stray_ready(&mut self, transaction: Transaction) {
        self.stray = self.stray.saturating_sub(1);
        self.transaction = transaction;
        if self.skip == Skip::UntilReady {
            self.skip = Skip::No;
            self.unsynced = false;
            self.ran = false;
            if transaction == Transaction::Idle {
                let boundary = self.next_boundary();
                self.names.end_transaction(boundary);
            }
        }
    }

    /// The target sends COPY data.
    pub(super) fn copy_out_begins(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let begun = self.replies.next_mut().is_some_and(|expected| expected.begin_copy(Copy::Out));
        if !begun {
            return Err(Fault::target("the target sent COPY data out of turn"));
        }
        self.veil_copy(total, flow)
    }

    /// The target's COPY data are over; what was done follows.
    pub(super) fn copy_out_ends(&mut self, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next_mut().and_then(Expected::copy_mut) {
            Some(copy @ Copy::Out) => *copy = Copy::No,
            _ => return Err(Fault::target("the target ended COPY data that it had not begun")),
        }
        self.veiled_copy_ends(flow);
        Ok(())
    }
}
