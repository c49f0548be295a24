//! Plays the engine: feeds bytes, answers questions, writes down effects in order.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use model::{Action, Class, Kind, Limits, Outcome, Principal, PrincipalId, Public, TlsMode};
use wire::{
    Answer, Ask, Entropy, Go, Head, Input, InterruptKey, Lane, Mint, Opening, Out, Plan, Probe, Protocol, Route, Side,
    Stop, Stream, Ticket, TlsFacts, Upstream, Violation, Why,
};

use super::by_words;
use super::hides::Hides;
use super::messages::{self as m, render};
use crate::Postgres;

/// What the decide step says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Yes,
    No,
    Wait,
    /// Yes, but mask.
    Mask,
    /// Yes, with so many rows at most.
    Rows(u64),
    /// Yes, with so many bytes at most.
    Bytes(u64),
}

enum Event {
    Sent(Side, String, BytesMut),
    Other(String),
}

/// The engine's `Out`, written down.
pub(super) struct Effects {
    events: Vec<Event>,
    pub(super) asked: Vec<(Ticket, Ask)>,
    tickets: u64,
    paused: Vec<(Ticket, Side)>,
    pub(super) closed: bool,
    pub(super) securing: Option<Side>,
    pub(super) keys: Vec<InterruptKey>,
}

pub(super) struct Driver {
    stream: Box<dyn Stream>,
    pub(super) effects: Effects,
    client: BytesMut,
    target: BytesMut,
    piece: usize,
    mint: Mint,
    pub(super) upstream: Upstream,
    /// Questions that a human is asked.
    pub(super) waiting: Vec<Ticket>,
    /// Questions that the test answers itself.
    pub(super) open: Vec<(Ticket, Ask)>,
    pub(super) actions: Vec<Action>,
    pub(super) decide: fn(&Action) -> Says,
    pub(super) violation: Option<Violation>,
}

pub(super) fn principal() -> Principal {
    let id = PrincipalId { issuer: "local".into(), subject: "ada".into() };
    Principal { id, name: "ada".into(), kind: Kind::Human, groups: Vec::new() }
}

pub(super) fn opening() -> Opening {
    let mut bytes = [0; Entropy::BYTES];
    bytes.iter_mut().zip(0..).for_each(|(byte, at)| *byte = at);
    Opening {
        limits: Limits {
            frame: 256 * 1024,
            handshake_frame: 2048,
            batch: 5,
            pipeline: 50,
            names: 5,
            kdf_iterations: 10_000,
        },
        entropy: Entropy::new(bytes),
        route: Route::Fixed("prod".parse().unwrap()),
        principal: Some(principal()),
        plaintext_allowed: true,
        tls_offered: true,
    }
}

impl Driver {
    /// A session whose client is known already, and whose target asks for no password.
    pub(super) fn new(piece: usize) -> Self {
        Self::with(opening(), piece)
    }

    pub(super) fn with(opening: Opening, piece: usize) -> Self {
        Self::of(Postgres.stream(opening), piece)
    }

    pub(super) fn of(stream: Box<dyn Stream>, piece: usize) -> Self {
        Self {
            stream,
            effects: Effects {
                events: Vec::new(),
                asked: Vec::new(),
                tickets: 0,
                paused: Vec::new(),
                closed: false,
                securing: None,
                keys: Vec::new(),
            },
            client: BytesMut::new(),
            target: BytesMut::new(),
            piece,
            mint: Mint::new(7),
            upstream: Upstream {
                user: "app".into(),
                password: None,
                tls: TlsMode::Disable,
                database: Some("shop".into()),
            },
            waiting: Vec::new(),
            open: Vec::new(),
            actions: Vec::new(),
            decide: by_words,
            violation: None,
        }
    }

    /// From the StartupMessage to ReadyForQuery; forgets the effects.
    pub(super) fn enter(&mut self) {
        self.client(&m::startup(m::V3_0, &[("user", "ada")]));
        self.target(&m::welcome());
        assert!(self.violation.is_none(), "{:?}", self.violation);
        self.forget();
    }

    /// Forgets what was done and asked so far.
    pub(super) fn forget(&mut self) {
        self.effects.events.clear();
        self.actions.clear();
    }

    pub(super) fn client(&mut self, bytes: &[u8]) {
        self.bytes(Side::Client, bytes);
    }

    pub(super) fn target(&mut self, bytes: &[u8]) {
        self.bytes(Side::Target, bytes);
    }

    fn bytes(&mut self, side: Side, bytes: &[u8]) {
        for piece in bytes.chunks(self.piece.min(bytes.len()).max(1)) {
            match side {
                Side::Client => self.client.extend_from_slice(piece),
                Side::Target => self.target.extend_from_slice(piece),
            }
            self.pump();
        }
    }

