//! Frames of the client: taken whole, parsed strictly, and what was inspected is exactly what goes on.

use bytes::{Bytes, BytesMut};
use model::{Class, Public};
use wire::{Out, Side};

use super::asked::{Asked, opaque};
use super::bound::Bound;
use super::expected::{Batch, Expected};
use super::prepared::Portal;
use super::refusal::Shape;
use super::{Relay, Skip};
use crate::fault::Fault;
use crate::frame::{HEADER, Header};
use crate::message::bind::Bind;
use crate::message::copy_fail::check_empty;
use crate::message::describe::Kind;
use crate::message::function_call::FunctionCall;
use crate::message::parse::Parse;
use crate::message::{close, describe, execute, query};

/// NAMEDATALEN of the target, less its end.
const LONGEST_NAME: usize = 63;

/// Messages that only a target sends, and the one that is over with sign-in.
const OUT_OF_PLACE: &[u8] = b"RKZTtnVGWNAIsvp";

impl Relay {
    /// Whether a frame of the client may be taken now.
    pub(super) fn takes_from_client(&self) -> bool {
        self.question.is_none()
            && !self.gone
            && !self.leaving
            && !self.over
            && !self.holds_back()
            && self.replies.len() <= self.limits.pipeline
    }

    /// Takes all whole frames that may be taken.
    pub(super) fn client(&mut self, buffer: &mut BytesMut, out: &mut dyn Out) -> Result<(), Fault> {
        while self.takes_from_client() {
            let header = Header::of(buffer).map_err(Fault::malformed(Side::Client))?;
            let Some(header) = header else {
                self.client_need = HEADER;
                break;
            };
            if !header.tag.is_ascii_alphabetic() || OUT_OF_PLACE.contains(&header.tag) {
                return Err(Fault::client("a message came that no client sends now"));
            }
            if header.total > self.limits.frame {
                return Err(Fault::client("a message is larger than can be inspected"));
            }
            if buffer.len() < header.total {
                self.client_need = header.total;
                break;
            }
            self.client_need = HEADER;
            if self.is_first_asked(header.tag, buffer.get(..header.total).unwrap_or_default(), out) {
                break;
            }
            let frame = buffer.split_to(header.total).freeze();
            self.client_frame(header.tag, frame, out)?;
        }
        Ok(())
    }

    fn client_frame(&mut self, tag: u8, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let malformed = Fault::malformed(Side::Client);
        if self.copy_in && !b"dcfHSX".contains(&tag) {
            return Err(Fault::client("a message came that has no place in COPY"));
        }
        match tag {
            b'X' => {
                check_empty(&frame).map_err(malformed)?;
                self.leave(frame, out);
            }
            b'S' => {
                check_empty(&frame).map_err(malformed)?;
                self.sync(frame, out);
            }
            _ if self.skip != Skip::No => {}
            b'Q' => self.query(frame, out)?,
            b'P' => self.parse(frame, out)?,
            b'B' => self.bind(frame, out)?,
            b'D' => self.describe(frame, out)?,
            b'E' => self.execute(frame, out)?,
            b'C' => self.close(frame, out)?,
            b'F' => self.function(frame, out)?,
            b'H' => {
                check_empty(&frame).map_err(malformed)?;
                self.plumb("flush", frame, out);
            }
            b'd' | b'c' | b'f' => self.copy_message(tag, frame, out)?,
            _ => self.ask(Asked::Unknown { frame }, out),
        }
        Ok(())
    }

    fn query(&mut self, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let text = query::parse(&frame).map_err(Fault::malformed(Side::Client))?;
        let (under_way, strings) = (self.under_way(), self.tracked.strings(self.under_way()));
        match self.tracked.read(&text, under_way, self.limits.batch) {
            Ok(statements) if statements.is_empty() => {
                let boundary = self.next_boundary();
                self.unsynced = false;
                self.plumb("empty query", frame, out);
                self.replies.target(Expected::Query(Batch { boundary, ..Batch::default() }));
                Ok(())
            }
            Ok(statements) => {
                self.ask(Asked::query(frame, text, statements, strings), out);
                Ok(())
            }
            Err(_) => {
                let public = Public::new(Class::Limit, "too many statements in one message")
                    .with_hint("Send them in several messages.");
                self.decline(&opaque("several statements", text), Shape::Query, &public, out)
            }
        }
    }

