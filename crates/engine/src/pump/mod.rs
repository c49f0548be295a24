//! The pump: one loop that moves bytes between two legs and a stream, for every protocol and every stage.
//!
//! A turn takes what came, gives it to the stream, answers the stream's questions, lets out what the gates allow, and sends.
//! It awaits nothing in between, so a pipeline of commands is decided and queued in one pass. What needs time (a hold, a
//! key derivation, a durable mark) is polled beside the legs; a stage that needs time of its own runs it with `during`.

mod cancel;
mod changed;
mod chores;
mod decide;
mod end;
mod feed;
mod goodbye;
mod hold;
mod masks;
mod meaning;
mod outbox;
mod queue;
mod release;
mod secure;
mod stage;
mod stops;
mod tap;
mod tickets;
mod turn;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::FuturesUnordered;
use ports::{Later, Mark};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Sleep;
use wire::{Answer, Claim, Input, Protocol, Route, Side, Stream, Ticket, Wanted};

pub(crate) use self::chores::Chore;
pub(crate) use self::end::{End, Transport};
pub(crate) use self::outbox::Outbox;
pub(crate) use self::stops::{Deadlines, Halt};
use crate::chain::Chain;
use crate::clock;
use crate::connect::Live;
use crate::fault::Cause;
use crate::half_open::Seat;
use crate::house::Premises;
use crate::interrupts::{Registered, Wish};
use crate::memory::{Held, Owner};
use crate::tls::ClientTls;

/// What a stage is told: a question that only a stage may answer, or the end.
pub(crate) enum Turn {
    Challenge(Ticket, String),
    Identify(Ticket, Claim),
    Connect(Ticket, Wanted),
    Ended(Cause),
}

/// A connection's facts that stages ask for.
pub(crate) struct Facts {
    pub(crate) protocol: &'static dyn Protocol,
    pub(crate) route: Route,
    pub(crate) client: SocketAddr,
    pub(crate) client_tls: Option<ClientTls>,
}

/// The machine around one stream.
pub(crate) struct Pump {
    stream: Box<dyn Stream>,
    client: End,
    target: End,
    out: Outbox,
    facts: Facts,
    premises: Arc<Premises>,
    chain: Arc<Chain>,
    live: Option<Live>,
    seat: Option<Seat>,
    /// The place among the connections; among the lingering ones for who was sent away.
    counted: Option<OwnedSemaphorePermit>,
    turns: VecDeque<Turn>,
    /// Answers that the stream has not been given yet.
    answers: VecDeque<(Ticket, Answer)>,
    settling: bool,
    held: Held,
    /// The user name of the sign-in under way.
    user: Option<String>,
    chores: FuturesUnordered<Later<Chore>>,
    stops: FuturesUnordered<Later<Halt>>,
    wishes: mpsc::Receiver<Wish>,
    wishing: mpsc::Sender<Wish>,
    registered: Vec<Registered>,
    /// The journal is behind: nothing is taken from the client before that mark is durable.
    pressed: Option<Mark>,
    reached: Option<(Mark, Later<Result<(), ports::JournalDown>>)>,
    /// What the session may have changed of what its database holds, in a transaction that may not have ended.
    changed: changed::Changed,
    /// It has run what may have changed that, for all that is known.
    ran_code: bool,
    /// It has run what may have made temporary things, which nobody else sees.
    shadows: bool,
    deadlines: Deadlines,
    timer: Pin<Box<Sleep>>,
    armed: Option<Instant>,
    closing: Option<Cause>,
    done: Option<Cause>,
}

/// Wishes to cancel that may wait for a session to act on them.
const WISHES: usize = 4;

impl Pump {
    pub(crate) fn new(
        stream: Box<dyn Stream>,
        client: End,
        facts: Facts,
        premises: Arc<Premises>,
        chain: Arc<Chain>,
    ) -> Self {
        let mint = wire::Mint::new(u64::from_be_bytes(premises.random()));
        let (wishing, wishes) = mpsc::channel(WISHES);
        let held = Held::nothing(premises.memory.clone(), Owner::Stranger(facts.client.ip().into()));
        let now = clock::now();
        Self {
            stream,
            client,
            target: End::new(Transport::None),
            out: {
                let (durability, metrics) = (premises.house.durability, premises.house.metrics.clone());
                Outbox::new(chain.clone(), facts.protocol.manifest(), mint, durability, metrics)
            },
            deadlines: Deadlines::handshake(now, &premises.house.limits),
            facts,
            premises,
            chain,
            live: None,
            seat: None,
            counted: None,
            turns: VecDeque::new(),
            answers: VecDeque::new(),
            settling: false,
            held,
            user: None,
            chores: FuturesUnordered::new(),
            stops: FuturesUnordered::new(),
            wishes,
            wishing,
            registered: Vec::new(),
            pressed: None,
            changed: changed::Changed::default(),
            ran_code: false,
            shadows: false,
            reached: None,
            timer: Box::pin(tokio::time::sleep_until(tokio::time::Instant::from_std(now))),
            armed: None,
            closing: None,
            done: None,
        }
    }

    /// Gives the stream an input and takes up what follows from it.
    pub(crate) fn tell(&mut self, input: Input<'_>) {
        if self.done.is_some() {
            return;
        }
        let before = self.out.client.queued();
        let verdict = self.stream.input(clock::now(), input, &mut self.out);
        if let Err(violation) = verdict {
            self.violated(violation, before);
        }
        self.settle();
    }

    fn side(&mut self, side: Side) -> &mut End {
        match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        }
    }
}
