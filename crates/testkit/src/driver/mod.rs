//! Runs one stream between two scripted peers, without an engine: feeds bytes cut as asked, answers questions, and writes
//! down all that happens in order. It breaks the test where a stream breaks a promise of the boundary.

mod desk;
mod inbox;
mod ledger;
mod probe;
mod run;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{Class, Public, Secret, TlsMode};
use wire::{
    Answer, Ask, Entropy, Input, Opening, Plan, Protocol, Route, Side, Stop, Stream, Ticket, TlsFacts, Upstream,
    Violation,
};

pub use desk::{Decide, Decision, Desk, HoldEnds, OpenDesk, TrustedDesk, ada, allow_all, denied};
pub use inbox::Cuts;
pub use ledger::{Event, Reason};
pub use run::{Run, Setup};

use crate::peer::{Heard, Peer, Said};
use crate::random::Random;
use inbox::Inbox;
use ledger::Ledger;

/// The most steps of one run: more means that it goes in circles.
const STEPS: usize = 5_000_000;

/// An opening for a leg that needs no TLS, with entropy that is always the same.
pub fn opening() -> Opening {
    let mut bytes = [0; Entropy::BYTES];
    let mut random = Random::new(7);
    bytes.fill_with(|| random.number().to_le_bytes()[0]);
    Opening {
        limits: model::Limits::default(),
        entropy: Entropy::new(bytes),
        route: Route::Fixed("prod".parse().unwrap()),
        principal: None,
        plaintext_allowed: true,
        tls_offered: false,
    }
}

/// Runs to the end: until the stream closes, a peer breaks the protocol, or nothing can happen any more.
pub fn run(setup: Setup) -> Run {
    let manifest = setup.protocol.manifest();
    let cap = setup.opening.limits.frame + 64;
    let mut driver = Driver {
        stream: setup.protocol.stream(setup.opening),
        protocol: setup.protocol,
        ledger: Ledger::new(manifest, 0x5157),
        desk: setup.desk,
        decide: setup.decide,
        peers: [setup.client, setup.target],
        inboxes: [Inbox::new(setup.cuts, 1), Inbox::new(setup.cuts, 2)],
        pauses: BTreeMap::new(),
        answers: Vec::new(),
        held: Vec::new(),
        overdue: Vec::new(),
        probing: false,
        probed: Vec::new(),
        again: Random::new(setup.cuts.seed().wrapping_add(3)),
        password: None,
        seen: 0,
        fed: Vec::new(),
        violation: None,
        now: Instant::now(),
        cap,
        stop: setup.stop,
        script: setup.script,
        turns: Random::new(setup.cuts.seed()),
    };
    driver.speak(Side::Client, |peer, say| peer.begin(say));
    driver.go();
    Run {
        events: driver.ledger.events,
        violation: driver.violation,
        effects: driver.peers[1].effects(),
        fed: driver.fed,
        probed: driver.probed,
    }
}

/// What a client is told, at once and again.
fn waiting() -> Public {
    Public::new(Class::NotApproved, "waiting for a human")
}

struct Driver {
    stream: Box<dyn Stream>,
    protocol: Arc<dyn Protocol>,
    ledger: Ledger,
    desk: Box<dyn Desk>,
    decide: Decide,
    peers: [Box<dyn Peer>; 2],
    inboxes: [Inbox; 2],
    /// Open questions and the side that each pauses.
    pauses: BTreeMap<Ticket, Side>,
    answers: Vec<(Ticket, Answer)>,
    held: Vec<(Ticket, HoldEnds)>,
    /// Commands that will have run for too long.
    overdue: Vec<Ticket>,
    /// A probe has done what it can, and the stream was not told.
    probing: bool,
    /// How much had happened when it was told.
    probed: Vec<usize>,
    /// When a client is told again that its command waits.
    again: Random,
    /// The target's password, until its leg is inside TLS.
    password: Option<Secret>,
    /// How many events the peers have heard.
    seen: usize,
    fed: Vec<(Side, Said)>,
    violation: Option<Violation>,
    now: Instant,
    cap: usize,
    stop: Option<(usize, Stop)>,
    script: VecDeque<(Side, Said)>,
    turns: Random,
}

