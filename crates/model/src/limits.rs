//! The bounds that protect a gateway from its peers.

/// Bounds for one conversation. A protocol crate gets them with its opening and refuses what exceeds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest frame of an unauthenticated peer, in bytes.
    pub handshake_frame: usize,
    /// The largest frame that is held in memory to be inspected, in bytes.
    pub frame: usize,
    /// The most statements that one message may hold.
    pub batch: usize,
    /// The most replies that a client may leave outstanding by pipelining.
    pub pipeline: usize,
    /// The most prepared statements and portals (each) that one conversation may name.
    pub names: usize,
    /// The highest iteration count that a target may demand in a password exchange.
    pub kdf_iterations: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake_frame: 16 * 1024,
            frame: 64 * 1024 * 1024,
            batch: 10_000,
            pipeline: 100_000,
            names: 100_000,
            kdf_iterations: 100_000,
        }
    }
}
