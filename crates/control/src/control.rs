//! What the use cases are built of.

use std::sync::Arc;

use aws_lc_rs::hmac;
use identity::Clock;
use model::{By, Event, Record, RequestId};
use ports::{Journal, Resources};
use secrets::Envelope;
use store::{EndedRow, Store};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::changes::Changes;
use crate::requests::sealed;
use crate::roles::Rule;
use crate::{AccessPolicy, Caller, Error, Grants, Standing, Standings};

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
    /// Keeps the texts of commands unreadable in the store.
    pub envelope: Arc<Envelope>,
    /// Who people are at this moment.
    pub standings: Arc<dyn Standings>,
    /// The targets.
    pub resources: Arc<dyn Resources>,
    /// The grants in force, as the policy sees them: filled by this.
    pub grants: Arc<Grants>,
    /// Who decides requests for access.
    pub access: Arc<dyn AccessPolicy>,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Control {
    pub(crate) parts: Arc<Parts>,
    pub(crate) changes: Arc<Changes>,
    /// Of the bindings of commands.
    pub(crate) binding_key: Arc<hmac::Key>,
    /// One decision at a time, so that the same one made twice at once is recorded once.
    pub(crate) deciding: Arc<Mutex<()>>,
}

impl Control {
    /// Begins: ends what an earlier run of this gateway left waiting, and reads the grants in force. `keep` is to be spawned
    /// once.
    ///
    /// # Errors
    /// When the store or the key file fails.
    pub async fn open(parts: Parts) -> Result<Self, Error> {
        let ended = EndedRow {
            at_us: (parts.clock)(),
            by: None,
            reason: Some("the gateway was started again, so the session that waited is gone".to_owned()),
        };
        parts.store.void_other_runs(&parts.gateway, parts.run, ended).await?;
        let binding_key = Arc::new(sealed::binding_key(&parts).await?);
        let control = Self { parts: Arc::new(parts), changes: Arc::default(), binding_key, deciding: Arc::default() };
        control.refresh_grants().await?;
        control.changes.tell();
        Ok(control)
    }

    /// Tells of changes of what control looks after: by this process and by others that share the store.
    pub fn changes(&self) -> Arc<Changes> {
        Arc::clone(&self.changes)
    }

    pub(crate) fn now(&self) -> u64 {
        (self.parts.clock)()
    }

    /// A fresh name, ordered by time.
    pub(crate) fn request_id(&self) -> RequestId {
        let mut random = [0; 10];
        (self.parts.random)(&mut random);
        RequestId(uuid::Builder::from_unix_timestamp_millis(self.now() / 1000, &random).into_uuid())
    }

    /// Who the caller is at this moment.
    pub(crate) async fn standing_of(&self, by: &Caller) -> Result<Standing, Error> {
        let standing = self.parts.standings.standing(&by.id).await?;
        standing.ok_or_else(|| Error::not_allowed("your access to this gateway has ended"))
    }

    /// Has an event written down, and waits until it is durable.
    pub(crate) async fn record(&self, event: Event) -> Result<(), Error> {
        let record = Record { time_us: self.now(), session: None, position: None, event };
        let mark = self.parts.journal.append(record)?;
        Ok(self.parts.journal.reached(mark).await?)
    }

    /// Has it written down that somebody reads what is not theirs, and waits until that is durable.
    pub(crate) async fn reads(&self, by: &Caller, rule: &Rule, details: &[(&str, String)]) -> Result<(), Error> {
        let details = details.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.record(Event::Read { what: rule.name.to_owned(), by: by.by(), details }).await
    }

    /// Has an act written down, and waits until it is durable: before the act takes effect.
    pub(crate) async fn act(&self, by: By, act: &str, details: &[(&str, String)]) -> Result<(), Error> {
        let details = details.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.record(Event::Act { act: act.to_owned(), by, details }).await
    }
}
