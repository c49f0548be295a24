//! seal: closes the records of a session, however it ended.

use model::SessionId;

use crate::chain::Chain;
use crate::fault::Cause;
use crate::metrics::Metrics;

/// What is left of a session: its name, why it ended, and how many records it has.
#[must_use = "a session is over only when its receipt was looked at"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which session.
    pub session: SessionId,
    /// Why it ended.
    pub cause: Cause,
    /// How many records it has, the sealing one included; 0 for a connection that never signed in.
    pub records: u64,
}

/// Called by the supervisor with the result of the session's task, so that a panic is sealed like any other end.
pub(crate) fn seal(chain: &Chain, cause: Cause, metrics: &Metrics) -> Receipt {
    metrics.ended.get_or_create(&vec![("cause", cause.as_str())]).inc();
    let session = chain.session();
    match cause {
        Cause::Internal(what) => tracing::error!(%session, what, "a session ended by a fault of the gateway"),
        Cause::Panic => tracing::error!(%session, "a session's task panicked"),
        _ => tracing::debug!(%session, cause = cause.as_str(), "session ended"),
    }
    let records = chain.close(cause.as_str()).unwrap_or_else(|_| {
        tracing::error!(%session, "a session could not be sealed: the journal takes no records; recovery will seal it");
        0
    });
    Receipt { session, cause, records }
}
