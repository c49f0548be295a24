//! Cancels: the wish of another connection, and the probe that carries it to the target.

use model::{Class, Event, Public};
use wire::{Answer, Input, InterruptKey, Probe, Ticket, Upstream};

use super::chores::Chore;
use super::end::{End, Transport};
use super::{Facts, Pump};
use crate::clock;
use crate::connect::Live;
use crate::interrupts::{Delivered, Wish};

impl Pump {
    /// Another connection's key names a session: it is told. The one who asks learns nothing.
    pub(super) fn interrupt(&mut self, key: &InterruptKey) {
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

    /// Begins the probes whose time has come. A target that is busy may take nothing until what runs has ended, and then bytes
    /// in front of a cancel never leave: when it has taken nothing for a while, the cancel goes on its own connection all the
    /// same.
    pub(super) fn begin_asides(&mut self) -> bool {
        let durable = self.premises.house.journal.durable();
        let flushed = self.target.flushed();
        let mut began = false;
        while let Some(probe) = self.out.target.due_aside(durable, flushed) {
            self.begin_aside(probe);
            began = true;
        }
        self.deadlines.probes_wait(clock::now(), self.out.target.asides() > 0);
        began
    }

    /// The target has taken nothing for a while. What waits for its own record goes on waiting.
    pub(super) fn hurry_asides(&mut self) {
        if !self.out.target.ready.is_empty() || !self.target.flushed() {
            self.out.target.hurry();
        }
    }

    /// Runs a probe on a connection of its own to the very same address.
    fn begin_aside(&mut self, probe: Probe) {
        let Some(live) = &self.live else { return self.fault("a probe without a target") };
        let (permit, peer) = (live.permit.clone(), live.peer);
        let premises = self.premises.clone();
        let (protocol, chain, route) = (self.facts.protocol, self.chain.clone(), self.facts.route.clone());
        let client = self.facts.client;
        self.chores.push(Box::pin(async move {
            let limits = &premises.house.limits;
            let work = async {
                let dialled = premises.house.dialer.dial(&permit.resource().address, Some(peer)).await.ok()?;
                let stream = protocol.probe(probe, premises.opening(route.clone(), true, false));
                let nobody = End::new(Transport::None);
                let facts = Facts { protocol, route, client, client_tls: None };
                let mut pump = Pump::new(stream, nobody, facts, premises.clone(), chain);
                let upstream = Upstream {
                    user: permit.account().user.clone(),
                    password: None,
                    tls: permit.resource().tls,
                    database: None,
                };
                pump.connected(dialled.leg, Live { permit, peer, password: None });
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
