//! Bytes of the target on their way to the client: runs of frames that leave as they came, and what stands in the place of
//! others.

use bytes::{Buf, Bytes, BytesMut};
use wire::{Out, Side, Ticket, Why};

use crate::frame::HEADER;

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

impl<'a> Flow<'a> {
    pub(super) fn new(buffer: &'a mut BytesMut, muted: bool, out: &'a mut dyn Out) -> Self {
        Self { buffer, ready: 0, made: BytesMut::new(), instead: None, kind: Kind::Empty, muted, out }
    }

    /// What has not been looked at.
    pub(super) fn rest(&self) -> &[u8] {
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

    /// From now on nothing is shown, or something again.
    pub(super) fn set_muted(&mut self, muted: bool) -> bool {
        std::mem::replace(&mut self.muted, muted)
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
    pub(super) fn let_through(&mut self, total: usize, kind: Kind) {
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
