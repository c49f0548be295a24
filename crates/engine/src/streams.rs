//! A session with many streams: SSH channels, HTTP exchanges. They share identity, permit and record chain, and nothing else;
//! a stalled one holds up no other.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use model::StreamId;
use ports::Verified;
use tokio::sync::{OwnedSemaphorePermit, watch};
use wire::Side;

use crate::accept::{Door, begin};
use crate::authorise::Shared;
use crate::chain::Chain;
use crate::fault::Cause;
use crate::gateway::Phase;
use crate::house::Premises;
use crate::leg::Leg;
use crate::session;

/// A connection that carries many streams.
pub trait Trunk: Send {
    /// The next stream that the client opens; `None` when it will open no more.
    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<Option<Box<dyn Leg>>>;
}

/// What the streams of one session have in common.
pub(crate) struct Streams {
    pub(crate) trunk: Box<dyn Trunk>,
    pub(crate) verified: Verified,
    pub(crate) client: SocketAddr,
    pub(crate) door: Arc<Door>,
    pub(crate) chain: Arc<Chain>,
    pub(crate) phase: watch::Receiver<Phase>,
    /// Its place among the connections.
    pub(crate) counted: Option<OwnedSemaphorePermit>,
}

/// Runs every stream that comes, side by side, until the client opens no more and all have ended.
pub(crate) async fn run(streams: Streams, premises: Arc<Premises>) -> Cause {
    let Streams { mut trunk, verified, client, door, chain, phase, counted: _until_the_end } = streams;
    let shared = Shared::default();
    let mut running = FuturesUnordered::new();
    let (mut open, mut opened, mut last) = (true, 0, Cause::Left(Side::Client));
    let (mut ordered, mut killed) = (shared.order.given(), false);
    while open || !running.is_empty() {
        tokio::select! {
            leg = poll_fn(|cx| trunk.poll_accept(cx)), if open && running.len() < premises.house.limits.streams => match leg {
                Some(leg) => {
                    let mut pump = begin(leg, client, Some(&verified), &door, &premises, chain.clone(), phase.clone());
                    pump.number(StreamId(opened));
                    opened += 1;
                    running.push(session::stream(pump, Some(verified.clone()), &shared, &premises));
                }
                None => open = false,
            },
            Some(cause) = running.next() => last = cause,
            // Those that run hear it themselves.
            _ = &mut ordered, if !killed => (open, killed) = (false, true),
        }
    }
    if killed { Cause::Killed } else { last }
}
