//! The gateway: its listeners, and the supervisors that start sessions and seal them from how their tasks ended.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::{Public, SessionId};
use ports::Verified;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{Id, JoinError, JoinHandle, JoinSet};
use wire::{Protocol, Route};

use crate::accept::{Door, Entrance, Stranger};
use crate::chain::Chain;
use crate::fault::Cause;
use crate::house::{House, Premises};
use crate::leg::Io;
pub use crate::proxy_header::Network;
use crate::seal::{Receipt, seal};
use crate::sessions::LiveSessions;
use crate::streams::Trunk;
use crate::tls::ClientTls;
use crate::{session, tasks};

/// Where clients arrive, and what is spoken there.
pub struct Listener {
    /// Address and port.
    pub address: SocketAddr,
    /// The protocol.
    pub protocol: &'static dyn Protocol,
    /// How the resource is found.
    pub route: Route,
    /// Whether clients may stay without TLS.
    pub plaintext_allowed: bool,
    /// The gateway's certificate; `None` = no TLS is offered.
    pub tls: Option<ClientTls>,
    /// Balancers whose PROXY header is believed, and demanded.
    pub proxy_from: Vec<Network>,
}

/// A listener could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {cause}")]
pub struct ListenError {
    /// Where.
    pub address: SocketAddr,
    /// Why.
    pub cause: io::Error,
}

/// Whether the gateway takes sessions.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    Open,
    /// Sessions end when they come to rest.
    Draining(Public),
    /// Sessions end now.
    Cut(Public),
}

impl Phase {
    /// Why no sessions are taken any more.
    pub(crate) fn draining(&self) -> Option<&Public> {
        match self {
            Self::Open => None,
            Self::Draining(reason) | Self::Cut(reason) => Some(reason),
        }
    }

    /// Why sessions end now.
    pub(crate) fn cut(&self) -> Option<&Public> {
        match self {
            Self::Open | Self::Draining(_) => None,
            Self::Cut(reason) => Some(reason),
        }
    }
}

