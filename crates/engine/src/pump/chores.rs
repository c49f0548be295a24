//! What a stream's turn leaves to be done: questions to answer, handshakes, probes, holds.

use std::task::{Context, Poll};

use futures_util::StreamExt;
use model::{Class, Event, Public};
use ports::HoldEnd;
use wire::{Answer, Ask, Input, InterruptKey, Probe, Side, Ticket, Upstream};

use super::end::Transport;
use super::{End, Facts, Pump, Turn};
use crate::clock;
use crate::connect::Live;
use crate::fault::Cause;
use crate::identify::printable;
use crate::interrupts::{Delivered, Wish};
use crate::tls::Secured;

/// Something that took time and is done.
pub(crate) enum Chore {
    /// A derived key; `None` = it could not be computed.
    Derived(Ticket, Option<model::Secret>),
    /// A hold came to its end.
    Decided(Ticket, HoldEnd),
    /// A hold was taken back.
    Withdrawn,
    /// A probe has done its work.
    Probed,
}

impl Pump {
    /// Takes up everything that the stream asked for in its last input, until it asks for no more.
    ///
    /// Questions and answers are taken in turns from queues, never by calling on: a batch of ten thousand statements must not
    /// go ten thousand calls deep.
    pub(super) fn settle(&mut self) {
        if self.settling {
            return;
        }
        self.settling = true;
        while self.done.is_none() {
            if let Some((ticket, answer)) = self.answers.pop_front() {
                self.tell(Input::Answer(ticket, answer));
            } else if let Some((ticket, ask)) = self.out.questions.pop_front() {
                self.take_up(ticket, ask);
            } else {
                break;
            }
        }
        self.settling = false;
        for key in std::mem::take(&mut self.out.keys) {
            self.deadlines.target_ready();
            let registered = self.premises.interrupts.register(key, self.wishing.clone());
            self.registered.push(registered);
        }
        if let Some(successor) = self.out.successor.take() {
            self.stream = successor;
        }
        if let Some(what) = self.out.fault.take() {
            self.fault(what);
        }
        if let Some(word) = self.out.closed.take() {
            self.begin_closing(Cause::Closed(word));
            self.finish_queues();
        }
        if self.closing.is_some() {
            self.finish_queues();
        }
    }

    fn take_up(&mut self, ticket: Ticket, ask: Ask) {
        match ask {
            Ask::Challenge { user } => {
                self.user = Some(printable(&user));
                self.turns.push_back(Turn::Challenge(ticket, user));
            }
            Ask::Identify(claim) => self.turns.push_back(Turn::Identify(ticket, claim)),
            Ask::Connect(wanted) => self.turns.push_back(Turn::Connect(ticket, wanted)),
            Ask::Derive(kdf) => {
                let derived = self.premises.keys.derive(kdf);
                self.chores.push(Box::pin(async move { Chore::Derived(ticket, derived.await) }));
            }
            Ask::Act(action) => {
                self.deadlines.target_ready();
                self.decide(ticket, action);
            }
            Ask::Interrupt(key) => self.interrupt(&key),
        }
    }

    pub(super) fn poll_chores(&mut self, cx: &mut Context<'_>) -> bool {
        let mut moved = false;
        while let Poll::Ready(Some(chore)) = self.chores.poll_next_unpin(cx) {
            moved = true;
            match chore {
                Chore::Derived(ticket, Some(key)) => self.answer(ticket, Answer::Derived(key)),
                Chore::Derived(ticket, None) => self.answer(ticket, Answer::Refuse(Public::internal())),
                Chore::Decided(ticket, end) => self.decided(ticket, end),
                Chore::Withdrawn => {}
                Chore::Probed => self.probes -= 1,
            }
        }
        moved
    }

    // --- TLS ---

