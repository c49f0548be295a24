//! What is known of one database. One reads it at a time; who else needs it then waits for that one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{Catalogue, Class, Public, Resource};
use tokio::time::{Instant, timeout};

use super::freshness::{Changes, Taken};
use super::inspectors::Inspectors;
use super::{Failure, Found, Source};

/// How long reading may take, waiting for who reads already included.
const PATIENCE: Duration = Duration::from_secs(10);

/// One database of one resource.
pub(super) struct Database {
    pub(super) resource: Arc<Resource>,
    source: Arc<dyn Source>,
    inspectors: Arc<dyn Inspectors>,
    /// The number of the newest catalogue of all databases: no two have the same.
    versions: Arc<AtomicU64>,
    state: Mutex<State>,
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    changes: Changes,
    held: Option<Held>,
    /// Readings that were begun, and how the last of them ended.
    begun: u64,
    ended: Option<Result<Arc<Catalogue>, Public>>,
}

struct Held {
    taken: Taken,
    fingerprint: String,
    catalogue: Arc<Catalogue>,
}

impl Database {
    pub(super) fn new(
        resource: Arc<Resource>,
        source: Arc<dyn Source>,
        inspectors: Arc<dyn Inspectors>,
        versions: Arc<AtomicU64>,
    ) -> Self {
        Self { resource, source, inspectors, versions, state: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// What is believed of it now.
    pub(super) fn known(&self) -> Option<Arc<Catalogue>> {
        let state = self.state();
        let held = state.held.as_ref()?;
        state.changes.believe(held.taken, Instant::now()).then(|| Arc::clone(&held.catalogue))
    }

    pub(super) fn changed(&self) {
        self.state().changes.note(Instant::now());
    }

    /// Reads it, or takes what another reading has found that was begun after this was called.
    pub(super) async fn read(&self) -> Result<Arc<Catalogue>, Public> {
        let asked = self.state().begun;
        let read = timeout(PATIENCE, async {
            let _turn = self.turn.lock().await;
            if let Some(ended) = self.ended_since(asked) {
                return ended;
            }
            self.read_now().await
        });
        read.await.unwrap_or_else(|_| {
            let failure = Failure::new("it did not answer in time");
            Err(self.failed(&failure))
        })
    }

    fn ended_since(&self, asked: u64) -> Option<Result<Arc<Catalogue>, Public>> {
        let state = self.state();
        if state.begun > asked { state.ended.clone() } else { None }
    }

    /// In its turn.
    async fn read_now(&self) -> Result<Arc<Catalogue>, Public> {
        let (taken, known) = {
            let mut state = self.state();
            state.begun = state.begun.wrapping_add(1);
            state.ended = None;
            (state.changes.take(Instant::now()), state.held.as_ref().map(|held| held.fingerprint.clone()))
        };
        let found = match self.inspectors.of(&self.resource).await {
            Ok(inspector) => Arc::clone(&self.source).read(inspector, known).await,
            Err(failure) => Err(failure),
        };
        let ended = found.map_err(|failure| self.failed(&failure)).and_then(|found| self.hold(taken, found));
        self.state().ended = Some(ended.clone());
        ended
    }

    /// Keeps what was found; what was known before, when that is still so.
    fn hold(&self, taken: Taken, found: Option<Found>) -> Result<Arc<Catalogue>, Public> {
        let mut state = self.state();
        let held = match (found, state.held.take()) {
            (None, Some(held)) => Held { taken, ..held },
            (Some(found), _) => {
                let version = self.versions.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
                let Found { fingerprint, server, relations, functions, types, running, code } = found;
                let catalogue = Catalogue::new(version, server, relations, functions, types).with_running(running);
                let catalogue = Arc::new(catalogue.with_code(code));
                Held { taken, fingerprint, catalogue }
            }
            // Only what is known is asked after.
            (None, None) => return Err(Public::internal()),
        };
        Ok(Arc::clone(&state.held.insert(held).catalogue))
    }

    /// The details are for the log.
    fn failed(&self, failure: &Failure) -> Public {
        tracing::warn!(resource = %self.resource.name, %failure, "what a database holds cannot be read");
        let reason = "what the database holds cannot be read, so what must be masked is refused";
        Public::new(Class::Target, reason).with_hint(
            "Try again; if it stays so, tell the operators of the gateway: its log says what failed. Nothing was done.",
        )
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
