//! accept: a connection becomes a stream under a pump. The PROXY header of trusted balancers, TLS that begins with the first
//! byte, and the place in the waiting room are dealt with here.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use model::{Class, Event, Public};
use ports::Verified;
use tokio::io::{AsyncReadExt, AsyncWriteExt as _};
use tokio::sync::{OwnedSemaphorePermit, watch};
use wire::{Protocol, Route, Side, TlsFacts};

use crate::chain::Chain;
use crate::fault::Cause;
use crate::gateway::{Phase, reached};
use crate::half_open::{Evicted, Seat};
use crate::house::Premises;
use crate::leg::{ByteLeg, Io, Leg};
use crate::prefixed::Prefixed;
use crate::proxy_header::{self, Network};
use crate::pump::{End, Facts, Halt, Pump, Transport};
use crate::streams::{Streams, Trunk};
use crate::tls::{ClientTls, Secured};

/// What a listener knows of its connections.
pub(crate) struct Door {
    pub(crate) protocol: &'static dyn Protocol,
    pub(crate) route: Route,
    pub(crate) plaintext_allowed: bool,
    pub(crate) tls: Option<ClientTls>,
    pub(crate) proxy_from: Vec<Network>,
}

/// How a connection arrives.
pub(crate) enum Entrance {
    /// A byte transport, of which nothing is known.
    Io(Box<dyn Io>),
    /// A connection of an engine that multiplexes and has proved who is asking.
    Trunk(Box<dyn Trunk>, Box<Verified>),
}

/// A connection before anything of it was read.
pub(crate) struct Stranger {
    pub(crate) entrance: Entrance,
    pub(crate) peer: SocketAddr,
    pub(crate) door: Arc<Door>,
    pub(crate) chain: Arc<Chain>,
    pub(crate) seat: (Seat, Evicted),
    pub(crate) phase: watch::Receiver<Phase>,
    pub(crate) counted: Option<OwnedSemaphorePermit>,
}

/// A connection of which something was read.
pub(crate) enum Accepted {
    /// One stream.
    Stream(Box<Pump>),
    /// A multiplexing connection: many streams of one session.
    Many(Box<Streams>),
}

/// The first byte of a TLS record that carries a handshake.
const TLS_HANDSHAKE: u8 = 0x16;

impl Stranger {
    /// Finds out what the connection speaks and gives it a stream.
    ///
    /// # Errors
    /// When it is not what it must be here, or says nothing. Nothing is owed to such a connection, not even an error text:
    /// it has not begun to speak the protocol.
    pub(crate) async fn accept(self, premises: &Arc<Premises>) -> Result<Accepted, Cause> {
        let Self { entrance, peer, door, chain, seat: (seat, mut evicted), phase, counted } = self;
        let io = match entrance {
            Entrance::Io(io) => io,
            Entrance::Trunk(trunk, verified) => {
                return Ok(Accepted::Many(Box::new(Streams {
                    trunk,
                    verified: *verified,
                    client: peer,
                    door,
                    chain,
                    phase,
                    counted,
                })));
            }
        };
        let (mut client, mut stopping) = (peer, phase.clone());
        let arrival = tokio::time::timeout(premises.house.limits.handshake, arrive(io, &mut client, &door));
        let arrived = tokio::select! {
            arrived = arrival => arrived.map_err(|_| Cause::TooSlow)?,
            () = crowded_out(&mut evicted) => return Err(Cause::Stopped(Class::Limit)),
            reason = reached(&mut stopping, Phase::draining) => return Err(Cause::Stopped(reason.class)),
        };
        let (leg, tls) = arrived.inspect_err(|cause| refused_at_the_door(*cause, client, &door, premises, &chain))?;
        let mut pump = begin(leg, client, None, &door, premises, chain, phase);
        pump.sit(seat, counted);
        pump.stop_when(Box::pin(async move {
            crowded_out(&mut evicted).await;
            let reason = Public::new(Class::Limit, "too many connections that have not signed in");
            Halt::Cut(Cause::Stopped(reason.class), reason)
        }));
        if let Some((facts, server_name)) = tls {
            pump.secured_from_the_start(facts, server_name.as_deref());
        }
        Ok(Accepted::Stream(Box::new(pump)))
    }
}

/// A connection that spoke and was not what it must be is an attempt to sign in. One that said nothing is not: scanners and
/// balancers look whether a port is open.
fn refused_at_the_door(cause: Cause, client: SocketAddr, door: &Door, premises: &Premises, chain: &Chain) {
    let what = match cause {
        Cause::Tls(_) => "the TLS handshake failed, or agreed on no application protocol",
        Cause::Violation(_) => "no PROXY header, where one is demanded",
        _ => return,
    };
    let refused = Event::SigninRefused {
        client: client.to_string(),
        protocol: door.protocol.manifest().name.to_owned(),
        user: None,
        resource: None,
        reason: Public::new(Class::Protocol, what),
    };
    premises.house.metrics.signins_refused.inc();
    if chain.append(refused).is_err() {
        tracing::error!(%client, what, "a refused connection could not be recorded: the journal takes no records");
    }
}

