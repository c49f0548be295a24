//! Frames of the target. Runs of whole frames pass as one slice; a large row passes in pieces and is never held.

use bytes::{Buf, Bytes, BytesMut};
use model::{Class, Public};
use wire::{Out, Side, Ticket, Why};

use super::Relay;
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

/// What frames of the target are to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Part of the answer to that command.
    Answer(Ticket),
    /// Told outside of any answer.
    Unasked,
    /// Without room for data: ReadyForQuery, CloseComplete and their like.
    Empty,
}

impl Kind {
    /// Part of that answer; without one, something that was not asked for.
    pub(super) fn of(answering: Option<Ticket>) -> Self {
        answering.map_or(Self::Unasked, Self::Answer)
    }
}

/// Bytes of the target on their way: what stands before `ready` was inspected and leaves as it is.
pub(super) struct Flow<'a> {
    buffer: &'a mut BytesMut,
    ready: usize,
    /// Masked frames, which leave in the place of those that came. When there are any, nothing is ready.
    made: BytesMut,
    /// What stands for the frame at the front.
    instead: Option<Bytes>,
    /// What they are.
    kind: Kind,
    /// What comes is dropped.
    muted: bool,
    pub(super) out: &'a mut dyn Out,
}

impl Flow<'_> {
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.ready..).unwrap_or_default()
    }

    /// The body of the frame at the front.
    pub(super) fn body(&self, total: usize) -> &[u8] {
        self.rest().get(HEADER..total).unwrap_or_default()
    }

    /// This leaves in the place of the frame at the front.
    pub(super) fn put_instead(&mut self, frame: Bytes) {
        self.instead = Some(frame);
    }

    /// The frame at the front is not shown.
    pub(super) fn keep_back(&mut self, total: usize) {
        self.flush();
        self.buffer.advance(total.min(self.buffer.len()));
    }

    /// Frames are made of the one at the front, and leave in its place.
    pub(super) fn make<E>(
        &mut self,
        total: usize,
        kind: Kind,
        write: impl FnOnce(&[u8], &mut BytesMut) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.ready > 0 || self.kind != kind {
            self.flush();
            self.kind = kind;
        }
        if self.made.capacity() == 0 {
            // What comes with it is mostly of its kind, and a mask makes little longer.
            self.made.reserve(self.buffer.len().saturating_add(self.buffer.len() / 4));
        }
        let before = self.made.len();
        let made = write(self.buffer.get(HEADER..total).unwrap_or_default(), &mut self.made);
        match &made {
            Ok(()) => self.buffer.advance(total.min(self.buffer.len())),
            Err(_) => self.made.truncate(before),
        }
        made
    }

    /// From now on nothing is shown.
    pub(super) fn mute(&mut self) {
        self.flush();
        self.muted = true;
    }

    pub(super) fn is_muted(&self) -> bool {
        self.muted
    }

    pub(super) fn unmute(&mut self) {
        self.muted = false;
    }

    /// The frame at the front leaves as it is, if anything is shown now.
    pub(super) fn pass(&mut self, total: usize, kind: Kind) {
        if self.muted {
            self.instead = None;
            self.buffer.advance(total.min(self.buffer.len()));
        } else {
            self.let_through(total, kind);
        }
    }

    /// The frame at the front leaves as it is.
    fn let_through(&mut self, total: usize, kind: Kind) {
        if self.kind != kind || !self.made.is_empty() {
            self.flush();
            self.kind = kind;
        }
        if let Some(frame) = self.instead.take() {
            self.keep_back(total);
            self.made.extend_from_slice(&frame);
            return;
        }
        self.ready = self.ready.saturating_add(total).min(self.buffer.len());
    }

    /// Takes the frame at the front out, behind what is ready; nothing, while nothing is shown.
    pub(super) fn take(&mut self, total: usize) -> Bytes {
        self.flush();
        let came = self.buffer.split_to(total.min(self.buffer.len())).freeze();
        let frame = self.instead.take().unwrap_or(came);
        if self.muted { Bytes::new() } else { frame }
    }

    /// Sends what is ready, so that what comes next stands behind it.
    pub(super) fn flush(&mut self) {
        let run = if self.ready > 0 {
            self.buffer.split_to(std::mem::take(&mut self.ready)).freeze()
        } else if !self.made.is_empty() {
            self.made.split().freeze()
        } else {
            return;
        };
        {
            let why = match self.kind {
                Kind::Answer(to) => Why::Answer(to),
                Kind::Unasked => Why::Unasked,
                Kind::Empty => Why::Reply,
            };
            self.out.send(Side::Client, 0, run, why);
        }
    }
}

impl Relay {
    /// Lets through what is owed.
    pub(super) fn target(&mut self, buffer: &mut BytesMut, out: &mut dyn Out) -> Result<(), Fault> {
        let (made, instead) = (BytesMut::new(), None);
        let mut flow = Flow { buffer, ready: 0, made, instead, kind: Kind::Empty, muted: self.is_silent(), out };
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
                    flow.muted = self.is_silent();
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
        let answering = self.replies.answering().filter(|_| !flow.muted);
        flow.let_through(total, Kind::of(answering));
        if flow.muted {
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
        self.passing = Some(Passing { left: header.body(), row, muted: flow.muted });
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
        let muted = std::mem::replace(&mut flow.muted, passing.muted);
        flow.pass(here, Kind::of(self.replies.answering()));
        flow.flush();
        flow.muted = muted;
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