/// Waits until the gateway has come to a phase; for ever when the gateway is gone.
pub(crate) async fn reached(phase: &mut watch::Receiver<Phase>, at: fn(&Phase) -> Option<&Public>) -> Public {
    loop {
        if let Some(reason) = at(&phase.borrow_and_update()).cloned() {
            return reason;
        }
        if phase.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// A running gateway.
pub struct Gateway {
    premises: Arc<Premises>,
    phase: watch::Sender<Phase>,
    connections: Arc<Semaphore>,
    supervisors: Mutex<Vec<JoinHandle<()>>>,
}

/// After a failed accept (no file descriptors left) the listener rests so long.
const REST: Duration = Duration::from_millis(50);

impl Gateway {
    /// A gateway with these collaborators and no listeners.
    pub fn new(house: House) -> Self {
        let connections = Arc::new(Semaphore::new(house.limits.connections.min(Semaphore::MAX_PERMITS)));
        let (phase, _) = watch::channel(Phase::Open);
        Self { premises: Arc::new(Premises::new(house)), phase, connections, supervisors: Mutex::default() }
    }

    /// Opens a listener and serves it until the gateway is drained. Returns the address it got.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn listen(&self, listener: Listener) -> Result<SocketAddr, ListenError> {
        let address = listener.address;
        let failed = |cause| ListenError { address, cause };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let bound = socket.local_addr().map_err(failed)?;
        let supervisor = Supervisor::new(self, listener);
        let task = tasks::spawn(supervisor.run(socket));
        self.supervisors.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        Ok(bound)
    }

    /// Serves one connection that arrived in another way than through a listener, and says how it ended.
    pub async fn serve(&self, io: Box<dyn Io>, peer: SocketAddr, listener: Listener) -> Receipt {
        self.serve_one(Entrance::Io(io), peer, listener).await
    }

    /// Serves a connection of an engine that multiplexes and has its own handshake (SSH, HTTP): one session, many streams.
    pub async fn serve_trunk(
        &self,
        trunk: Box<dyn Trunk>,
        verified: Verified,
        peer: SocketAddr,
        listener: Listener,
    ) -> Receipt {
        self.serve_one(Entrance::Trunk(trunk, Box::new(verified)), peer, listener).await
    }

    async fn serve_one(&self, entrance: Entrance, peer: SocketAddr, listener: Listener) -> Receipt {
        let mut supervisor = Supervisor::new(self, listener);
        supervisor.start(entrance, peer, None);
        loop {
            if let Some(receipt) = supervisor.ended().await {
                return receipt;
            }
        }
    }

    /// Takes no more connections, lets sessions come to rest for the drain time, then cuts what is left. Gives whether every
    /// session ended; the records of one that did not have no end.
    #[must_use]
    pub async fn drain(&self, reason: Public) -> bool {
        self.phase.send_replace(Phase::Draining(reason.clone()));
        let supervisors = std::mem::take(&mut *self.supervisors.lock().unwrap_or_else(PoisonError::into_inner));
        let mut all = Box::pin(futures_util::future::join_all(supervisors));
        let limits = &self.premises.house.limits;
        if tokio::time::timeout(limits.drain, &mut all).await.is_ok() {
            return true;
        }
        self.phase.send_replace(Phase::Cut(reason));
        tokio::time::timeout(limits.linger * 2, &mut all).await.is_ok()
    }

    /// Cuts every session now; a drain under way comes to its end.
    pub fn cut(&self, reason: Public) {
        self.phase.send_replace(Phase::Cut(reason));
    }

    /// The sessions that are under way.
    pub fn sessions(&self) -> LiveSessions {
        self.premises.sessions.clone()
    }

    /// The counters.
    pub fn metrics(&self) -> &crate::Metrics {
        &self.premises.house.metrics
    }
}

/// Starts the sessions of one listener and seals each from its join result.
struct Supervisor {
    premises: Arc<Premises>,
    door: Arc<Door>,
    phase: watch::Receiver<Phase>,
    connections: Arc<Semaphore>,
    sessions: JoinSet<Cause>,
    chains: HashMap<Id, Arc<Chain>>,
}

impl Supervisor {
    fn new(gateway: &Gateway, listener: Listener) -> Self {
        let tls = listener.tls.map(|tls| tls.speaking(listener.protocol.manifest().direct_tls));
        let door = Door {
            protocol: listener.protocol,
            route: listener.route,
            plaintext_allowed: listener.plaintext_allowed,
            tls,
            proxy_from: listener.proxy_from,
        };
        Self {
            premises: gateway.premises.clone(),
            door: Arc::new(door),
            phase: gateway.phase.subscribe(),
            connections: gateway.connections.clone(),
            sessions: JoinSet::new(),
            chains: HashMap::new(),
        }
    }

    async fn run(mut self, socket: TcpListener) {
        let mut phase = self.phase.clone();
        let mut socket = Some(socket);
        while socket.is_some() || !self.sessions.is_empty() {
            tokio::select! {
                accepted = accept(socket.as_ref()) => match accepted {
                    Ok((stream, peer)) => self.arrived(stream, peer),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(REST).await;
                    }
                },
                Some(_receipt) = self.ended(), if !self.sessions.is_empty() => {}
                _ = reached(&mut phase, Phase::draining), if socket.is_some() => socket = None,
            }
        }
    }

    fn arrived(&mut self, stream: tokio::net::TcpStream, peer: SocketAddr) {
        self.premises.house.metrics.connections.inc();
        // At the limit there is nobody to tell: a client that is not heard cannot be answered in its protocol.
        let Ok(counted) = self.connections.clone().try_acquire_owned() else {
            tracing::warn!(%peer, "the limit of connections is reached");
            return;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection broke at once");
            return;
        }
        self.start(Entrance::Io(Box::new(stream)), peer, Some(counted));
    }

    fn start(&mut self, entrance: Entrance, peer: SocketAddr, counted: Option<OwnedSemaphorePermit>) {
        let chain = Arc::new(Chain::new(new_session_id(&self.premises), self.premises.house.journal.clone()));
        let stranger = Stranger {
            entrance,
            peer,
            door: self.door.clone(),
            chain: chain.clone(),
            seat: self.premises.half_open.enter(peer.ip().into()),
            phase: self.phase.clone(),
            counted,
        };
        self.premises.house.metrics.open.inc();
        let id = tasks::supervised(&mut self.sessions, session::run(stranger, self.premises.clone()));
        self.chains.insert(id, chain);
    }

    /// The next session that ended, sealed.
    async fn ended(&mut self) -> Option<Receipt> {
        let (id, cause) = match self.sessions.join_next_with_id().await? {
            Ok((id, cause)) => (id, cause),
            Err(error) => (JoinError::id(&error), Cause::Panic),
        };
        let chain = self.chains.remove(&id)?;
        self.premises.house.metrics.open.dec();
        Some(seal(&chain, cause, &self.premises.house.metrics))
    }
}

/// Waits for a connection; for ever when the listener is closed.
async fn accept(socket: Option<&TcpListener>) -> io::Result<(tokio::net::TcpStream, SocketAddr)> {
    match socket {
        Some(socket) => socket.accept().await,
        None => std::future::pending().await,
    }
}

fn new_session_id(premises: &Premises) -> SessionId {
    SessionId(premises.identifier())
}
