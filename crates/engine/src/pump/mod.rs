//! The pump: one loop that moves bytes between two legs and a stream, for every protocol and every stage.
//!
//! A turn takes what came, gives it to the stream, answers the stream's questions, lets out what the gates allow, and sends.
//! It awaits nothing in between, so a pipeline of commands is decided and queued in one pass. What needs time (a hold, a
//! key derivation, a durable mark) is polled beside the legs; a stage that needs time of its own runs it with `during`.

mod chores;
mod desk;
mod end;
mod outbox;
mod queue;
mod stops;
mod turn;

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use futures_util::stream::FuturesUnordered;
use model::{Event, Public, SessionId, StreamId};
use ports::{Later, Mark};
use tokio::sync::mpsc;
use tokio::time::Sleep;
use wire::{Answer, Claim, Input, Protocol, Route, Side, Stop, Stream, Ticket, Wanted};

pub(crate) use self::chores::Chore;
pub(crate) use self::end::{End, Transport};
pub(crate) use self::outbox::{Granted, Outbox};
pub(crate) use self::stops::Deadlines;
use crate::chain::Chain;
use crate::clock;
use crate::connect::Live;
use crate::fault::Cause;
use crate::half_open::Seat;
use crate::house::Premises;
use crate::interrupts::{Registered, Wish};
use crate::leg::Leg;
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
    turns: VecDeque<Turn>,
    /// Answers that the stream has not been given yet.
    answers: VecDeque<(Ticket, Answer)>,
    settling: bool,
    /// The user name of the sign-in under way.
    user: Option<String>,
    chores: FuturesUnordered<Later<Chore>>,
    /// Probes under way; the session waits for them before it ends.
    probes: usize,
    stops: FuturesUnordered<Later<Stop>>,
    wishes: mpsc::Receiver<Wish>,
    wishing: mpsc::Sender<Wish>,
    registered: Vec<Registered>,
    /// The journal is behind: nothing is taken from the client before that mark is durable.
    pressed: Option<Mark>,
    reached: Option<(Mark, Later<Result<(), ports::JournalDown>>)>,
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
        let now = clock::now();
        Self {
            stream,
            client,
            target: End::new(Transport::None, premises.memory.clone()),
            out: Outbox::new(chain.clone(), facts.protocol.manifest(), mint, premises.house.metrics.clone()),
            deadlines: Deadlines::handshake(now, &premises.house.limits),
            facts,
            premises,
            chain,
            live: None,
            seat: None,
            turns: VecDeque::new(),
            answers: VecDeque::new(),
            settling: false,
            user: None,
            chores: FuturesUnordered::new(),
            probes: 0,
            stops: FuturesUnordered::new(),
            wishes,
            wishing,
            registered: Vec::new(),
            pressed: None,
            reached: None,
            timer: Box::pin(tokio::time::sleep_until(tokio::time::Instant::from_std(now))),
            armed: None,
            closing: None,
            done: None,
        }
    }

    // --- what stages ask and do ---

    pub(crate) fn session(&self) -> SessionId {
        self.chain.session()
    }

    pub(crate) fn protocol_name(&self) -> &'static str {
        self.facts.protocol.manifest().name
    }

    pub(crate) fn client_address(&self) -> SocketAddr {
        self.facts.client
    }

    pub(crate) fn client_is_tls(&self) -> bool {
        self.client.tls
    }

    pub(crate) fn route(&self) -> &Route {
        &self.facts.route
    }

    /// Pumps until the stream asks what only a stage can answer, or all is over. May be dropped and called again.
    pub(crate) async fn next(&mut self) -> Turn {
        poll_fn(|cx| self.poll_turn(cx)).await
    }

    /// Does a stage's own work while the pump goes on, so that a client that leaves is noticed.
    pub(crate) async fn during<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Cause> {
        let mut work = pin!(work);
        let turn = poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(done));
            }
            self.poll_turn(cx).map(Err)
        })
        .await;
        match turn {
            Ok(done) => Ok(done),
            Err(Turn::Ended(cause)) => Err(cause),
            Err(_) => Err(self.broken("a stream asked a second question of a stage").await),
        }
    }

    /// Gives the stream an answer that ends its question.
    pub(crate) fn answer(&mut self, ticket: Ticket, answer: Answer) {
        if self.out.answered(ticket) {
            self.answers.push_back((ticket, answer));
            self.settle();
        }
    }

    /// Pumps until the stream has said its goodbye. `otherwise` is the cause when it does not say one.
    pub(crate) async fn finish(&mut self, otherwise: Cause) -> Cause {
        self.deadlines.last_call(clock::now(), &self.premises.house.limits);
        match self.next().await {
            Turn::Ended(cause) => cause,
            _ => otherwise,
        }
    }

    /// A protocol crate broke a rule: the session is cut.
    pub(crate) async fn broken(&mut self, what: &'static str) -> Cause {
        self.fault(what);
        self.finish(Cause::Internal(what)).await
    }

    /// Writes a record of something refused, which the client's answer then waits for.
    pub(crate) async fn record_refusal(&mut self, event: Event) -> Result<(), Cause> {
        match self.out.record(event) {
            Some(mark) => {
                self.out.client.gate(mark);
                Ok(())
            }
            None => Err(self.finish(Cause::Journal).await),
        }
    }

    /// The session begins: its first record is written and gates everything that goes to the target. It leaves the waiting
    /// room and can be revoked.
    pub(crate) async fn begin_session(&mut self, event: Event, revoked: Later<Public>) -> Result<Mark, Cause> {
        let Some(mark) = self.out.record(event) else {
            return Err(self.finish(Cause::Journal).await);
        };
        self.join_session(mark, revoked);
        Ok(mark)
    }

    /// The stream belongs to a session whose first record has that mark, and ends when its credential is revoked.
    pub(crate) fn join_session(&mut self, begun: Mark, revoked: Later<Public>) {
        self.out.target.gate(begun);
        self.out.client.gate(begun);
        self.seat = None;
        self.stops.push(Box::pin(async move { Stop::Cut(revoked.await) }));
    }

    /// The number of the stream in its session.
    pub(crate) fn number(&mut self, stream: StreamId) {
        self.out.stream = stream;
    }

    /// The target's leg is open; from now on commands are decided.
    pub(crate) fn connected(&mut self, leg: Box<dyn Leg>, live: Live) {
        self.target.transport = Transport::Open(leg);
        self.out.open_target();
        self.live = Some(live);
        self.deadlines.connected(clock::now(), &self.premises.house.limits);
    }

    /// Keeps a place in the waiting room until the session begins.
    pub(crate) fn sit(&mut self, seat: Seat) {
        self.seat = Some(seat);
    }

    /// Something that will end the session when it comes true.
    pub(crate) fn stop_when(&mut self, stop: Later<Stop>) {
        self.stops.push(stop);
    }

    /// The client's leg was inside TLS from its first byte.
    pub(crate) fn secured_from_the_start(&mut self, facts: wire::TlsFacts, server_name: Option<&str>) {
        self.client.tls = true;
        self.tell_secured(Side::Client, facts, server_name);
    }

    // --- what the stream is told ---

    /// Gives the stream an input and takes up what follows from it.
    pub(crate) fn tell(&mut self, input: Input<'_>) {
        if self.done.is_some() {
            return;
        }
        let verdict = self.stream.input(clock::now(), input, &mut self.out);
        if let Err(violation) = verdict {
            self.violated(violation);
        }
        self.settle();
    }

    fn tell_secured(&mut self, side: Side, mut facts: wire::TlsFacts, server_name: Option<&str>) {
        if side == Side::Client && self.facts.route == Route::Named {
            let resource = server_name.and_then(|name| self.premises.house.resources.by_server_name(name));
            if let Some(resource) = resource {
                facts.resource = Some(resource.name.clone());
                self.facts.route = Route::Fixed(resource.name.clone());
            }
        }
        self.tell(Input::Secured(side, facts));
    }

    fn violated(&mut self, violation: wire::Violation) {
        let reason = violation.what.clone();
        if self.live.is_some() {
            self.out.record(Event::Violation { stream: self.out.stream, reason });
        } else {
            self.out.record(self.signin_refused(reason));
        }
        self.begin_closing(Cause::Violation(violation.side));
    }

    /// The record of a connection that came to nothing before anyone was named.
    fn signin_refused(&self, reason: Public) -> Event {
        Event::SigninRefused {
            client: self.facts.client.to_string(),
            protocol: self.protocol_name().to_owned(),
            user: self.user.clone(),
            resource: None,
            reason,
        }
    }

    /// An inner rule was broken: nothing that is queued for the target may be trusted any more.
    fn fault(&mut self, what: &'static str) {
        self.out.forsake_target();
        if self.closing.is_some() {
            return;
        }
        self.begin_closing(Cause::Internal(what));
        let goodbye = Input::Stop(Stop::Cut(Public::internal()));
        // What the stream makes of it beyond its goodbye does not matter: the session is over.
        let _ = self.stream.input(clock::now(), goodbye, &mut self.out);
        self.finish_queues();
    }

    fn begin_closing(&mut self, cause: Cause) {
        if self.closing.is_none() {
            self.closing = Some(cause);
            self.deadlines.last_call(clock::now(), &self.premises.house.limits);
        }
    }

    /// The end of both queues.
    fn finish_queues(&mut self) {
        use wire::Out as _;
        self.out.end(Side::Client);
        self.out.end(Side::Target);
    }
}
