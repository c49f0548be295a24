//! What the stages of a session ask of the pump, and do with it.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use model::{Event, Principal, SessionId, StreamId};
use ports::{Later, Mark};
use tokio::sync::OwnedSemaphorePermit;
use wire::{Answer, Route, Side, Ticket};

use super::end::Transport;
use super::{Halt, Pump, Turn};
use crate::authorise::Permit;
use crate::clock;
use crate::connect::Live;
use crate::fault::Cause;
use crate::half_open::Seat;
use crate::leg::Leg;
use crate::memory::Owner;
use crate::sessions::{Listed, Order};

impl Pump {
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
        if self.out.tickets.close(ticket) {
            self.give(ticket, answer);
        }
    }

    /// Gives the stream the answer to a question that is closed.
    pub(super) fn give(&mut self, ticket: Ticket, answer: Answer) {
        self.answers.push_back((ticket, answer));
        self.settle();
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

    /// The session begins: its first record is written and gates everything that goes to the target.
    pub(crate) async fn begin_session(&mut self, event: Event) -> Result<Mark, Cause> {
        match self.out.record(event) {
            Some(mark) => Ok(mark),
            None => Err(self.finish(Cause::Journal).await),
        }
    }

    /// Puts the session that has begun on the list of those under way.
    pub(crate) fn list(&self, permit: &Arc<Permit>, order: &Order) -> Listed {
        self.premises.sessions.enter(permit.clone(), self.chain.clone(), self.protocol_name(), order.clone())
    }

    /// The stream belongs to a session whose first record has that mark: it leaves the waiting room.
    pub(crate) fn join_session(&mut self, begun: Mark, who: &Principal) {
        self.out.target.gate(begun);
        self.out.client.gate(begun);
        self.seat = None;
        if let Err(short) = self.held.belongs_to(Owner::Person(who.id.clone())) {
            self.cut(short.into());
        }
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

    /// Keeps a place in the waiting room until the session begins, and one among the connections until the end.
    pub(crate) fn sit(&mut self, seat: Seat, counted: Option<OwnedSemaphorePermit>) {
        self.seat = Some(seat);
        self.counted = counted;
    }

    /// Something that will end the session when it comes true.
    pub(crate) fn stop_when(&mut self, halt: Later<Halt>) {
        self.stops.push(halt);
    }

    /// The client's leg was inside TLS from its first byte.
    pub(crate) fn secured_from_the_start(&mut self, facts: wire::TlsFacts, server_name: Option<&str>) {
        self.client.tls = true;
        self.tell_secured(Side::Client, facts, server_name);
    }
}
