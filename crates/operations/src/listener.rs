//! The operators' listener: health and metrics over plain HTTP.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use engine::Metrics;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use ports::Journal;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Operators and their probes; more than these wait.
const CONNECTIONS: usize = 64;
/// How long one may hold a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the operators can see.
pub struct Operations {
    /// Whether records are taken.
    pub journal: Arc<dyn Journal>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The gateway is stopping.
    pub draining: AtomicBool,
    /// For a minute nothing of the evidence log could be published.
    pub unpublished: AtomicBool,
}

impl Operations {
    fn answer(&self, request: &Request<Incoming>) -> (StatusCode, &'static str, String) {
        const TEXT: &str = "text/plain; charset=utf-8";
        let down = |why: &str| (StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{why}\n"));
        match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/health") if self.journal.failed() => down("the journal takes no records"),
            (&Method::GET | &Method::HEAD, "/health") if self.draining.load(Ordering::Relaxed) => down("stopping"),
            // Commands are recorded durably all the same, so a balancer need not turn away from it.
            (&Method::GET | &Method::HEAD, "/health") if self.unpublished.load(Ordering::Relaxed) => {
                (StatusCode::OK, TEXT, "degraded: the evidence log could not be published for a minute\n".to_owned())
            }
            (&Method::GET | &Method::HEAD, "/health") => (StatusCode::OK, TEXT, "ok\n".to_owned()),
            (&Method::GET | &Method::HEAD, "/metrics") => {
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                self.metrics.journal(self.journal.durable(), self.journal.syncs());
                (StatusCode::OK, kind, self.metrics.render())
            }
            (&Method::GET | &Method::HEAD, _) => {
                (StatusCode::NOT_FOUND, TEXT, "there are /health and /metrics\n".to_owned())
            }
            _ => (StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET\n".to_owned()),
        }
    }
}

/// Listens until the process ends.
///
/// # Errors
/// When the address cannot be bound.
pub async fn listen(address: SocketAddr, operations: Arc<Operations>) -> io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    engine::spawn(async move {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let operations = Arc::clone(&operations);
            engine::spawn(async move {
                let service = service_fn(|request| {
                    let answer = respond(operations.answer(&request));
                    async { Ok::<_, Infallible>(answer) }
                });
                let mut server = http1::Builder::new();
                server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(5)).max_headers(64);
                let served =
                    tokio::time::timeout(PATIENCE, server.serve_connection(TokioIo::new(stream), service)).await;
                tracing::debug!(?served, "an operator's connection ended");
                drop(place);
            });
        }
    });
    Ok(())
}

fn respond((status, kind, text): (StatusCode, &'static str, String)) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}
