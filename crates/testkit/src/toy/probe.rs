//! The client role on a connection of its own: one cancel, then goodbye.

use std::time::Instant;

use wire::{Input, InterruptKey, Out, Side, Stream, Violation, Why};

use super::frame::{self, tag};

/// Sends one cancel.
pub(super) struct Cancel {
    key: Option<InterruptKey>,
}

impl Cancel {
    pub(super) fn new(key: InterruptKey) -> Self {
        Self { key: Some(key) }
    }
}

impl Stream for Cancel {
    fn input(&mut self, _: Instant, _: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        // Whatever comes first means that the connection is there.
        if let Some(key) = self.key.take() {
            out.send(Side::Target, 0, frame::write(tag::CANCEL, &key.0), Why::Plumbing("cancel"));
            out.end(Side::Target);
            out.close("cancelled");
        }
        Ok(())
    }

    fn wants(&self, _: Side) -> usize {
        0
    }
}
