//! The target speaks: each of its messages is part of an answer that it owes, or passes as it is.

use bytes::Bytes;
use wire::{InterruptKey, Malformed, Out, Side, Why};

use super::frame::{self, Frame, tag};
use super::raw::Raw;
use super::results::{Owed, state};
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
                Some(Owed::Command(running)) if self.phase == Phase::Upgrading && self.replies.is_empty() => {
                    self.tell(frame.bytes.clone(), out);
                    out.become_(Box::new(Raw::new(running.go)));
                }
                _ => return Err(Malformed("an upgrade that nobody asked for")),
            },
            (_, kind) => match self.replies.next_mut() {
                Some(Owed::Command(running)) => {
                    let shown = running.shown(frame)?;
                    out.send(Side::Client, 0, shown, Why::Answer(running.go.ticket()));
                }
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
            Some(Owed::Command(mut running)) => {
                let shown = running.shown(frame)?;
                let (go, outcome) = running.ended(frame);
                out.outcome(go, outcome, shown);
            }
            Some(Owed::Refused(text)) if frame.tag == tag::ERROR => {
                self.tell(frame::error(state(frame), &text), out);
            }
            _ => return Err(Malformed("an answer that nobody waits for")),
        }
        self.replies.due().into_iter().for_each(|answer| self.tell(answer, out));
        if self.replies.is_empty() && self.phase == Phase::Upgrading {
            self.phase = Phase::Commands;
        }
        Ok(())
    }
}
