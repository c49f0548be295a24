//! Frames of the target. Runs of whole frames pass as one slice; a large row passes in pieces and is never held.

use bytes::BytesMut;
use model::{Class, Public};
use wire::{Out, Side, Why};

use super::Relay;
use super::flow::{Flow, Kind};
use super::said::Said;
use crate::fault::Fault;
use crate::frame::{HEADER, Header};
use crate::message::data_row::RowCheck;

/// A frame that passes may be waited for up to this size; a larger one passes in pieces.
const WHOLE: usize = 64 * 1024;

/// A frame that is passing in pieces.
pub(super) struct Passing {
    left: usize,
    row: Option<(RowCheck, Option<u16>)>,
    /// Nothing of it is shown.
    muted: bool,
}

impl Relay {
    /// Lets through what is owed.
    pub(super) fn target(&mut self, buffer: &mut BytesMut, out: &mut dyn Out) -> Result<(), Fault> {
        let mut flow = Flow::new(buffer, self.is_silent(), out);
        let result = self.scan(&mut flow);
        flow.flush();
        result
    }

    fn scan(&mut self, flow: &mut Flow<'_>) -> Result<(), Fault> {
        while !self.over {
            if self.passing.is_some() {
                if self.pass_on(flow)? {
                    continue;
                }
                return Ok(());
            }
            let Some(header) = Header::of(flow.rest()).map_err(Fault::malformed(Side::Target))? else {
                self.target_need = HEADER;
                return Ok(());
            };
            if header.total > self.limits.frame && matches!(header.tag, b'D' | b'd') && self.veils_rows(flow) {
                self.withhold(too_large_a_row(), flow);
            }
            if flow.rest().len() >= header.total {
                self.whole(header, flow)?;
                self.release(flow);
                if self.late {
                    flow.flush();
                    self.stop_what_is_overdue(flow.out);
                    flow.set_muted(self.is_silent());
                }
            } else if header.total > WHOLE && !self.must_be_whole(header.tag, flow) {
                self.begin_to_pass(header, flow)?;
            } else if header.total > self.limits.frame {
                return Err(Fault::target("a message of the target is larger than can be inspected"));
            } else {
                self.target_need = header.total;
                return Ok(());
            }
        }
        Ok(())
    }

    fn whole(&mut self, header: Header, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let malformed = Fault::malformed(Side::Target);
        if self.is_kept_back(header, flow)? {
            return Ok(());
        }
        match header.tag {
            b'D' => {
                let columns = self.row(header.total, flow)?;
                if self.veils_rows(flow) {
                    return self.show_row(header.total, flow);
                }
                let mut row = RowCheck::new();
                let body = flow.rest().get(HEADER..header.total).unwrap_or_default();
                row.piece(body, columns).and_then(|()| row.finish()).map_err(malformed)?;
                flow.pass(header.total, Kind::of(self.replies.answering()));
                Ok(())
            }
            b'd' => {
                self.copy_data(header.total, flow)?;
                if self.veils_rows(flow) {
                    return self.show_copied(header.total, flow);
                }
                flow.pass(header.total, Kind::of(self.replies.answering()));
                Ok(())
            }
            b'S' => {
                self.admit(header.total, false, flow);
                self.report(header.total, flow);
                Ok(())
            }
            b'A' => {
                self.report(header.total, flow);
                Ok(())
            }
            tag => {
                if b"THVN".contains(&tag) {
                    self.admit(header.total, false, flow);
                }
                let body = flow.rest().get(HEADER..header.total).unwrap_or_default();
                let said = Said::read(tag, body).map_err(malformed)?;
                self.hear(said, header.total, flow)
            }
        }
    }

    /// A setting or a notification is no part of a result, so that it is shown when nothing else is.
    fn report(&mut self, total: usize, flow: &mut Flow<'_>) {
        let answering = self.replies.answering().filter(|_| !flow.is_muted());
        flow.let_through(total, Kind::of(answering));
        if flow.is_muted() {
            flow.flush();
        }
    }

    fn begin_to_pass(&mut self, header: Header, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let row = match header.tag {
            b'D' => Some((RowCheck::new(), self.row(header.total, flow)?)),
            b'd' => {
                self.copy_data(header.total, flow)?;
                None
            }
            _ => {
                self.admit(header.total, false, flow);
                None
            }
        };
        flow.pass(HEADER, Kind::of(self.replies.answering()));
        flow.flush();
        self.passing = Some(Passing { left: header.body(), row, muted: flow.is_muted() });
        self.target_need = 1;
        Ok(())
    }

    /// Passes on what is there of a large frame. Whether there is more to do.
    fn pass_on(&mut self, flow: &mut Flow<'_>) -> Result<bool, Fault> {
        let Some(passing) = self.passing.as_mut() else { return Ok(true) };
        let here = passing.left.min(flow.rest().len());
        if let Some((row, columns)) = passing.row.as_mut() {
            let piece = flow.rest().get(..here).unwrap_or_default();
            row.piece(piece, *columns).map_err(Fault::malformed(Side::Target))?;
        }
        // What was begun is finished.
        let muted = flow.set_muted(passing.muted);
        flow.pass(here, Kind::of(self.replies.answering()));
        flow.flush();
        flow.set_muted(muted);
        passing.left = passing.left.saturating_sub(here);
        if passing.left > 0 {
            return Ok(false);
        }
        if let Some((row, _)) = passing.row.take() {
            row.finish().map_err(Fault::malformed(Side::Target))?;
        }
        self.passing = None;
        self.target_need = HEADER;
        for ours in std::mem::take(&mut self.deferred) {
            flow.out.send(Side::Client, 0, ours, Why::Reply);
        }
        Ok(true)
    }
}

/// Messages that must be there whole before they pass.
pub(super) fn is_inspected(tag: u8) -> bool {
    b"123tTnCIsGHWcVZESRKv".contains(&tag)
}

fn too_large_a_row() -> Public {
    Public::new(Class::Limit, "a row of this result is too large to be masked")
        .with_hint("Ask for fewer columns, or for parts of large values.")
}
