//! `[limits]`: numbers with defaults that are right for most.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::{Span, SpanOrOff};

/// The bounds that protect the gateway from its peers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// How long a client may take from connecting until its first command can be sent: TLS, sign-in, reaching the target.
    pub handshake_timeout: Span,
    /// How long the gateway tries to reach a target, TLS included.
    pub connect_timeout: Span,
    /// How long a session may be without a byte in either direction before it is ended.
    pub idle_timeout: SpanOrOff,
    /// How long a session may last, however busy it is.
    pub max_session: SpanOrOff,
    /// How long running commands may go on after the gateway was told to stop.
    pub drain_timeout: Span,
    /// How many clients may be connected that have not signed in yet; above it the oldest of the
    /// busiest source address makes room.
    pub max_half_open: usize,
    /// How many clients may be connected in all; more are turned away.
    pub max_connections: usize,
    /// Bytes of the largest message of a client that has not signed in.
    pub handshake_frame_bytes: usize,
    /// Bytes of the largest message that is held in memory to be inspected; a larger one is refused.
    pub frame_bytes: usize,
    /// Bytes of memory for such messages in all sessions together. One person may have a quarter of it, or one message.
    pub frame_memory_bytes: usize,
    /// How many statements one message may hold.
    pub statements_per_message: usize,
    /// How many answers a client may leave outstanding by pipelining.
    pub pipelined_commands: usize,
    /// How many prepared statements, and how many cursors, one session may name.
    pub prepared_names: usize,
    /// The most password-hashing rounds that a target may demand of the gateway when it signs in.
    pub kdf_iterations: u32,
}

impl Default for Limits {
    fn default() -> Self {
        let wire = model::Limits::default();
        Self {
            handshake_timeout: Span::seconds(30),
            connect_timeout: Span::seconds(10),
            idle_timeout: SpanOrOff(Some(Span::seconds(8 * 3_600))),
            max_session: SpanOrOff(Some(Span::seconds(24 * 3_600))),
            drain_timeout: Span::seconds(30),
            max_half_open: 1_024,
            max_connections: 10_000,
            handshake_frame_bytes: wire.handshake_frame,
            frame_bytes: wire.frame,
            frame_memory_bytes: 512 * 1024 * 1024,
            statements_per_message: wire.batch,
            pipelined_commands: wire.pipeline,
            prepared_names: wire.names,
            kdf_iterations: wire.kdf_iterations,
        }
    }
}

impl Limits {
    /// Those that a protocol keeps.
    pub fn wire(&self) -> model::Limits {
        model::Limits {
            handshake_frame: self.handshake_frame_bytes,
            frame: self.frame_bytes,
            batch: self.statements_per_message,
            pipeline: self.pipelined_commands,
            names: self.prepared_names,
            kdf_iterations: self.kdf_iterations,
        }
    }
}