impl Driver {
    fn go(&mut self) {
        for _ in 0..STEPS {
            if self.ledger.closed.is_some() || self.violation.is_some() {
                return;
            }
            if let Some((_, stop)) = self.stop.take_if(|(after, _)| self.fed.len() >= *after) {
                self.input(Input::Stop(stop));
            } else if !self.answers.is_empty() {
                let (ticket, answer) = self.answers.remove(0);
                if !matches!(answer, Answer::Waiting(_)) {
                    self.pauses.remove(&ticket);
                }
                self.input(Input::Answer(ticket, answer));
            } else if !self.held.is_empty() && self.again.once_in(4) {
                let ticket = self.held[self.again.below(self.held.len())].0;
                self.input(Input::Answer(ticket, Answer::Waiting(waiting())));
            } else {
                let first = if self.turns.once_in(2) { Side::Client } else { Side::Target };
                let heard = self.feed(first) || self.feed(first.other()) || self.read_on();
                if !(heard || self.probed() || self.end_a_hold() || self.run_over() || self.wake()) {
                    return;
                }
            }
        }
        panic!("the run goes in circles");
    }

    /// Gives the stream one more thing from that side; false when there is nothing that it would take.
    fn feed(&mut self, side: Side) -> bool {
        let at = usize::from(side == Side::Target);
        let wants = self.stream.wants(side);
        assert!(wants <= self.cap, "the stream wants {wants} bytes of the {side:?}, above every limit");
        let asked = self.pauses.values().any(|paused| *paused == side);
        assert!(!asked || wants == 0, "the stream reads the {side:?} while a question of it is open");
        if let Some((lane, mut buffer)) = self.inboxes[at].ready(wants) {
            let (before, events) = (buffer.clone(), self.ledger.events.len());
            self.input(Input::Data(side, lane, &mut buffer));
            assert!(before.ends_with(&buffer), "bytes were changed in the buffer");
            let moved = buffer.len() != before.len() || self.ledger.events.len() != events;
            self.inboxes[at].give_back(lane, buffer, moved);
            return true;
        }
        match self.inboxes[at].next(wants > 0, asked) {
            None => false,
            Some(Said::Bytes(lane, bytes)) => {
                self.fed.push((side, Said::Bytes(lane, bytes.clone())));
                self.inboxes[at].arrived(lane, &bytes);
                true
            }
            Some(said) => {
                self.fed.push((side, said.clone()));
                match said {
                    Said::Head(head) => self.input(Input::Head(side, head)),
                    Said::Cancel => self.input(Input::Cancel),
                    Said::End | Said::Bytes(..) => self.input(Input::End(side, None)),
                }
                true
            }
        }
    }

    fn input(&mut self, input: Input<'_>) {
        let done = self.stream.input(self.now, input, &mut self.ledger);
        self.violation = done.err();
        if let Some(next) = self.ledger.next.take() {
            self.stream = next;
        }
        self.answer();
        self.peers_hear();
    }

    /// Answers what can be answered at once, as the engine does; a hold is told and then waits.
    fn answer(&mut self) {
        for (ticket, side, ask) in std::mem::take(&mut self.ledger.asked) {
            self.pauses.insert(ticket, side);
            let refused = |why: Public| Answer::Refuse(why);
            let answer = match ask {
                Ask::Challenge { user } => Answer::Challenge(self.desk.challenge(&user)),
                Ask::Identify(claim) => self.desk.identify(&claim).map_or_else(refused, Answer::Known),
                Ask::Derive(kdf) => Answer::Derived(self.desk.derive(&kdf)),
                Ask::Connect(wanted) => {
                    self.speak(Side::Target, |peer, say| peer.begin(say));
                    self.desk.connect(&wanted).map_or_else(refused, |upstream| self.connected(upstream))
                }
                Ask::Act(action) => match (self.decide)(&action) {
                    Decision::Allow => Answer::Go(self.ledger.go(ticket), Plan::default()),
                    Decision::Plan(plan) => Answer::Go(self.ledger.go(ticket), plan),
                    Decision::Overdue => {
                        self.overdue.push(ticket);
                        Answer::Go(self.ledger.go(ticket), Plan::default())
                    }
                    Decision::Deny(why) => Answer::Refuse(why),
                    Decision::Silence => continue,
                    Decision::Hold(ends) => {
                        self.held.push((ticket, ends));
                        Answer::Waiting(waiting())
                    }
                },
                Ask::Interrupt(_) => continue,
            };
            self.answers.push((ticket, answer));
        }
    }

