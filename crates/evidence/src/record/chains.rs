//! The chains that are open in this run, and how a record is drafted in its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{Event, Record};
use uuid::Uuid;

use super::Draft;
use super::body::{Around, Entry};
use super::payloads::Payload;
use super::sealer::Sealer;
use crate::keys::MasterKey;

/// One sealer for each chain. A lock of its own keeps the payloads of a chain in the order of its records, and no chain waits
/// for another.
#[derive(Debug)]
pub(crate) struct Chains {
    master: MasterKey,
    origin: String,
    run: Uuid,
    of_run: Arc<Mutex<Sealer>>,
    sessions: Mutex<HashMap<Uuid, Arc<Mutex<Sealer>>>>,
}

impl Chains {
    /// Those of a new run. `None` when the system has no random bytes.
    pub(crate) fn new(master: MasterKey, origin: &str, run: Uuid) -> Option<Self> {
        let of_run = Arc::new(Mutex::new(Sealer::new(&master, origin, run)?));
        Some(Self { master, origin: origin.to_owned(), run, of_run, sessions: Mutex::default() })
    }

    /// Drafts a record and hands it to `place`, which gives it its place in the order. `None` when there is no drafting it: its
    /// session is not open, or the system has no random bytes.
    pub(crate) fn draft<T, E>(
        &self,
        record: &Record,
        place: impl FnOnce(Draft) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let session = record.session.map(|session| session.0);
        let (sid, sealer) = match (&record.event, session) {
            (event, _) if is_of_gateway(event) => (None, Arc::clone(&self.of_run)),
            (Event::SessionStart { .. }, Some(sid)) => (Some(sid), self.begin(sid)?),
            (_, Some(sid)) => (Some(sid), Arc::clone(self.sessions().get(&sid)?)),
            (_, None) => return None,
        };
        let entry = Entry::of(&record.event, &Around { run: self.run, master: &self.master });
        let placed = self.seal(sid, record.time_us, entry, &Payload::of(&record.event), &sealer, place)?;
        let over = match &record.event {
            Event::SessionStart { .. } => placed.is_err(),
            Event::SessionEnd { .. } => placed.is_ok(),
            _ => false,
        };
        if let (true, Some(sid)) = (over, sid) {
            self.sessions().remove(&sid);
        }
        Some(placed)
    }

    /// Drafts a record of the gateway itself.
    pub(crate) fn of_gateway<T, E>(
        &self,
        wall: u64,
        entry: Entry,
        place: impl FnOnce(Draft) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        self.seal(None, wall, entry, &[], &self.of_run, place)
    }

    fn seal<T, E>(
        &self,
        sid: Option<Uuid>,
        wall: u64,
        entry: Entry,
        payloads: &[Payload<'_>],
        sealer: &Mutex<Sealer>,
        place: impl FnOnce(Draft) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let mut sealer = sealer.lock().unwrap_or_else(PoisonError::into_inner);
        let sealed = sealer.seal(payloads)?;
        let mut draft = Draft::plain(sid, wall, entry);
        draft.references = sealed.references;
        draft.payloads = sealed.ciphertexts;
        draft.key = sealer.wrapped().to_vec();
        let placed = place(draft);
        if placed.is_ok() {
            sealer.carried();
        }
        Some(placed)
    }

    fn begin(&self, sid: Uuid) -> Option<Arc<Mutex<Sealer>>> {
        let sealer = Arc::new(Mutex::new(Sealer::new(&self.master, &self.origin, sid)?));
        self.sessions().insert(sid, Arc::clone(&sealer));
        Some(sealer)
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Mutex<Sealer>>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it belongs to the chain of the run, also when a connection had got the number of a session already.
fn is_of_gateway(event: &Event) -> bool {
    matches!(
        event,
        Event::GatewayStarted { .. }
            | Event::GatewayStopped
            | Event::GatewayRecovered { .. }
            | Event::GatewayFailclosed { .. }
            | Event::SigninRefused { .. }
            | Event::Act { .. }
            | Event::Read { .. }
    )
}
