//! Which words of the target are the client's to read: those for a command with a mask, and whatever comes in the
//! transaction that it is part of, may hold what is masked.

use wire::Side;

use super::Relay;
use super::flow::Flow;
use super::from_target::is_inspected;
use crate::fault::Fault;
use crate::frame::Header;
use crate::message::parameter_status;
use crate::told::{Told, told};

/// Whether words that come between commands may hold values that are masked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scrub {
    /// The last command that was decided has a mask.
    last: bool,
    /// Some command of this session had one.
    ever: bool,
    /// The boundary at which a transaction can end that no such command is part of.
    boundary: Option<u64>,
}

impl Scrub {
    /// A command has leave; the next Sync or Query is that boundary.
    pub(super) fn decided(&mut self, scrubs: bool, boundary: u64) {
        self.last = scrubs;
        if scrubs {
            self.ever = true;
            self.boundary = Some(boundary);
        }
    }

    /// No transaction is open behind that boundary: what was put off to its end is done.
    pub(super) fn transaction_ended(&mut self, boundary: u64) {
        self.boundary.take_if(|last| boundary >= *last);
    }
}

impl Relay {
    fn scrubs(&self, tag: u8) -> bool {
        match tag {
            // What was sent on a channel is from anybody, of any time.
            b'A' => self.scrub.ever,
            _ => {
                let running = self.replies.running();
                self.scrub.boundary.is_some() || running.map_or(self.scrub.last, |running| running.scrubs())
            }
        }
    }

    /// Has words of the target pass the exit: what is told instead of the frame at the front leaves in its place. Whether
    /// nothing is.
    pub(super) fn is_kept_back(&mut self, header: Header, flow: &mut Flow<'_>) -> Result<bool, Fault> {
        let malformed = Fault::malformed(Side::Target);
        if !has_words(header.tag) {
            return Ok(false);
        }
        let body = flow.body(header.total);
        if header.tag == b'S' {
            let (name, value) = parameter_status::parse(body).map_err(&malformed)?;
            self.tracked.note(name, value);
        }
        match told(header.tag, body, self.scrubs(header.tag)).map_err(malformed)? {
            Told::AsSaid => {}
            Told::Instead(frame) => flow.put_instead(frame),
            Told::Nothing => {
                flow.keep_back(header.total);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a large frame may not pass in pieces.
    pub(super) fn must_be_whole(&self, tag: u8, flow: &Flow<'_>) -> bool {
        match tag {
            b'D' | b'd' => self.veils_rows(flow),
            tag => is_inspected(tag) || (has_words(tag) && self.scrubs(tag)),
        }
    }
}

/// Errors, notices, notifications, settings, and what nobody knows.
fn has_words(tag: u8) -> bool {
    !b"123tTnCIsGHWcVZRKvDd".contains(&tag)
}