    /// As the engine does: a password is handed out when the leg is inside TLS, if it is to be.
    fn connected(&mut self, mut upstream: Upstream) -> Answer {
        self.password = upstream.password.take_if(|_| upstream.tls != TlsMode::Disable);
        Answer::Connected(upstream)
    }

    fn read_on(&mut self) -> bool {
        let Some((side, said)) = self.script.pop_front() else { return false };
        self.speak(side, |_, say| say.push(said));
        true
    }

    fn end_a_hold(&mut self) -> bool {
        if self.held.is_empty() {
            return false;
        }
        let (ticket, ends) = self.held.remove(0);
        match ends {
            HoldEnds::Approved => {
                let go = self.ledger.go(ticket);
                self.answers.push((ticket, Answer::Go(go, Plan::default())));
            }
            HoldEnds::Refused(why) => self.answers.push((ticket, Answer::Refuse(why))),
            HoldEnds::Cancelled => self.take_back(ticket, Input::Cancel),
            HoldEnds::Left => self.take_back(ticket, Input::End(Side::Client, None)),
        }
        true
    }

    /// The probes are over: told as late as can be, so that a stream that does not wait for it is found out.
    fn probed(&mut self) -> bool {
        if !std::mem::take(&mut self.probing) {
            return false;
        }
        self.probed.push(self.ledger.events.len());
        self.input(Input::Probed);
        true
    }

    /// A command has run for as long as it may, unless it has ended.
    fn run_over(&mut self) -> bool {
        self.overdue.retain(|ticket| self.ledger.owes(*ticket));
        let Some(ticket) = self.overdue.pop() else { return false };
        self.input(Input::Overdue(ticket));
        true
    }

    fn take_back(&mut self, ticket: Ticket, input: Input<'_>) {
        self.input(input);
        let withdrawn = self.ledger.events.contains(&Event::Withdrew(ticket));
        assert!(withdrawn || self.ledger.closed.is_some(), "a held command was not withdrawn");
    }

    fn wake(&mut self) -> bool {
        let Some(at) = self.stream.wake_at() else { return false };
        self.now = at.max(self.now + Duration::from_nanos(1));
        self.input(Input::Wake);
        true
    }

    /// The peers hear what was queued for them.
    fn peers_hear(&mut self) {
        while let Some(event) = self.ledger.events.get(self.seen).cloned() {
            self.seen += 1;
            match event {
                Event::Sent(to, lane, bytes, _) => {
                    self.speak(to, |peer, say| peer.hears(Heard::Bytes(lane, &bytes), say));
                }
                Event::Head(to, head, _) => self.speak(to, |peer, say| peer.hears(Heard::Head(&head), say)),
                Event::End(to) => self.speak(to, |peer, say| peer.hears(Heard::End, say)),
                Event::Secure(side) => {
                    if !self.inboxes[usize::from(side == Side::Target)].is_empty() {
                        // As the engine does: plaintext behind the request for TLS ends the session.
                        let what = Public::new(Class::Protocol, "bytes came before the TLS handshake");
                        self.violation = Some(Violation { side, what });
                        return;
                    }
                    let password = if side == Side::Target { self.password.take() } else { None };
                    self.input(Input::Secured(side, TlsFacts { password, ..TlsFacts::default() }));
                    self.speak(side, |peer, say| peer.hears(Heard::Secured, say));
                }
                Event::Withdrew(ticket) => {
                    self.pauses.remove(&ticket);
                    self.held.retain(|(held, _)| *held != ticket);
                    self.answers.retain(|(answered, _)| *answered != ticket);
                }
                Event::Aside(probe) => {
                    self.probe(probe);
                    self.probing = true;
                }
                _ => {}
            }
        }
    }

    fn speak(&mut self, side: Side, act: impl FnOnce(&mut dyn Peer, &mut Vec<Said>)) {
        let at = usize::from(side == Side::Target);
        let mut said = Vec::new();
        act(self.peers[at].as_mut(), &mut said);
        self.inboxes[at].said(said);
    }
}
