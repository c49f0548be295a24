//! The `Out` of a case: keeps the engine's rules and breaks the test where a stream breaks them.

use std::collections::BTreeSet;

use bytes::Bytes;
use model::{Action, Outcome, Public};
use testkit::plumbing::ends_a_copy;
use wire::{Ask, Go, Head, InterruptKey, Lane, Manifest, Mint, Out, Probe, Side, Stream, Ticket, Why};

use super::tell;

/// Plumbing of PostgreSQL that the client says itself. (That of the toy has other names; a flush may be the gateway's own.)
const FORWARDED: [&str; 4] = ["describe", "close", "sync", "empty query"];

/// What a stream did, and what it may do.
pub(super) struct Watch {
    manifest: &'static Manifest,
    mint: Mint,
    tickets: u64,
    /// Questions that were not looked at yet.
    pub(super) asked: Vec<(Ticket, Side, Ask)>,
    /// Questions that may still be taken back.
    open: BTreeSet<Ticket>,
    pub(super) withdrawn: Vec<Ticket>,
    /// Leave that was given and whose outcome is owed.
    live: BTreeSet<Ticket>,
    pub(super) given: usize,
    ended: usize,
    pub(super) securing: Vec<Side>,
    pub(super) next: Option<Box<dyn Stream>>,
    pub(super) closed: bool,
    closed_for: Vec<Side>,
    pub(super) connected: bool,
    /// All that was sent to each side.
    pub(super) sent: [Vec<u8>; 2],
    /// What each side has said: what is forwarded is a part of it, in its order and once.
    pub(super) said: [Vec<u8>; 2],
    /// How far what was forwarded has come in it.
    forwarded: usize,
    /// What bytes may go under a name of the manifest.
    pub(super) harmless: fn(&str, &[u8]) -> bool,
    /// A probe is under way.
    pub(super) probing: bool,
    /// Everything that happened, counted: it grows whenever a stream does something.
    pub(super) happened: usize,
}

impl Watch {
    pub(super) fn new(manifest: &'static Manifest) -> Self {
        Self {
            manifest,
            mint: Mint::new(0x5157),
            tickets: 0,
            asked: Vec::new(),
            open: BTreeSet::new(),
            withdrawn: Vec::new(),
            live: BTreeSet::new(),
            given: 0,
            ended: 0,
            securing: Vec::new(),
            next: None,
            closed: false,
            closed_for: Vec::new(),
            connected: false,
            sent: [Vec::new(), Vec::new()],
            said: [Vec::new(), Vec::new()],
            forwarded: 0,
            harmless: |_, _| true,
            probing: false,
            happened: 0,
        }
    }

    /// Gives leave.
    pub(super) fn go(&mut self, ticket: Ticket) -> Go {
        assert!(self.live.insert(ticket), "leave was given twice");
        self.given += 1;
        self.mint.go(ticket)
    }

    /// A question is answered for good.
    pub(super) fn answered(&mut self, ticket: Ticket) {
        self.open.remove(&ticket);
    }

    /// Whether a question waits for its answer.
    pub(super) fn is_open(&self, ticket: Ticket) -> bool {
        self.open.contains(&ticket)
    }

    /// The command whose turn it is: all before it have their outcomes.
    pub(super) fn first(&self) -> Option<Ticket> {
        self.live.first().copied()
    }

    /// Commands that have leave and no outcome yet.
    pub(super) fn unsettled(&self) -> usize {
        self.live.len()
    }

    fn check(&self, go: &Go) {
        assert!(self.mint.made(go), "leave that nobody gave");
        assert!(self.live.contains(&go.ticket()), "leave whose command has ended");
    }

    /// What the client did not say is not its command, and what it said once is not said twice.
    fn forwards(&mut self, bytes: &[u8]) {
        let rest = &self.said[0][self.forwarded..];
        let found = if bytes.is_empty() { Some(0) } else { rest.windows(bytes.len()).position(|part| part == bytes) };
        let Some(at) = found else {
            panic!("forwarded what the client did not say, or not there: {}", bytes.escape_ascii())
        };
        self.forwarded += at + bytes.len();
    }

