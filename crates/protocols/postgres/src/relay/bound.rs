//! A Bind is held back until its Execute comes, and then one question covers both: the target runs functions already when
//! it binds, so that a Bind is part of what it executes. One that is not executed at once is asked about on its own.

use bytes::Bytes;
use model::Status;
use wire::{Go, Out, Side, Why};

use super::Relay;
use super::asked::Asked;
use super::expected::Expected;
use super::from_client::too_many_names;
use super::names::{TooMuch, own};
use super::prepared::Portal;
use super::refusal::Shape;
use super::running::{End, Running};
use crate::fault::Fault;
use crate::frame::HEADER;
use crate::message::bind::Bind;

/// How many Describes may stand between a Bind and its Execute.
const DESCRIBES: usize = 8;

/// How many bytes of frames are held.
const LARGEST: usize = 64 * 1024;

/// A Bind that the target has not been sent, and the Describes behind it.
pub(super) struct Bound {
    frame: Bytes,
    bind: Bind,
    described: Vec<Described>,
}

struct Described {
    frame: Bytes,
    /// Of a statement: its parameters are described first.
    parameters: bool,
}

impl Bound {
    pub(super) fn new(frame: Bytes, bind: Bind) -> Self {
        Self { frame, bind, described: Vec::new() }
    }

    pub(super) fn portal(&self) -> &Bytes {
        &self.bind.portal
    }

    /// Whether a frame belongs with it: its Execute, or a Describe for which there is room.
    fn takes(&self, tag: u8, frame: &[u8]) -> bool {
        match tag {
            b'E' => {
                let named = frame.get(HEADER..).and_then(|body| body.strip_prefix(self.bind.portal.as_ref()));
                named.is_some_and(|rest| rest.first() == Some(&0))
            }
            b'D' => self.described.len() < DESCRIBES && self.size().saturating_add(frame.len()) <= LARGEST,
            _ => false,
        }
    }

    /// Bytes of the frames that are held.
    pub(super) fn size(&self) -> usize {
        self.described.iter().map(|described| described.frame.len()).fold(self.frame.len(), usize::saturating_add)
    }
}

impl Relay {
    /// A Bind waits for its Execute; a large one does not.
    pub(super) fn hold(&mut self, bound: Bound, out: &mut dyn Out) {
        if bound.size() > LARGEST {
            self.ask_alone(bound, out);
        } else {
            self.bound = Some(bound);
        }
    }

    /// Asks about the Bind that is held, if a frame has come that does not belong with it. Whoever says goodbye instead has
    /// bound in vain.
    pub(super) fn is_first_asked(&mut self, tag: u8, frame: &[u8], out: &mut dyn Out) -> bool {
        match self.bound.take_if(|bound| tag != b'X' && !bound.takes(tag, frame)) {
            Some(bound) => {
                self.ask_alone(bound, out);
                true
            }
            None => false,
        }
    }

    fn ask_alone(&mut self, bound: Bound, out: &mut dyn Out) {
        let portal = self.portal_of(&bound);
        self.ask(Asked::bind(bound, portal), out);
    }

    /// What the portal of a Bind that is held will run.
    pub(super) fn portal_of(&self, bound: &Bound) -> Portal {
        let Bind { statement, parameters, binary, .. } = &bound.bind;
        let prepared = self.names.statement(statement, self.boundary).cloned();
        let (statement, parameters, binary) = (statement.clone(), parameters.clone(), binary.clone());
        Portal { prepared, statement, parameters, binary, hold: false }
    }

    /// A Describe follows the Bind that is held, or the target is asked now.
    pub(super) fn describe_bound(&mut self, frame: Bytes, parameters: bool, out: &mut dyn Out) {
        match self.bound.as_mut() {
            Some(bound) => bound.described.push(Described { frame, parameters }),
            None => {
                let expected = self.described_by(&frame, parameters, false);
                self.extended("describe", frame, expected, out);
            }
        }
    }

    /// A Bind goes out alone.
    pub(super) fn bind_alone(&mut self, bound: Bound, running: Running, out: &mut dyn Out) -> Result<(), Fault> {
        let Ok(registered) = self.register(&bound.bind) else { return self.no_room(running, out) };
        out.send(Side::Target, 0, bound.frame, Why::Command(&running.go));
        self.replies.target(Expected::Bind { running: Some(running), registered, portal: own(&bound.bind.portal) });
        for Described { frame, parameters } in bound.described {
            let expected = self.described_by(&frame, parameters, false);
            self.extended("describe", frame, expected, out);
        }
        self.unsynced = true;
        // Functions that run now can open no transaction, but they can write in the one that a Sync would commit.
        self.ran = true;
        Ok(())
    }

    /// A Bind goes out with the leave of its Execute, which follows.
    pub(super) fn bind_with(&mut self, bound: Bound, go: &Go, out: &mut dyn Out) -> Result<(), TooMuch> {
        let registered = self.register(&bound.bind)?;
        out.send(Side::Target, 0, bound.frame, Why::Command(go));
        self.replies.target(Expected::Bind { running: None, registered, portal: own(&bound.bind.portal) });
        for Described { frame, parameters } in bound.described {
            let expected = self.described_by(&frame, parameters, true);
            out.send(Side::Target, 0, frame, Why::Command(go));
            self.replies.target(expected);
        }
        Ok(())
    }

    /// What was granted needs more names than there may be.
    pub(super) fn no_room(&mut self, running: Running, out: &mut dyn Out) -> Result<(), Fault> {
        running.settle(End::of(Status::NotRun), Bytes::new(), out);
        self.refuse(Shape::Extended, &too_many_names(), out)
    }

    fn register(&mut self, bind: &Bind) -> Result<u64, TooMuch> {
        self.names.bind(bind, self.boundary)
    }
}
