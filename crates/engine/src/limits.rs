//! The engine's own bounds: time, connections, memory.

use std::time::Duration;

/// Bounds that hold for every protocol. `wire` limits (frame sizes and the like) are `model::Limits`.
#[derive(Clone, Debug)]
pub struct EngineLimits {
    /// From accept to the first command: TLS, sign-in, connecting.
    pub handshake: Duration,
    /// Longest wait for a target to take a connection, and again for it to let the session in.
    pub dial: Duration,
    /// A session in which no byte moves either way for so long is ended; `None` = never.
    pub idle: Option<Duration>,
    /// The longest life of a session; `None` = no bound.
    pub session: Option<Duration>,
    /// How long a drain waits for sessions to come to rest.
    pub drain: Duration,
    /// How long a closing session may take to deliver its last bytes.
    pub linger: Duration,
    /// Connections that have not signed in; when full, the oldest of the busiest source makes room.
    pub half_open: usize,
    /// Connections in all.
    pub connections: usize,
    /// Streams that one session may have at once.
    pub streams: usize,
    /// Memory for what is above the read-ahead, all sessions together, in bytes. One person may have a quarter of it.
    pub memory: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(30),
            dial: Duration::from_secs(10),
            idle: Some(Duration::from_secs(8 * 3600)),
            session: Some(Duration::from_secs(24 * 3600)),
            drain: Duration::from_secs(30),
            linger: Duration::from_secs(5),
            half_open: 1024,
            connections: 10_000,
            streams: 100,
            memory: 512 * 1024 * 1024,
        }
    }
}

/// Connections that were sent away before a session began, and are to take the reason yet: they have places of their own, so
/// that they do not use up those of `connections`. When these are taken, who is sent away is closed at once.
pub(crate) const LINGERING: usize = 256;

/// Bytes read ahead of a paused or slow conversation, and the length at which a queue counts as full.
pub(crate) const READ_AHEAD: usize = 64 * 1024;
