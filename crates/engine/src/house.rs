//! The collaborators of a gateway, handed over once by the binary (or a test).

use std::sync::Arc;

use model::{Durability, Limits};
use ports::{Approvals, Catalogues, Decider, Directory, Journal, Masks, Resources, Secrets};
use tokio::sync::Semaphore;
use wire::{Entropy, Opening, Route};

use crate::clock;
use crate::connect::Dialer;
use crate::half_open::HalfOpen;
use crate::interrupts::Interrupts;
use crate::kdf::KeyDeriver;
use crate::limits::{EngineLimits, LINGERING};
use crate::memory::Memory;
use crate::metrics::Metrics;
use crate::sessions::LiveSessions;
use crate::tls::TargetTls;

/// Fills a buffer with random bytes: the system's source, or a seeded one in tests.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Everything the data path needs from outside.
pub struct House {
    /// Where records go.
    pub journal: Arc<dyn Journal>,
    /// Who decides.
    pub decider: Arc<dyn Decider>,
    /// Who people are.
    pub directory: Arc<dyn Directory>,
    /// Credentials of targets.
    pub secrets: Arc<dyn Secrets>,
    /// Where held commands wait.
    pub approvals: Arc<dyn Approvals>,
    /// Which targets exist.
    pub resources: Arc<dyn Resources>,
    /// What their databases hold.
    pub catalogues: Arc<dyn Catalogues>,
    /// What masks results.
    pub masks: Arc<dyn Masks>,
    /// How targets are reached.
    pub dialer: Arc<dyn Dialer>,
    /// Random bytes.
    pub random: Random,
    /// What waits for the journal's storage.
    pub durability: Durability,
    /// Time, connections, memory.
    pub limits: EngineLimits,
    /// Frame sizes and the like.
    pub wire_limits: Limits,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl House {
    /// The system's random source.
    pub fn system_random() -> Random {
        Arc::new(|buffer: &mut [u8]| {
            // The source of the operating system does not fail once it is seeded; if it ever did, zeros would be a
            // disaster, so the process ends instead.
            if aws_lc_rs::rand::fill(buffer).is_err() {
                std::process::abort();
            }
        })
    }
}

/// The house with the engine's own shared parts beside it.
pub(crate) struct Premises {
    pub(crate) house: House,
    pub(crate) interrupts: Interrupts,
    pub(crate) sessions: LiveSessions,
    pub(crate) half_open: Arc<HalfOpen>,
    pub(crate) target_tls: TargetTls,
    pub(crate) keys: KeyDeriver,
    pub(crate) memory: Arc<Memory>,
    /// Places for the last words of those who were sent away.
    pub(crate) lingering: Arc<Semaphore>,
}

impl Premises {
    pub(crate) fn new(house: House) -> Self {
        let half_open = HalfOpen::new(house.limits.half_open, house.metrics.clone());
        let memory = Memory::new(house.limits.memory, house.wire_limits.frame);
        Self {
            house,
            interrupts: Interrupts::default(),
            sessions: LiveSessions::default(),
            half_open,
            target_tls: TargetTls::default(),
            keys: KeyDeriver::default(),
            memory,
            lingering: Arc::new(Semaphore::new(LINGERING)),
        }
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.house.random)(&mut bytes);
        bytes
    }

    /// A fresh identifier, ordered by time (UUID version 7).
    pub(crate) fn identifier(&self) -> uuid::Uuid {
        uuid::Builder::from_unix_timestamp_millis(clock::wall_us() / 1000, &self.random()).into_uuid()
    }

    /// What a stream is born with.
    pub(crate) fn opening(&self, route: Route, plaintext_allowed: bool, tls_offered: bool) -> Opening {
        Opening {
            limits: self.house.wire_limits,
            entropy: Entropy::new(self.random()),
            route,
            principal: None,
            plaintext_allowed,
            tls_offered,
        }
    }
}