    fn leaves(&mut self, to: Side, why: &Why<'_>, bytes: &[u8]) {
        tell(|| format!("    -> {to:?} {} {why:?}", bytes.escape_ascii()));
        self.happened += 1;
        assert!(!self.closed, "something was sent after the end");
        assert!(!self.closed_for.contains(&to), "something was sent to the {to:?} after its end");
        match why {
            Why::Answer(ticket) => {
                assert_eq!(to, Side::Client, "an answer was sent to the target");
                assert!(self.live.contains(ticket), "an answer to a command that has ended");
            }
            Why::Unasked | Why::Reply => assert_eq!(to, Side::Client, "a reply was sent to the target"),
            Why::Plumbing(name) => {
                assert!(self.manifest.plumbing.iter().any(|(known, _)| known == name), "`{name}` is not listed");
                assert!((self.harmless)(name, bytes), "not a {name}: {}", bytes.escape_ascii());
                if FORWARDED.contains(name) {
                    self.forwards(bytes);
                }
            }
            Why::Command(go) => {
                self.check(go);
                if !ends_a_copy(bytes) {
                    self.forwards(bytes);
                }
            }
        }
        assert!(to == Side::Client || self.connected, "something was sent to a target that is not connected");
    }
}

impl Out for Watch {
    fn ask(&mut self, pauses: Side, ask: Ask) -> Ticket {
        assert!(!self.closed, "a question after the end");
        self.happened += 1;
        self.tickets += 1;
        let ticket = Ticket::new(self.tickets);
        if !matches!(ask, Ask::Interrupt(_)) {
            self.open.insert(ticket);
            self.asked.push((ticket, pauses, ask));
        }
        ticket
    }

    fn withdraw(&mut self, ticket: Ticket) {
        assert!(self.open.remove(&ticket), "a question was taken back that is not open");
        self.happened += 1;
        self.asked.retain(|(asked, ..)| *asked != ticket);
        self.withdrawn.push(ticket);
    }

    fn refused(&mut self, _: &Action, _: &Public) {
        self.happened += 1;
    }

    fn send(&mut self, to: Side, _: Lane, bytes: Bytes, why: Why<'_>) {
        self.leaves(to, &why, &bytes);
        self.sent[usize::from(to == Side::Target)].extend_from_slice(&bytes);
    }

    fn head(&mut self, to: Side, _: Head, why: Why<'_>) {
        self.leaves(to, &why, b"");
    }

    fn progress(&mut self, of: &Go, _: Outcome) {
        self.happened += 1;
        self.check(of);
    }

    fn outcome(&mut self, of: Go, _: Outcome, last: Bytes) {
        self.happened += 1;
        self.check(&of);
        if !last.is_empty() {
            self.send(Side::Client, 0, last, Why::Answer(of.ticket()));
        }
        self.live.remove(&of.ticket());
        self.ended += 1;
        assert!(self.ended <= self.given, "more outcomes than commands");
    }

    fn secure(&mut self, side: Side) {
        self.happened += 1;
        self.securing.push(side);
    }

    fn become_(&mut self, next: Box<dyn Stream>) {
        self.happened += 1;
        self.next = Some(next);
    }

    fn aside(&mut self, _: Probe) {
        self.happened += 1;
        assert!(self.connected, "a probe of a target that is not connected");
        self.probing = true;
    }

    fn interruptible(&mut self, _: InterruptKey) {
        self.happened += 1;
    }

    fn end(&mut self, to: Side) {
        self.happened += 1;
        assert!(!self.closed && !self.closed_for.contains(&to), "the {to:?} was ended twice");
        self.closed_for.push(to);
    }

    fn close(&mut self, _: &'static str) {
        self.happened += 1;
        assert!(!self.closed, "closed twice");
        self.closed = true;
    }
}
