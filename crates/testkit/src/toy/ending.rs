//! How a conversation ends: cancels, goodbyes and breaks.

use model::{Class, Public};
use wire::{InterruptKey, Out, Probe, Side, Ticket, Why};

use super::frame::{self, tag};
use super::results::Owed;
use super::stream::{Phase, ToyStream};

impl ToyStream {
    pub(super) fn cancel_what_runs(&self, out: &mut dyn Out) {
        if self.replies.next().is_some() {
            out.aside(Probe::Cancel(InterruptKey(self.target_key.clone())));
        }
    }

    /// Cancels the command whose answer comes now, for reasons of ours: nothing is sent behind the cancel before it is over.
    pub(super) fn cut_short(&mut self, out: &mut dyn Out) {
        self.cancelling = true;
        self.cancel_what_runs(out);
    }

    /// A command has run for as long as it may. While others run before it, a cancel would hit one of those.
    pub(super) fn overdue(&mut self, ticket: Ticket, out: &mut dyn Out) {
        let is = |owed: &Owed| matches!(owed, Owed::Command(running) if running.go.ticket() == ticket);
        let place = self.replies.iter().position(is);
        let Some(Owed::Command(running)) = place.and_then(|at| self.replies.iter_mut().nth(at)) else { return };
        running.cut(Public::new(Class::Limit, "it ran for longer than the policy allows"));
        if place == Some(0) {
            self.cut_short(out);
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
