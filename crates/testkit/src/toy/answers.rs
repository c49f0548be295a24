//! The target speaks: each of its messages is part of an answer that it owes, or passes as it is.

use bytes::Bytes;
use model::{Outcome, Status};
use wire::{InterruptKey, Malformed, Out, Side, Why};

use super::frame::{self, Frame, tag};
use super::raw::Raw;
use super::results::{Owed, Part, Running, state};
use super::stream::{Phase, ToyStream};

impl ToyStream {
    pub(super) fn target_frame(&mut self, frame: &Frame, out: &mut dyn Out) -> Result<(), Malformed> {
        match (self.phase, frame.tag) {
            (Phase::Greeting, tag::HELLO) => self.tell(frame.bytes.clone(), out),
            (Phase::Greeting, tag::KEY) => {
                // The client gets a key of ours: the target's own would let it cancel without us.
                let key = self.opening.entropy.take::<16>().map_err(|_| Malformed("no key could be made"))?;
                self.target_key = Bytes::copy_from_slice(frame.body());
                out.interruptible(InterruptKey(Bytes::copy_from_slice(&key)));
                self.tell(frame::write(tag::KEY, &key), out);
                self.phase = Phase::Commands;
            }
            (Phase::Greeting, _) => return Err(Malformed("the target did not sign us in")),
            (_, tag::DONE | tag::ERROR) => self.last(frame, out)?,
            (_, tag::UPGRADE) => match self.replies.pop() {
                Some(Owed::Command(running)) if running.is_cut() => {
                    out.outcome(running.go, Outcome::of(Status::Failed), Bytes::new());
                    self.close("it ran for too long", out);
                }
                Some(Owed::Command(running)) if self.phase == Phase::Upgrading && self.replies.is_empty() => {
                    self.tell(frame.bytes.clone(), out);
                    out.become_(Box::new(Raw::new(running.go)));
                }
                _ => return Err(Malformed("an upgrade that nobody asked for")),
            },
            (_, kind) => match self.replies.next_mut() {
                Some(Owed::Command(running)) => match running.part(frame)? {
                    Part::Shown(bytes) => out.send(Side::Client, 0, bytes, Why::Answer(running.go.ticket())),
                    Part::TooMuch => self.cut_short(out),
                    Part::Withheld => {}
                },
                Some(Owed::Refused(_)) | None if matches!(kind, tag::COLUMNS | tag::ROW) => {
                    return Err(Malformed("a result that nobody asked for"));
                }
                // A notice, or something that nobody knows: it passes as it is.
                Some(Owed::Refused(_)) | None => self.tell(frame.bytes.clone(), out),
            },
        }
        Ok(())
    }

    /// The last message of an answer: its outcome is written down first.
    fn last(&mut self, frame: &Frame, out: &mut dyn Out) -> Result<(), Malformed> {
        match self.replies.pop() {
            Some(Owed::Command(running)) => self.ended(*running, frame, out)?,
            Some(Owed::Refused(text)) if frame.tag == tag::ERROR => {
                self.tell(frame::error(state(frame), &text), out);
            }
            _ => return Err(Malformed("an answer that nobody waits for")),
        }
        self.replies.due().into_iter().for_each(|answer| self.tell(answer, out));
        if let Some(Owed::Command(running)) = self.replies.next()
            && running.is_cut()
        {
            self.cut_short(out); // It was overdue before its turn had come.
        }
        if self.replies.is_empty() && self.phase == Phase::Upgrading {
            self.phase = Phase::Commands;
        }
        Ok(())
    }

    fn ended(&mut self, mut running: Running, last: &Frame, out: &mut dyn Out) -> Result<(), Malformed> {
        self.limited &= !running.is_limited();
        let Some(why) = running.refusal(last) else {
            let shown = running.shown(last)?;
            let (go, outcome) = running.ended(last);
            out.outcome(go, outcome, shown);
            return Ok(());
        };
        let (go, outcome) = running.ended(last);
        if last.tag == tag::ERROR || !self.replies.is_empty() {
            let message = frame::error(state(last), &format!("signet: {why}"));
            out.outcome(go, outcome, message);
        } else {
            // The target was done before the cancel came: inside a transaction it must fail all the same.
            out.outcome(go, outcome, Bytes::new());
            self.refuse(&why, out);
        }
        Ok(())
    }
}
