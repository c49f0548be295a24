//! How a conversation ends: cancels, goodbyes and breaks.

use model::{Class, Public};
use wire::{InterruptKey, Out, Probe, Side, Why};

use super::frame::{self, tag};
use super::stream::{Phase, ToyStream};

impl ToyStream {
    pub(super) fn cancel_what_runs(&self, out: &mut dyn Out) {
        if self.replies.next().is_some() {
            out.aside(Probe::Cancel(InterruptKey(self.target_key.clone())));
        }
    }

    /// Takes a held command back, as if somebody had refused it.
    pub(super) fn withdraw(&mut self, why: &Public, out: &mut dyn Out) {
        if let Some((ticket, _)) = self.asked.take() {
            out.withdraw(ticket);
            self.refuse(why, out);
        }
    }

    /// Says goodbye as soon as nothing is under way any more.
    pub(super) fn settle(&mut self, out: &mut dyn Out) {
        if self.phase != Phase::Commands || self.asked.is_some() || !self.replies.is_empty() {
            return;
        }
        if let Some(why) = self.draining.take() {
            self.tell(frame::refusal(&why), out);
            self.quit("drained", out);
        } else if self.client_ended {
            self.quit("the client left", out);
        }
    }

    fn quit(&mut self, cause: &'static str, out: &mut dyn Out) {
        out.send(Side::Target, 0, frame::write(tag::QUIT, b""), Why::Plumbing("quit"));
        self.close(cause, out);
    }

    pub(super) fn close(&mut self, cause: &'static str, out: &mut dyn Out) {
        if let Some((ticket, _)) = self.asked.take() {
            out.withdraw(ticket);
        }
        self.phase = Phase::Over;
        out.close(cause);
    }

    pub(super) fn end(&mut self, side: Side, out: &mut dyn Out) {
        match (side, self.phase) {
            (_, Phase::Over) => {}
            (Side::Client, Phase::Commands) => {
                self.withdraw(&Public::new(Class::Cancelled, "the client left"), out);
                self.client_ended = true;
            }
            (Side::Client, _) => self.close("the client left", out),
            (Side::Target, _) => {
                self.tell(frame::refusal(&Public::new(Class::Target, "the target closed the connection")), out);
                self.close("the target left", out);
            }
        }
    }
}