    /// The bytes before the handshake have left: wraps the leg.
    pub(super) fn begin_tls(&mut self, side: Side) {
        let (live, client_tls) = (&self.live, &self.facts.client_tls);
        let end = match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        };
        let Some(io) = end.take_leg().and_then(|leg| leg.into_io()) else {
            return self.fault("TLS on a leg that is not a byte transport");
        };
        end.transport = match (side, client_tls, live) {
            (Side::Client, Some(tls), _) => Transport::Securing(Box::pin(tls.clone().accept(io))),
            (Side::Target, _, Some(live)) => {
                Transport::Securing(Box::pin(self.premises.target_tls.connect(live.permit.resource(), io)))
            }
            _ => return self.fault("TLS was asked for where none is configured"),
        };
    }

    pub(super) fn poll_secure(&mut self, side: Side, cx: &mut Context<'_>) -> bool {
        let end = match side {
            Side::Client => &mut self.client,
            Side::Target => &mut self.target,
        };
        let Transport::Securing(handshake) = &mut end.transport else { return false };
        let Poll::Ready(outcome) = handshake.as_mut().poll(cx) else { return false };
        self.out.securing.remove(&side);
        match outcome {
            Ok(Secured { leg, facts, server_name }) => {
                end.transport = Transport::Open(leg);
                end.tls = true;
                self.tell_secured(side, facts, server_name.as_deref());
            }
            Err(error) => {
                end.transport = Transport::Gone;
                tracing::warn!(session = %self.chain.session(), ?side, %error, "TLS handshake failed");
                self.tls_failed(side);
            }
        }
        true
    }

    /// A client without TLS cannot be told anything; it is told when the target's certificate is not the right one.
    fn tls_failed(&mut self, side: Side) {
        if side == Side::Target {
            let reason = Public::new(Class::Target, "the TLS connection to the resource could not be established")
                .with_hint("The operators find the cause in the gateway's log.");
            let goodbye = Input::Stop(wire::Stop::Cut(reason));
            // The session ends whatever the stream makes of it.
            let _ = self.stream.input(clock::now(), goodbye, &mut self.out);
        } else if self.live.is_none() {
            let reason = Public::new(Class::Protocol, "the TLS handshake failed");
            self.out.record(self.signin_refused(reason));
        }
        self.begin_closing(Cause::Tls(side));
        self.finish_queues();
    }

    // --- cancel ---

    /// Another connection's key names a session: it is told. The one who asks learns nothing.
    fn interrupt(&mut self, key: &InterruptKey) {
        match self.premises.interrupts.deliver(key, self.facts.client, clock::now()) {
            Delivered::Yes => {}
            Delivered::Ignored => {
                self.premises.house.metrics.cancels_ignored.inc();
            }
            Delivered::Unknown => {
                self.premises.house.metrics.cancels_ignored.inc();
                let reason = Public::new(Class::NotFound, "a cancel request with an unknown key");
                self.out.record(self.signin_refused(reason));
            }
        }
    }

    /// This session's client wants what runs to be cancelled.
    pub(super) fn cancelled(&mut self, from: Wish) {
        if self.closing.is_none() {
            let Some(mark) = self.out.record(Event::Cancel { client: from.to_string() }) else { return };
            self.out.target.gate(mark);
            self.tell(Input::Cancel);
        }
    }

    /// Everything before it has left for the target: runs a probe on a connection of its own to the very same address.
    pub(super) fn begin_aside(&mut self, probe: Probe) {
        let Some(live) = &self.live else { return self.fault("a probe without a target") };
        let (permit, peer) = (live.permit.clone(), live.peer);
        let premises = self.premises.clone();
        let (protocol, chain, route) = (self.facts.protocol, self.chain.clone(), self.facts.route.clone());
        let client = self.facts.client;
        self.probes += 1;
        self.chores.push(Box::pin(async move {
            let limits = &premises.house.limits;
            let work = async {
                let dialled = premises.house.dialer.dial(&permit.resource().address, Some(peer)).await.ok()?;
                let stream = protocol.probe(probe, premises.opening(route.clone(), true, false));
                let nobody = End::new(Transport::None, premises.memory.clone());
                let facts = Facts { protocol, route, client, client_tls: None };
                let mut pump = Pump::new(stream, nobody, facts, premises.clone(), chain);
                let upstream = Upstream {
                    user: permit.account().user.clone(),
                    password: None,
                    tls: permit.resource().tls,
                    database: None,
                };
                pump.connected(dialled.leg, Live { permit, peer });
                pump.tell(Input::Answer(Ticket::new(0), Answer::Connected(upstream)));
                pump.next().await;
                Some(())
            };
            // A probe that takes too long is given up; the session goes on.
            let _ = tokio::time::timeout(limits.dial, work).await;
            Chore::Probed
        }));
    }
}
