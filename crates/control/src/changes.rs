//! The one signal that something changed. It carries nothing: whoever waits reads rows again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use store::Store;
use tokio::sync::{Notify, watch};

/// How soon a change by another process is seen while somebody waits.
const HURRIED: Duration = Duration::from_millis(25);
/// How soon while nobody does.
const AT_EASE: Duration = Duration::from_millis(500);

/// Tells of changes: of this process at once, of others that share the store by looking.
#[derive(Default)]
pub struct Changes {
    signal: watch::Sender<()>,
    waiting: AtomicUsize,
    /// Somebody has begun to wait.
    hurry: Notify,
}

impl Changes {
    /// Something was changed.
    pub fn tell(&self) {
        self.signal.send_replace(());
    }

    /// To be told, without hurry about changes of other processes.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.signal.subscribe()
    }

    /// To be told while somebody waits.
    pub(crate) fn waiter(self: &Arc<Self>) -> Waiter {
        if self.waiting.fetch_add(1, Ordering::Relaxed) == 0 {
            self.hurry.notify_one();
        }
        Waiter { signal: self.signal.subscribe(), changes: Arc::clone(self) }
    }

    /// Looks for changes by other processes, for ever.
    pub(crate) async fn watch(&self, store: &Store) {
        let mut seen = None;
        loop {
            match store.change_counter().await {
                Ok(counter) if seen.replace(counter) == Some(counter) => {}
                Ok(_) => self.tell(),
                Err(error) => {
                    tracing::error!(%error, "changes by others cannot be looked for");
                    // Those who wait look for themselves, and find that the store is down.
                    self.tell();
                }
            }
            let hurried = self.waiting.load(Ordering::Relaxed) > 0;
            tokio::select! {
                () = tokio::time::sleep(if hurried { HURRIED } else { AT_EASE }) => {}
                () = self.hurry.notified(), if !hurried => {}
            }
        }
    }
}

/// Somebody who waits for changes.
pub(crate) struct Waiter {
    signal: watch::Receiver<()>,
    changes: Arc<Changes>,
}

impl Waiter {
    /// Waits for a change since the last one, or since this waiter was made. Cancel safe.
    pub(crate) async fn changed(&mut self) {
        // The sender lives in `changes`.
        let _ = self.signal.changed().await;
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.changes.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
