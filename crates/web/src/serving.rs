//! Connections: TLS, HTTP/1.1, and the bounds of both. Everything else stands behind the router.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use engine::ClientTls;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

use crate::sources::{Counted, Sources};

/// Connections at a time; more wait to be taken.
pub(crate) const CONNECTIONS: usize = 512;
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long the head of a request may take, the first included, and a connection may rest between two.
const HEAD: Duration = Duration::from_secs(20);
/// How long one connection may last, an event stream on it included; clients come again.
const LONGEST: Duration = Duration::from_secs(3600);
/// Header fields of a request.
const HEADERS: usize = 64;
/// Bytes of the head of a request.
const HEAD_BYTES: usize = 32 << 10;
/// How long running requests may go on when it stops.
const GOODBYE: Duration = Duration::from_secs(5);

/// The running interface. Dropping it stops taking connections.
pub struct Serving {
    address: SocketAddr,
    places: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
    listening: JoinHandle<()>,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, ends event streams, and waits a few seconds for requests under way.
    pub async fn stop(self) {
        self.listening.abort();
        self.stopping.send_replace(true);
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        // What has not ended by then ends with the process.
        let _ = tokio::time::timeout(GOODBYE, self.places.acquire_many(all)).await;
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Serves `router` there. `stopping` is told to whoever waits for long: event streams.
pub(crate) async fn listen(
    listen: SocketAddr,
    tls: ClientTls,
    router: Router,
    stopping: watch::Sender<bool>,
) -> io::Result<Serving> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let listening = engine::spawn(accept(listener, tls, router, Arc::clone(&places), stopping.subscribe()));
    Ok(Serving { address, places, stopping, listening })
}

/// What a connection takes from others for as long as it lasts.
struct Seat {
    _place: OwnedSemaphorePermit,
    _counted: Counted,
}

/// Handshakes happen in tasks of their own: who dawdles holds one place, and nobody else.
async fn accept(
    listener: TcpListener,
    tls: ClientTls,
    router: Router,
    places: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
) {
    let sources = Sources::default();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((socket, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Some(counted) = sources.one_more(peer.ip()) else {
            tracing::debug!(%peer, "a source of connections to the interface has too many");
            continue;
        };
        let seat = Seat { _place: place, _counted: counted };
        engine::spawn(converse(socket, peer, tls.clone(), router.clone(), stopping.clone(), seat));
    }
}

async fn converse(
    socket: TcpStream,
    peer: SocketAddr,
    tls: ClientTls,
    router: Router,
    mut stopping: watch::Receiver<bool>,
    seat: Seat,
) {
    let Ok(Ok(io)) = tokio::time::timeout(HANDSHAKE, tls.accept_web(socket)).await else {
        tracing::debug!(%peer, "a client of the interface did not finish its handshake");
        return;
    };
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = hyper::service::Service::call(&router, request);
        async move { answer.await.map_err(|never: Infallible| never) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD).max_headers(HEADERS).max_buf_size(HEAD_BYTES);
    let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(io), service));
    let orderly = async {
        tokio::select! {
            () = tokio::time::sleep(LONGEST) => {}
            // An error means that nobody can stop it any more.
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = orderly => {
            connection.as_mut().graceful_shutdown();
            tokio::time::timeout(GOODBYE, connection.as_mut()).await.unwrap_or(Ok(()))
        }
    };
    tracing::debug!(%peer, ?ended, "a connection of the interface ended");
    drop(seat);
}