    /// What `pump` does in the engine.
    pub(super) fn pump(&mut self) {
        loop {
            self.answers();
            let fed = self.feed(Side::Client) | self.feed(Side::Target);
            if !fed && self.effects.asked.is_empty() {
                return;
            }
        }
    }

    fn feed(&mut self, side: Side) -> bool {
        let wants = self.stream.wants(side);
        let paused = self.effects.paused.iter().any(|(_, paused)| *paused == side);
        let stopped = self.effects.closed || self.violation.is_some() || self.effects.securing == Some(side);
        let (stream, effects) = (&mut self.stream, &mut self.effects);
        let buffer = if side == Side::Client { &mut self.client } else { &mut self.target };
        if wants == 0 || paused || stopped || buffer.len() < wants {
            return false;
        }
        let before = buffer.len();
        let result = stream.input(Instant::now(), Input::Data(side, 0, buffer), effects);
        let taken = before - buffer.len();
        let ended = result.is_err() || effects.closed || !effects.asked.is_empty() || effects.securing.is_some();
        assert!(taken > 0 || ended || stream.wants(side) > wants, "no progress");
        if effects.securing == Some(side) && !buffer.is_empty() {
            effects.note("smuggled".into());
            effects.closed = true;
        }
        self.note(result);
        taken > 0
    }

    pub(super) fn input(&mut self, input: Input<'_>) {
        if self.effects.closed || self.violation.is_some() {
            return;
        }
        let result = self.stream.input(Instant::now(), input, &mut self.effects);
        self.note(result);
        self.pump();
    }

    fn note(&mut self, result: Result<(), Violation>) {
        if let Err(violation) = result {
            self.effects.note(format!("violation of {:?}: {}", violation.side, violation.what));
            self.violation = Some(violation);
        }
    }

    /// Answers what the engine answers by itself.
    fn answers(&mut self) {
        let asked = std::mem::take(&mut self.effects.asked);
        let mut left = Vec::new();
        for (ticket, ask) in asked {
            match ask {
                Ask::Act(action) => {
                    let says = (self.decide)(&action);
                    self.actions.push(action);
                    match says {
                        Says::Yes => self.approve(ticket),
                        Says::Mask => {
                            self.grant(ticket, Plan { mask: Some(std::sync::Arc::new(Hides)), ..Plan::default() });
                        }
                        Says::Rows(most) => self.grant(ticket, Plan { max_rows: Some(most), ..Plan::default() }),
                        Says::Bytes(most) => self.grant(ticket, Plan { max_bytes: Some(most), ..Plan::default() }),
                        Says::No => self.deny(ticket),
                        Says::Wait => {
                            self.waiting.push(ticket);
                            let public =
                                Public::new(Class::NotApproved, "waiting for approval").with_hint("be patient");
                            self.told(ticket, Answer::Waiting(public));
                        }
                    }
                }
                Ask::Connect(wanted) => {
                    self.effects.note(format!("connect {:?} {:?}", wanted.resource, wanted.database));
                    let upstream = self.upstream.clone();
                    self.reply(ticket, Answer::Connected(upstream));
                }
                Ask::Interrupt(key) => self.effects.note(format!("interrupt {:?}", key.0.as_ref())),
                other => left.push((ticket, other)),
            }
        }
        self.open.extend(left);
    }

    pub(super) fn approve(&mut self, ticket: Ticket) {
        self.grant(ticket, Plan::default());
    }

    fn grant(&mut self, ticket: Ticket, plan: Plan) {
        let go = self.mint.go(ticket);
        self.reply(ticket, Answer::Go(go, plan));
    }

    pub(super) fn deny(&mut self, ticket: Ticket) {
        self.reply(ticket, Answer::Refuse(Public::new(Class::Denied, "policy says no").with_hint("ask somebody")));
    }

    /// The last answer to a question.
    pub(super) fn reply(&mut self, ticket: Ticket, answer: Answer) {
        self.effects.paused.retain(|(open, _)| *open != ticket);
        self.told(ticket, answer);
    }

    fn told(&mut self, ticket: Ticket, answer: Answer) {
        if self.effects.closed || self.violation.is_some() {
            return;
        }
        let result = self.stream.input(Instant::now(), Input::Answer(ticket, answer), &mut self.effects);
        self.note(result);
    }

    pub(super) fn secured(&mut self, side: Side, facts: TlsFacts) {
        assert_eq!(self.effects.securing.take(), Some(side));
        self.input(Input::Secured(side, facts));
    }

    /// The time that the stream wants to be woken at has come.
    pub(super) fn wake(&mut self) {
        let at = self.stream.wake_at().expect("a time to be woken at");
        let result = self.stream.input(at, Input::Wake, &mut self.effects);
        self.note(result);
    }

