//! What follows an upgrade: raw bytes both ways, under the leave of the command that asked for it.

use std::time::Instant;

use bytes::Bytes;
use model::{Outcome, Status};
use wire::{Go, Input, Out, Side, Stop, Stream, Violation, Why};

/// How many bytes are written down as progress at a time.
pub(super) const PROGRESS: u64 = 1024;

/// Raw bytes until both sides have ended.
pub(super) struct Raw {
    go: Option<Go>,
    so_far: u64,
    client_ended: bool,
}

impl Raw {
    pub(super) fn new(go: Go) -> Self {
        Self { go: Some(go), so_far: 0, client_ended: false }
    }

    /// Writes the end down, then lets the client see it.
    fn finish(&mut self, status: Status, cause: &'static str, out: &mut dyn Out) {
        if let Some(go) = self.go.take() {
            out.outcome(go, Outcome::of(status), Bytes::new());
            out.end(Side::Client);
            out.close(cause);
        }
    }
}

impl Stream for Raw {
    fn input(&mut self, _: Instant, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation> {
        let Some(go) = &self.go else { return Ok(()) };
        match input {
            Input::Data(Side::Client, lane, buffer) => {
                out.send(Side::Target, lane, buffer.split().freeze(), Why::Command(go));
            }
            Input::Data(Side::Target, lane, buffer) => {
                self.so_far = progress(go, self.so_far, buffer.len(), out);
                out.send(Side::Client, lane, buffer.split().freeze(), Why::Answer(go.ticket()));
            }
            Input::End(Side::Client, _) => {
                self.client_ended = true;
                out.end(Side::Target);
            }
            Input::End(Side::Target, _) => self.finish(Status::Done, "the target ended", out),
            Input::Overdue(_) => self.finish(Status::Failed, "it ran for too long", out),
            Input::Stop(Stop::Cut(_) | Stop::Drain(_)) => self.finish(Status::Unknown, "stopped", out),
            _ => {}
        }
        Ok(())
    }

    fn wants(&self, from: Side) -> usize {
        match from {
            _ if self.go.is_none() => 0,
            Side::Client => usize::from(!self.client_ended),
            Side::Target => 1,
        }
    }
}

/// Adds `more` bytes and writes down each full step, so that what is written does not depend on how the bytes were cut.
pub(super) fn progress(go: &Go, so_far: u64, more: usize, out: &mut dyn Out) -> u64 {
    let total = so_far + more as u64;
    for step in so_far / PROGRESS + 1..=total / PROGRESS {
        out.progress(go, Outcome { bytes: step * PROGRESS, ..Outcome::of(Status::Suspended) });
    }
    total
}
