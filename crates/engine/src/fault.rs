//! Why a session ended, and whose fault it was.

use model::Class;
use wire::Side;

/// Why a session ended: the word in the record and the label of the metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The protocol came to its end in good order; the protocol's own word for how.
    Closed(&'static str),
    /// A side left, or its connection broke.
    Left(Side),
    /// A side broke the protocol.
    Violation(Side),
    /// The session was stopped from outside: revoked, expired, idle, drained, crowded out.
    Stopped(Class),
    /// It would not be admitted any more: another policy, a group that was left, a grant that ran out.
    Ended,
    /// Somebody ended it by an order.
    Killed,
    /// The handshake took too long.
    TooSlow,
    /// A closing session could not deliver its last bytes in time.
    Lingered,
    /// TLS with a side failed.
    Tls(Side),
    /// The journal takes no records.
    Journal,
    /// A protocol crate or the engine broke an inner rule; the text says which.
    Internal(&'static str),
    /// The session's task panicked.
    Panic,
}

impl Cause {
    /// The word in the record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed(word) => word,
            Self::Left(Side::Client) => "client left",
            Self::Left(Side::Target) => "target left",
            Self::Violation(Side::Client) => "client broke the protocol",
            Self::Violation(Side::Target) => "target broke the protocol",
            Self::Stopped(Class::Shutdown) => "shutdown",
            Self::Stopped(Class::Unauthenticated) => "revoked",
            Self::Stopped(Class::Limit) => "limit",
            Self::Stopped(Class::Target) => "target failed",
            Self::Stopped(_) => "stopped",
            Self::Ended => "access ended",
            Self::Killed => "killed",
            Self::TooSlow => "handshake too slow",
            Self::Lingered => "last bytes not taken in time",
            Self::Tls(Side::Client) => "TLS with the client failed",
            Self::Tls(Side::Target) => "TLS with the target failed",
            Self::Journal => "journal unavailable",
            Self::Internal(_) => "internal error",
            Self::Panic => "panic",
        }
    }
}
