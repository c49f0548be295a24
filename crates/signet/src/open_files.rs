//! The number of files that the process may have open: two sockets a session, which the usual soft limit is too low for.

use rustix::process::{Resource, getrlimit, setrlimit};

/// What is open besides sockets of sessions: journal, store, listeners, operators, and connections that were sent away.
const OTHERS: u64 = 512;

/// Raises the soft limit to the hard one, and says so when that is not enough for `connections`.
pub(crate) fn raise(connections: usize) {
    let mut limit = getrlimit(Resource::Nofile);
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(OTHERS);
    let hard = limit.maximum.unwrap_or(u64::MAX);
    if limit.current.is_some_and(|soft| soft < needed.min(hard)) {
        limit.current = Some(needed.min(hard));
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the limit of open files could not be raised");
        }
    }
    if hard < needed {
        tracing::warn!(hard, needed, "limits.max_connections cannot be reached: raise the hard limit of open files");
    }
}
