//! A refusal has the effect of a server error: answered here when nothing is open upstream, else by a frame that the
//! target itself must refuse, whose error is then exchanged for ours.

use bytes::{BufMut, Bytes, BytesMut};
use model::{Action, Class, Public};
use wire::Out;

use super::expected::Expected;
use super::{Relay, Skip};
use crate::fault::Fault;
use crate::frame::{frame, put_c_str};
use crate::message::error::{Severity, build};
use crate::message::ready::{self, Transaction};
use crate::sqlstate;

/// How the answer to a message looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An error, then ReadyForQuery.
    Query,
    /// An error, then nothing until Sync.
    Extended,
    /// Nobody knows, so it ends the conversation.
    Unknown,
}

impl Relay {
    /// Refuses a message that needs no decision, because it cannot be taken in any case, and has that written down.
    pub(super) fn decline(
        &mut self,
        action: &Action,
        shape: Shape,
        public: &Public,
        out: &mut dyn Out,
    ) -> Result<(), Fault> {
        out.refused(action, public);
        self.refuse(shape, public, out)
    }

    /// Answers a refused message.
    pub(super) fn refuse(&mut self, shape: Shape, public: &Public, out: &mut dyn Out) -> Result<(), Fault> {
        let error = error(public);
        match shape {
            Shape::Unknown => return Err(Fault::refused(public.clone())),
            Shape::Query if self.nothing_is_open() => {
                let answer = [error.as_ref(), ready::IDLE].concat();
                self.answer_here(Bytes::from(answer), out);
            }
            Shape::Query => self.refuse_query(error, out),
            Shape::Extended if self.nothing_is_open() => {
                self.skip = Skip::UntilSync;
                self.answer_here(error, out);
            }
            Shape::Extended => self.refuse_bind(error, out),
        }
        Ok(())
    }

    /// A Query goes out that the target must refuse; `error` stands for its error.
    pub(super) fn refuse_query(&mut self, error: Bytes, out: &mut dyn Out) {
        self.plumb("refused query", unparsable(), out);
        self.replies.target(Expected::RefusedQuery(Some(error)));
        self.next_boundary();
        self.unsynced = false;
    }

    /// The same with an extended message.
    pub(super) fn refuse_bind(&mut self, error: Bytes, out: &mut dyn Out) {
        let bind = self.bind_to_nothing();
        self.plumb("refused bind", bind, out);
        self.replies.target(Expected::RefusedBind(error));
        self.unsynced = true;
        // The target will drop the rest, so nobody is asked about it.
        self.skip = Skip::UntilSync;
    }

    /// No transaction is open, and nothing was forwarded that could open one or would be part of one.
    fn nothing_is_open(&self) -> bool {
        self.transaction == Transaction::Idle && !self.unsynced && !self.replies.may_open()
    }

    /// Whether a transaction is open, or may be, in which a command would run that is asked about now. What was only parsed
    /// has done nothing yet.
    pub(super) fn may_hold_locks(&self) -> bool {
        self.transaction != Transaction::Idle || self.ran || self.replies.may_open()
    }

    /// In its turn, behind what the target still owes.
    fn answer_here(&mut self, answer: Bytes, out: &mut dyn Out) {
        for answer in self.replies.ours(answer) {
            self.say(answer, out);
        }
    }

    fn bind_to_nothing(&self) -> Bytes {
        frame(b'B', |body| {
            put_c_str(body, b"");
            put_c_str(body, &self.impossible);
            // No formats, no parameters, no result formats.
            body.put_bytes(0, 6);
        })
    }
}

/// A Query that no grammar takes.
fn unparsable() -> Bytes {
    frame(b'Q', |body: &mut BytesMut| put_c_str(body, b"refused by signet"))
}

/// The error that the client sees.
fn error(public: &Public) -> Bytes {
    match public.class {
        // Drivers know this text.
        Class::Cancelled => build(Severity::Error, sqlstate::of(public.class), &public.message, public.hint.as_deref()),
        _ => refused(public),
    }
}

/// The same for what the client did not ask for.
pub(super) fn refused(public: &Public) -> Bytes {
    let message = format!("refused: {}", public.message);
    build(Severity::Error, sqlstate::of(public.class), &message, public.hint.as_deref())
}