    fn parse(&mut self, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let parse = Parse::read(&frame).map_err(Fault::malformed(Side::Client))?;
        if !usable(&parse.name) {
            return self.decline(&opaque("PARSE", parse.text), Shape::Extended, &unusable_name(), out);
        }
        let statements = self.tracked.read(&parse.text, self.under_way(), self.limits.batch);
        let strings = self.tracked.strings(self.under_way());
        self.ask(Asked::parse(frame, parse, statements, strings), out);
        Ok(())
    }

    fn bind(&mut self, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let bind = Bind::read(&frame).map_err(Fault::malformed(Side::Client))?;
        if !usable(&bind.portal) || !usable(&bind.statement) {
            return self.decline(&opaque("BIND", bind.statement), Shape::Extended, &unusable_name(), out);
        }
        self.hold(Bound::new(frame, bind), out);
        Ok(())
    }

    fn describe(&mut self, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let (kind, _) = describe::parse(&frame).map_err(Fault::malformed(Side::Client))?;
        self.describe_bound(frame, kind == Kind::Statement, out);
        Ok(())
    }

    fn close(&mut self, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let (kind, name) = close::parse(&frame).map_err(Fault::malformed(Side::Client))?;
        if !usable(&name) {
            return self.decline(&opaque("CLOSE", name), Shape::Extended, &unusable_name(), out);
        }
        match kind {
            Kind::Statement => self.names.forget_statement(&name),
            Kind::Portal => self.names.forget_portal(&name),
        }
        self.extended("close", frame, Expected::Close, out);
        Ok(())
    }

    fn execute(&mut self, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let portal = execute::parse(&frame).map_err(Fault::malformed(Side::Client))?;
        if !usable(&portal) {
            return self.decline(&opaque("EXECUTE", portal), Shape::Extended, &unusable_name(), out);
        }
        let bound = self.bound.take();
        let runs = match &bound {
            Some(bound) => self.portal_of(bound),
            None => self.names.portal(&portal, self.boundary).cloned().unwrap_or_else(|| Portal::unknown(&portal)),
        };
        self.ask(Asked::execute(frame, &portal, bound, runs), out);
        Ok(())
    }

    fn function(&mut self, frame: Bytes, out: &mut dyn Out) -> Result<(), Fault> {
        let call = FunctionCall::read(&frame).map_err(Fault::malformed(Side::Client))?;
        self.ask(Asked::Function { frame, call }, out);
        Ok(())
    }

    /// Forwards an extended message that needs no question.
    pub(super) fn extended(&mut self, name: &'static str, frame: Bytes, expected: Expected, out: &mut dyn Out) {
        self.plumb(name, frame, out);
        self.replies.target(expected);
        self.unsynced = true;
    }

    fn sync(&mut self, frame: Bytes, out: &mut dyn Out) {
        self.plumb("sync", frame, out);
        if self.copy_in {
            return self.sync_in_copy();
        }
        self.skip = Skip::No;
        self.unsynced = false;
        let (boundary, ran) = (self.next_boundary(), std::mem::take(&mut self.ran));
        self.replies.target(Expected::Sync { boundary, ran });
    }
}

/// Whether the target takes a name as it stands. It cuts longer ones at 63 bytes and converts others between encodings, and
/// then two names are one there that are two here.
fn usable(name: &[u8]) -> bool {
    name.len() <= LONGEST_NAME && name.is_ascii()
}

fn unusable_name() -> Public {
    Public::new(Class::Unsupported, "the name of a prepared statement or portal is longer than 63 bytes or not ASCII")
        .with_hint("Give it a shorter name of ASCII characters.")
}

pub(super) fn too_many_names() -> Public {
    Public::new(Class::Limit, "too many prepared statements and portals are open")
        .with_hint("Close those that are not needed any more.")
}
