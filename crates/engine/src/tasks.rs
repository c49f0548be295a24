//! The only place where work is handed to other threads, so that nothing runs that nobody waits for or counts.

use std::future::Future;

use tokio::task::{JoinHandle, JoinSet};

/// Starts a task of the gateway itself: a listener, a watcher. Sessions are started by their supervisor with `supervised`.
pub fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(work)
}

/// Starts a session under a supervisor that will see how it ends, panics included.
pub(crate) fn supervised<T: Send + 'static>(
    sessions: &mut JoinSet<T>,
    work: impl Future<Output = T> + Send + 'static,
) -> tokio::task::Id {
    sessions.spawn(work).id()
}

/// Runs computation off the reactor.
///
/// # Errors
/// When the work panicked or the runtime is going down.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}