/// A stream over a leg, under a pump.
pub(crate) fn begin(
    leg: Box<dyn Leg>,
    client: SocketAddr,
    verified: Option<&Verified>,
    door: &Door,
    premises: &Arc<Premises>,
    chain: Arc<Chain>,
    phase: watch::Receiver<Phase>,
) -> Pump {
    let mut opening = premises.opening(door.route.clone(), door.plaintext_allowed, door.tls.is_some());
    opening.principal = verified.map(|verified| verified.principal.clone());
    let facts = Facts { protocol: door.protocol, route: door.route.clone(), client, client_tls: door.tls.clone() };
    let end = End::new(Transport::Open(leg));
    let mut pump = Pump::new(door.protocol.stream(opening), end, facts, premises.clone(), chain);
    stop_with_the_gateway(&mut pump, phase);
    pump
}

/// Ends when the place in the waiting room was given to somebody else; never once it was left.
async fn crowded_out(evicted: &mut Evicted) {
    if evicted.await.is_err() {
        pending::<()>().await;
    }
}

fn stop_with_the_gateway(pump: &mut Pump, phase: watch::Receiver<Phase>) {
    let (mut draining, mut cut) = (phase.clone(), phase);
    pump.stop_when(Box::pin(async move { Halt::Drain(reached(&mut draining, Phase::draining).await) }));
    pump.stop_when(Box::pin(async move {
        let reason = reached(&mut cut, Phase::cut).await;
        Halt::Cut(Cause::Stopped(reason.class), reason)
    }));
}

type Arrived = (Box<dyn Leg>, Option<(TlsFacts, Option<String>)>);

/// Reads the PROXY header of a trusted balancer and begins TLS when the first byte says so.
///
/// `client` is the peer, and becomes whom the balancer names.
async fn arrive(mut io: Box<dyn Io>, client: &mut SocketAddr, door: &Door) -> Result<Arrived, Cause> {
    if door.proxy_from.iter().any(|network| network.contains(client.ip())) {
        *client = proxied(&mut io).await?;
    }
    let mut first = BytesMut::with_capacity(1024);
    if io.read_buf(&mut first).await.map_err(|_| Cause::Left(Side::Client))? == 0 {
        return Err(Cause::Closed("nothing was said"));
    }
    let direct = door.protocol.manifest().direct_tls.is_some() && first.first() == Some(&TLS_HANDSHAKE);
    let mut io: Box<dyn Io> = Box::new(Prefixed::new(first.freeze(), io));
    match (&door.tls, direct) {
        (Some(tls), true) => {
            let secured = tls.clone().accept(io).await.map_err(|_| Cause::Tls(Side::Client))?;
            let Secured { mut leg, facts, server_name } = secured;
            if !facts.alpn {
                // Without the agreed name this could be any TLS service's client, tricked into speaking to us.
                shut(&mut leg).await;
                return Err(Cause::Tls(Side::Client));
            }
            Ok((leg, Some((facts, server_name))))
        }
        (None, true) => {
            let _ = io.shutdown().await;
            Err(Cause::Tls(Side::Client))
        }
        (_, false) => Ok((Box::new(ByteLeg::new(io)), None)),
    }
}

/// Ends a TLS leg in good order; that it cannot be done does not matter any more.
async fn shut(leg: &mut Box<dyn Leg>) {
    let mut end = std::collections::VecDeque::from([crate::leg::Departure::End]);
    let _ = std::future::poll_fn(|cx| leg.poll_transmit(cx, &mut end)).await;
}

/// Reads the header of a trusted balancer. One that is something else is turned away at its first wrong byte: it may wait
/// for an answer before it sends more.
async fn proxied(io: &mut Box<dyn Io>) -> Result<SocketAddr, Cause> {
    let violation = Cause::Violation(Side::Client);
    let mut fixed = [0; proxy_header::FIXED];
    let mut have = 0;
    while let Some(room) = fixed.get_mut(have..).filter(|room| !room.is_empty()) {
        match io.read(room).await.map_err(|_| violation)? {
            0 if have == 0 => return Err(Cause::Closed("nothing was said")),
            0 => return Err(violation),
            more => have += more,
        }
        if fixed.iter().take(have).zip(proxy_header::SIGNATURE).any(|(got, wanted)| *got != wanted) {
            return Err(violation);
        }
    }
    let length = proxy_header::length(&fixed).map_err(|_| violation)?;
    let mut rest = vec![0; length];
    io.read_exact(&mut rest).await.map_err(|_| violation)?;
    match proxy_header::client(&fixed, &rest) {
        Ok(Some(client)) => Ok(client),
        Ok(None) => Err(Cause::Closed("health check of a balancer")),
        Err(_) => Err(violation),
    }
}
