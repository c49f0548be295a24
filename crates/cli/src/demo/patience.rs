//! Waiting, which ends when the person at the keyboard has had enough.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::{Code, Failure, Outcome};

/// Between two looks at whatever is waited for.
const GLANCE: Duration = Duration::from_millis(20);

/// From when this is made, SIGINT and SIGTERM do not end the process: they end what is waited for, and all is tidied up.
pub(super) struct Patience {
    runtime: Runtime,
    /// SIGINT and SIGTERM.
    signals: RefCell<[Signal; 2]>,
}

impl Patience {
    pub(super) fn new() -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let entered = runtime.enter();
        let signals = RefCell::new([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]);
        drop(entered);
        Ok(Self { runtime, signals })
    }

    /// Until a signal comes.
    pub(super) fn forever(&self) {
        self.signalled(Duration::MAX);
    }

    /// Looks again and again until there is something to give.
    ///
    /// # Errors
    /// When `look` fails, a signal comes, or the time is over.
    pub(super) fn until<T>(
        &self,
        what: &str,
        limit: Duration,
        mut look: impl FnMut() -> Outcome<Option<T>>,
    ) -> Outcome<T> {
        let began = Instant::now();
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            if began.elapsed() > limit {
                return Err(Failure::new(Code::Failed, format!("gave up waiting for {what}")));
            }
            if self.signalled(GLANCE) {
                return Err(Failure::new(Code::Failed, "interrupted"));
            }
        }
    }

    /// Whether a signal comes in this time.
    fn signalled(&self, time: Duration) -> bool {
        let mut signals = self.signals.borrow_mut();
        let [interrupt, terminate] = &mut *signals;
        self.runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => true,
                _ = terminate.recv() => true,
                () = tokio::time::sleep(time) => false,
            }
        })
    }
}