    /// The bytes that the stream says it keeps.
    pub(super) fn holds(&self) -> usize {
        self.stream.holds()
    }

    pub(super) fn stop(&mut self, stop: Stop) {
        self.input(Input::Stop(stop));
    }

    pub(super) fn end(&mut self, side: Side) {
        self.input(Input::End(side, None));
    }

    /// Bytes of that side that were not taken.
    pub(super) fn untaken(&self, side: Side) -> usize {
        if side == Side::Client { self.client.len() } else { self.target.len() }
    }

    pub(super) fn wants(&self, side: Side) -> usize {
        self.stream.wants(side)
    }

    /// The effects so far, one line each.
    pub(super) fn log(&self) -> Vec<String> {
        self.effects.log()
    }

    /// Everything that was sent to one side.
    pub(super) fn sent(&self, side: Side) -> Vec<u8> {
        let sent = self.effects.events.iter().filter_map(|event| match event {
            Event::Sent(to, _, bytes) if *to == side => Some(bytes.as_ref()),
            _ => None,
        });
        sent.collect::<Vec<&[u8]>>().concat()
    }
}

impl Effects {
    fn note(&mut self, text: String) {
        self.events.push(Event::Other(text));
    }

    fn log(&self) -> Vec<String> {
        let line = |event: &Event| match event {
            Event::Sent(Side::Client, _, bytes) => format!("client < {}", render(bytes)),
            Event::Sent(Side::Target, why, bytes) => format!("target < {} ({why})", render(bytes)),
            Event::Other(text) => text.clone(),
        };
        self.events.iter().map(line).collect()
    }
}

impl Out for Effects {
    fn ask(&mut self, pauses: Side, ask: Ask) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket::new(self.tickets);
        if !matches!(ask, Ask::Interrupt(_)) {
            self.paused.push((ticket, pauses));
        }
        self.asked.push((ticket, ask));
        ticket
    }

    fn withdraw(&mut self, ticket: Ticket) {
        self.paused.retain(|(open, _)| *open != ticket);
        self.note("withdrawn".into());
    }

    fn refused(&mut self, action: &Action, reason: &Public) {
        self.note(format!("refused {} {:?}: {}", action.name, action.phase, reason.message));
    }

    fn send(&mut self, to: Side, lane: Lane, bytes: Bytes, why: Why<'_>) {
        assert_eq!(lane, 0);
        assert!(!self.closed, "bytes after the close");
        let why = match why {
            Why::Plumbing(name) => {
                assert_eq!(to, Side::Target);
                assert!(Postgres.manifest().plumbing.iter().any(|(known, _)| *known == name), "{name}");
                name.to_owned()
            }
            Why::Command(go) => format!("{:?}", go.ticket()).replace("Ticket", "command "),
            Why::Reply | Why::Unasked | Why::Answer(_) => {
                assert_eq!(to, Side::Client);
                String::new()
            }
        };
        match self.events.last_mut() {
            Some(Event::Sent(side, last, have)) if *side == to && *last == why => have.extend_from_slice(&bytes),
            _ => self.events.push(Event::Sent(to, why, bytes.as_ref().into())),
        }
    }

    fn head(&mut self, _: Side, _: Head, _: Why<'_>) {
        panic!("no heads here");
    }

    fn progress(&mut self, _: &Go, _: Outcome) {}

    fn outcome(&mut self, of: Go, outcome: Outcome, last: Bytes) {
        let ticket = format!("{:?}", of.ticket()).replace("Ticket", "outcome ");
        let rows = outcome.rows.map(|rows| format!(" rows {rows}")).unwrap_or_default();
        let code = outcome.code.map(|code| format!(" {code}")).unwrap_or_default();
        let masked = outcome.masked.map(|masked| format!(" masked {masked}")).unwrap_or_default();
        self.note(format!("{ticket} {:?}{rows}{masked}{code}", outcome.status));
        if !last.is_empty() {
            self.send(Side::Client, 0, last, Why::Answer(of.ticket()));
        }
    }

    fn secure(&mut self, side: Side) {
        self.securing = Some(side);
        self.note(format!("secure {side:?}"));
    }

    fn become_(&mut self, _: Box<dyn Stream>) {
        panic!("nothing to become");
    }

    fn aside(&mut self, probe: Probe) {
        let Probe::Cancel(key) = probe;
        self.note(format!("aside cancel {:?}", key.0.as_ref()));
    }

    fn interruptible(&mut self, key: InterruptKey) {
        self.keys.push(key);
    }

    fn end(&mut self, to: Side) {
        self.note(format!("end {to:?}"));
    }

    fn close(&mut self, cause: &'static str) {
        self.note(format!("close: {cause}"));
        self.closed = true;
    }
}
