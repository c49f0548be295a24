//! The driver's `Out`: writes everything down in order, and stops the test where a stream breaks a promise.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::{Action, Outcome, Public};
use wire::{Ask, Go, Head, InterruptKey, Lane, Manifest, Mint, Out, Probe, Side, Stream, Ticket, Why};

/// Why something was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// By the protocol itself, under a name of the manifest.
    Plumbing(&'static str),
    /// As part of the command of that question.
    Command(Ticket),
    /// Part of the answer to the command of that question.
    Answer(Ticket),
    /// Another answer.
    Reply,
}

/// One thing that a stream made happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Bytes left.
    Sent(Side, Lane, Bytes, Reason),
    /// A head left.
    Head(Side, Head, Reason),
    /// A command was asked about.
    Act(Ticket, model::Action),
    /// Another session was to be interrupted.
    Interrupt(InterruptKey),
    /// A question was taken back.
    Withdrew(Ticket),
    /// The protocol refused a command without asking.
    Refused(Action),
    /// A long command was written down.
    Progress(Ticket, Outcome),
    /// A command's end was written down.
    Outcome(Ticket, Outcome),
    /// TLS began on that side.
    Secure(Side),
    /// Another machine took over.
    Became,
    /// A probe was sent.
    Aside(Probe),
    /// The key for cancelling became known.
    Interruptible(InterruptKey),
    /// That side hears nothing more.
    End(Side),
    /// The conversation ended.
    Close(&'static str),
}

/// Everything that a stream made happen, in order.
pub(super) struct Ledger {
    pub(super) events: Vec<Event>,
    /// Questions that have yet to be answered, and which side they pause.
    pub(super) asked: Vec<(Ticket, Side, Ask)>,
    pub(super) next: Option<Box<dyn Stream>>,
    pub(super) mint: Mint,
    live: BTreeMap<Ticket, ()>,
    manifest: &'static Manifest,
    tickets: u64,
    ended: Vec<Side>,
    pub(super) closed: Option<&'static str>,
}

impl Ledger {
    pub(super) fn new(manifest: &'static Manifest, stamp: u64) -> Self {
        Self {
            events: Vec::new(),
            asked: Vec::new(),
            next: None,
            mint: Mint::new(stamp),
            live: BTreeMap::new(),
            manifest,
            tickets: 0,
            ended: Vec::new(),
            closed: None,
        }
    }

    /// Leave for the command of `ticket`; it is honoured until its outcome.
    pub(super) fn go(&mut self, ticket: Ticket) -> Go {
        self.live.insert(ticket, ());
        self.mint.go(ticket)
    }

    /// Whether that command has leave and no outcome yet.
    pub(super) fn owes(&self, ticket: Ticket) -> bool {
        self.live.contains_key(&ticket)
    }

    fn reason(&self, to: Side, why: Why<'_>) -> Reason {
        match why {
            Why::Plumbing(name) => {
                let listed = self.manifest.plumbing.iter().any(|(known, _)| *known == name);
                assert!(listed, "the plumbing `{name}` does not stand in the manifest");
                Reason::Plumbing(name)
            }
            Why::Command(go) => {
                self.check(go);
                Reason::Command(go.ticket())
            }
            Why::Answer(ticket) => {
                assert_eq!(to, Side::Client, "an answer was sent to the target");
                assert!(self.live.contains_key(&ticket), "an answer to a command that has ended");
                Reason::Answer(ticket)
            }
            Why::Unasked | Why::Reply => {
                assert_eq!(to, Side::Client, "a reply was sent to the target");
                Reason::Reply
            }
        }
    }

    fn check(&self, go: &Go) {
        assert!(self.mint.made(go), "a Go that the engine did not make");
        assert!(self.live.contains_key(&go.ticket()), "a Go whose command has ended");
    }

    fn open(&self, to: Side) {
        assert!(self.closed.is_none(), "something happened after close");
        assert!(!self.ended.contains(&to), "something was sent to the {to:?} after its end");
    }
}

impl Out for Ledger {
    fn ask(&mut self, pauses: Side, ask: Ask) -> Ticket {
        assert!(self.closed.is_none(), "a question after close");
        self.tickets += 1;
        let ticket = Ticket::new(self.tickets);
        match &ask {
            Ask::Act(action) => self.events.push(Event::Act(ticket, action.clone())),
            Ask::Interrupt(key) => self.events.push(Event::Interrupt(key.clone())),
            _ => {}
        }
        if !matches!(ask, Ask::Interrupt(_)) {
            self.asked.push((ticket, pauses, ask));
        }
        ticket
    }

    fn withdraw(&mut self, ticket: Ticket) {
        self.asked.retain(|(asked, ..)| *asked != ticket);
        self.events.push(Event::Withdrew(ticket));
    }

    fn refused(&mut self, action: &Action, _: &Public) {
        self.events.push(Event::Refused(action.clone()));
    }

    fn send(&mut self, to: Side, lane: Lane, bytes: Bytes, why: Why<'_>) {
        self.open(to);
        let reason = self.reason(to, why);
        self.events.push(Event::Sent(to, lane, bytes, reason));
    }

    fn head(&mut self, to: Side, head: Head, why: Why<'_>) {
        self.open(to);
        let reason = self.reason(to, why);
        self.events.push(Event::Head(to, head, reason));
    }

    fn progress(&mut self, of: &Go, so_far: Outcome) {
        self.check(of);
        self.events.push(Event::Progress(of.ticket(), so_far));
    }

    fn outcome(&mut self, of: Go, outcome: Outcome, last: Bytes) {
        self.check(&of);
        self.live.remove(&of.ticket());
        self.events.push(Event::Outcome(of.ticket(), outcome));
        if !last.is_empty() {
            self.open(Side::Client);
            self.events.push(Event::Sent(Side::Client, 0, last, Reason::Answer(of.ticket())));
        }
    }

    fn secure(&mut self, side: Side) {
        self.events.push(Event::Secure(side));
    }

    fn become_(&mut self, next: Box<dyn Stream>) {
        self.next = Some(next);
        self.events.push(Event::Became);
    }

    fn aside(&mut self, probe: Probe) {
        self.events.push(Event::Aside(probe));
    }

    fn interruptible(&mut self, key: InterruptKey) {
        self.events.push(Event::Interruptible(key));
    }

    fn end(&mut self, to: Side) {
        self.open(to);
        self.ended.push(to);
        self.events.push(Event::End(to));
    }

    fn close(&mut self, cause: &'static str) {
        assert!(self.closed.is_none(), "closed twice");
        self.closed = Some(cause);
        self.events.push(Event::Close(cause));
    }
}
