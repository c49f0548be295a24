//! What the use cases are built of.

use std::sync::Arc;

use model::{Event, Record};
use ports::{Journal, Resources};
use store::Store;
use uuid::Uuid;

use crate::{AccessPolicy, Caller, Error, Sealer, Standings};

/// Tells microseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;
/// Fills a buffer with random bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What the use cases need from outside.
pub struct Parts {
    /// What the gateway remembers.
    pub store: Arc<Store>,
    /// Where records go.
    pub journal: Arc<dyn Journal>,
    /// The wall clock.
    pub clock: Clock,
    /// Random bytes.
    pub random: Random,
    /// The name of this gateway among those that share the store; the same after a restart.
    pub gateway: String,
    /// The name of this run of it.
    pub run: Uuid,
    /// Keeps the texts of commands.
    pub sealer: Arc<dyn Sealer>,
    /// Who people are at this moment.
    pub standings: Arc<dyn Standings>,
    /// The targets.
    pub resources: Arc<dyn Resources>,
    /// Who decides requests for access.
    pub access: Arc<dyn AccessPolicy>,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Control {
    pub(crate) parts: Arc<Parts>,
}

impl Control {
    /// Begins: ends what an earlier run of this gateway left waiting, and reads the grants in force.
    ///
    /// # Errors
    /// When the store or the sealer fails.
    pub async fn open(parts: Parts) -> Result<Self, Error> {
        Ok(Self { parts: Arc::new(parts) })
    }

    pub(crate) fn now(&self) -> u64 {
        (self.parts.clock)()
    }

    /// Has an event written down, and waits until it is durable.
    pub(crate) async fn record(&self, event: Event) -> Result<(), Error> {
        let record = Record { time_us: self.now(), session: None, position: None, event };
        let mark = self.parts.journal.append(record)?;
        Ok(self.parts.journal.reached(mark).await?)
    }

    /// Has an act of somebody written down, and waits until it is durable: before the act takes effect.
    pub(crate) async fn act(&self, by: &Caller, act: &str, details: &[(&str, String)]) -> Result<(), Error> {
        let details = details.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.record(Event::Act { act: act.to_owned(), by: by.by(), details }).await
    }
}
