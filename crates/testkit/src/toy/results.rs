//! What the target owes, and what its messages become on their way to the client.

use bytes::{BufMut, Bytes, BytesMut};
use model::{Class, Outcome, Public, Status};
use wire::{Go, Malformed, Plan, Side, Violation};

use super::frame::{self, Frame, tag};

/// An answer that the target owes.
pub(super) enum Owed {
    /// To a command that was forwarded.
    Command(Box<Running>),
    /// To the message that stood for a refused one; the text is what the client is told instead of the target's.
    Refused(String),
}

/// A command under way.
pub(super) struct Running {
    pub(super) go: Go,
    plan: Plan,
    columns: Vec<String>,
    rows: u64,
}

impl Running {
    pub(super) fn new(go: Go, plan: Plan) -> Self {
        Self { go, plan, columns: Vec::new(), rows: 0 }
    }

    /// What the client is shown of a message: the same bytes, or masked ones. With a mask on, text that is not a row is
    /// withheld, because a value may stand in it.
    pub(super) fn shown(&mut self, frame: &Frame) -> Result<Bytes, Malformed> {
        Ok(match (frame.tag, &self.plan.mask) {
            (tag::COLUMNS, _) => {
                self.columns = columns(frame)?;
                frame.bytes.clone()
            }
            (tag::ROW, _) => {
                self.rows += 1;
                self.row(frame)?
            }
            (_, None) | (tag::DONE, _) => frame.bytes.clone(),
            (tag::ERROR, Some(_)) => frame::error(state(frame), "withheld: it may show what is masked"),
            (_, Some(_)) => frame::write(tag::NOTICE, b"withheld: it may show what is masked"),
        })
    }

    fn row(&self, frame: &Frame) -> Result<Bytes, Malformed> {
        let mut reader = frame.reader();
        let mut shown = BytesMut::with_capacity(frame.bytes.len());
        for column in &self.columns {
            let length = reader.u16()?;
            let value = reader.bytes(usize::from(length))?;
            let masked = self.plan.mask.as_ref().and_then(|mask| mask.field(column, value));
            let value = masked.as_deref().unwrap_or(value);
            shown.put_u16(u16::try_from(value.len()).map_err(|_| Malformed("a masked value is too long"))?);
            shown.put_slice(value);
        }
        reader.finish()?;
        Ok(if self.plan.mask.is_some() { frame::write(tag::ROW, &shown) } else { frame.bytes.clone() })
    }

    /// How it ended, by its last message.
    pub(super) fn ended(self, last: &Frame) -> (Go, Outcome) {
        let status = if last.tag == tag::ERROR { Status::Failed } else { Status::Done };
        (self.go, Outcome { rows: Some(self.rows), ..Outcome::of(status) })
    }
}

fn columns(frame: &Frame) -> Result<Vec<String>, Malformed> {
    let mut reader = frame.reader();
    let mut columns = Vec::new();
    while reader.remaining() > 0 {
        columns.push(String::from_utf8_lossy(reader.c_str()?).into_owned());
    }
    Ok(columns)
}

/// The transaction state in the last message of an answer.
pub(super) fn state(frame: &Frame) -> u8 {
    frame.body().first().copied().unwrap_or_default()
}

/// The fault of a peer.
pub(super) fn fault(side: Side, why: Malformed) -> Violation {
    Violation { side, what: Public::new(Class::Protocol, why.0) }
}
