//! The HTTP interface: the use cases of `control` over HTTPS and JSON, and nothing besides. Whatever it shows or does is
//! decided, and put on record, there.
//!
//! `serving.rs` has the connections and their bounds, `authentication.rs` who asks, `problem.rs` what is answered when
//! something is not done, `routes/` what there is, `shape/` how it looks.

mod answers;
mod attempts;
mod authentication;
mod body;
mod once;
mod openapi;
mod paging;
mod problem;
mod router;
mod routes;
mod serving;
mod shape;
mod sources;
mod streams;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use control::{Control, Estate, Meaning};
use engine::{ClientTls, LiveSessions};
use tokio::sync::watch;

pub use serving::Serving;

use attempts::Attempts;
use streams::Streams;

/// What the interface is made of.
pub struct Parts {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The certificate that clients see.
    pub tls: ClientTls,
    /// The gateway's own authority (PEM), when its certificate comes from there: clients pin it.
    pub authority: Option<Vec<u8>>,
    /// The use cases around requests and grants.
    pub control: Control,
    /// Those around people, resources and policies.
    pub estate: Estate,
    /// The sessions under way.
    pub sessions: LiveSessions,
    /// What commands mean and databases hold.
    pub meaning: Arc<dyn Meaning>,
}

/// What handlers share.
#[derive(Clone)]
struct App {
    control: Control,
    estate: Estate,
    sessions: LiveSessions,
    meaning: Arc<dyn Meaning>,
    authority: Arc<Option<Vec<u8>>>,
    attempts: Arc<Attempts>,
    streams: Streams,
    stopping: watch::Sender<bool>,
    /// How often a stream looks whether its caller may still read.
    looks_again: Duration,
    /// How often sessions are looked at for those who follow them.
    looks_at_sessions: Duration,
}

/// How often a stream looks whether its caller may still read, and says that it is alive.
const LOOKS_AGAIN: Duration = Duration::from_secs(5);

/// How often sessions are looked at for those who follow them.
const LOOKS_AT_SESSIONS: Duration = Duration::from_secs(1);

/// Serves the interface until what is returned is stopped or dropped.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(parts: Parts) -> io::Result<Serving> {
    let (stopping, _) = watch::channel(false);
    let app = App {
        control: parts.control,
        estate: parts.estate,
        sessions: parts.sessions,
        meaning: parts.meaning,
        authority: Arc::new(parts.authority),
        attempts: Arc::default(),
        streams: Streams::default(),
        stopping: stopping.clone(),
        looks_again: LOOKS_AGAIN,
        looks_at_sessions: LOOKS_AT_SESSIONS,
    };
    engine::spawn(attempts::forget(Arc::downgrade(&app.attempts)));
    serving::listen(parts.listen, parts.tls, router::router(app), stopping).await
}

// The house of the tests calls this crate by its name, as the tests of the commands do.
#[cfg(test)]
extern crate self as web;
#[cfg(test)]
mod tests;
