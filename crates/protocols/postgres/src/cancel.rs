//! The probe that cancels: a connection of its own to the same target, the key, and nothing else.

use wire::{Answer, Input, InterruptKey, Out, Side, Why};

use crate::conversation::{Next, Over, Setting, Stage};
use crate::fault::Fault;
use crate::message::startup;
use crate::protection::Protection;

/// Sends one CancelRequest.
pub(crate) struct Cancel {
    key: InterruptKey,
    protection: Option<Protection>,
}

impl Cancel {
    /// Cancels what runs under this key of the target.
    pub(crate) fn new(key: InterruptKey) -> Self {
        Self { key, protection: None }
    }

    /// A cancel is not answered: the target closes the connection when it has looked at it.
    fn speak(&self, out: &mut dyn Out) {
        out.send(Side::Target, 0, startup::cancel_request(&self.key.0), Why::Plumbing("cancel request"));
        out.end(Side::Target);
    }
}

impl Stage for Cancel {
    fn input(&mut self, _: &mut Setting, input: Input<'_>, out: &mut dyn Out) -> Result<Next, Fault> {
        match (input, self.protection.as_mut()) {
            (Input::Answer(_, Answer::Connected(upstream)), None) => {
                let protection = Protection::begin(upstream.tls, out);
                self.protection = Some(protection);
                if protection == Protection::Ready {
                    self.speak(out);
                }
            }
            (Input::Data(Side::Target, _, buffer), Some(Protection::Ready)) => buffer.clear(),
            (Input::Data(Side::Target, _, buffer), Some(protection)) => protection.answer(buffer, out)?,
            (Input::Secured(Side::Target, _), Some(protection @ Protection::Handshake)) => {
                *protection = Protection::Ready;
                self.speak(out);
            }
            (Input::End(..), _) => return Ok(Over::close("cancel sent", out)),
            (Input::Answer(..) | Input::Stop(_), _) => return Ok(Over::close("cancel given up", out)),
            _ => {}
        }
        Ok(None)
    }

    fn wants(&self, from: Side) -> usize {
        match (from, self.protection) {
            (Side::Target, Some(protection)) => protection.wants().unwrap_or(1),
            _ => 0,
        }
    }
}
