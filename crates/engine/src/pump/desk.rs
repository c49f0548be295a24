//! What the decide step uses of the pump: records, gates, waits.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::AbortHandle;
use model::{Event, StreamId};
use ports::{Approvals, Decider, Mark};
use wire::{Go, Ticket};

use super::{Chore, Granted, Pump};
use crate::authorise::Permit;
use crate::chain::Chain;
use crate::decide::Waiting;

impl Pump {
    pub(crate) fn permit(&self) -> Option<Arc<Permit>> {
        self.live.as_ref().map(|live| live.permit.clone())
    }

    pub(crate) fn decider(&self) -> Arc<dyn Decider> {
        self.premises.house.decider.clone()
    }

    pub(crate) fn approvals(&self) -> Arc<dyn Approvals> {
        self.premises.house.approvals.clone()
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn stream_id(&self) -> StreamId {
        self.out.stream
    }

    /// Writes a record; `None` when the journal takes none, and then the session ends.
    pub(crate) fn record(&mut self, event: Event) -> Option<Mark> {
        self.out.record(event)
    }

    /// Client bytes queued from now on wait for that record.
    pub(crate) fn gate_client(&mut self, mark: Mark) {
        self.out.client.gate(mark);
    }

    /// A command has leave. What a proven read brings waits for its record; the rest waits on the way to the target.
    pub(crate) fn granted(&mut self, ticket: Ticket, granted: Granted) {
        if granted.read {
            self.out.client.gate(granted.mark);
        }
        self.out.granted.insert(ticket, granted);
    }

    pub(crate) fn mint(&self, ticket: Ticket) -> Go {
        self.out.mint.go(ticket)
    }

    pub(crate) fn count(&self, verdict: &'static str) {
        self.premises.house.metrics.commands.get_or_create(&vec![("verdict", verdict)]).inc();
    }

    // --- holds ---

    pub(crate) fn waits(&mut self, ticket: Ticket, abort: AbortHandle, waiting: Waiting) {
        self.out.holds.insert(ticket, (abort, waiting));
        self.premises.house.metrics.waiting.inc();
        self.count("held");
    }

    pub(crate) fn waited(&mut self, ticket: Ticket) -> Option<Waiting> {
        let (_, waiting) = self.out.holds.remove(&ticket)?;
        self.premises.house.metrics.waiting.dec();
        Some(waiting)
    }

    pub(crate) fn chore(&mut self, work: impl Future<Output = Chore> + Send + 'static) {
        self.chores.push(Box::pin(work));
    }
}
