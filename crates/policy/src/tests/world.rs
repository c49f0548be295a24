//! A world in memory: facts that can be changed, and people in it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use model::{
    Account, Action, Address, Certainty, CredentialId, Credentials, Facts as Known, Kind, Phase, Principal,
    PrincipalId, Resource, ResourceName, SessionId, TlsMode, Verb,
};
use ports::{Later, Who};

use super::loading::file;
use crate::bell::Bell;
use crate::{Engine, Facts, Grant, PolicySet, compile};

/// A time in the middle of a minute: 2026-07-01T12:00:30Z, a Wednesday.
pub(super) const NOON: u64 = 1_782_907_230_000_000;

pub(super) fn policies(number: u64, text: &str) -> PolicySet {
    compile(number, &[file(text)]).unwrap_or_else(|error| panic!("{error}"))
}

#[derive(Default)]
pub(super) struct World {
    pub(super) groups: Mutex<BTreeMap<String, Vec<String>>>,
    pub(super) grants: Mutex<Vec<Grant>>,
    now_us: AtomicU64,
    /// Rung by every change, and by the clock.
    pub(super) bell: Bell,
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        let world = Self::default();
        world.now_us.store(NOON, Ordering::SeqCst);
        Arc::new(world)
    }

    pub(super) fn put(&self, person: &str, groups: &[&str]) {
        let groups = groups.iter().map(ToString::to_string).collect();
        self.groups.lock().unwrap().insert(person.to_owned(), groups);
        self.bell.ring();
    }

    pub(super) fn grant(&self, grant: Grant) {
        self.grants.lock().unwrap().push(grant);
        self.bell.ring();
    }

    pub(super) fn at(&self, us: u64) {
        self.now_us.store(us, Ordering::SeqCst);
    }
}

impl Facts for World {
    fn groups(&self, id: &PrincipalId, as_signed_in: &[String]) -> Arc<[String]> {
        let known = self.groups.lock().unwrap().get(&id.subject).cloned();
        known.unwrap_or_else(|| as_signed_in.to_vec()).into()
    }

    fn grants(&self, _: &PrincipalId, _: &ResourceName, _: &str) -> Vec<Grant> {
        self.grants.lock().unwrap().clone()
    }

    fn changed(&self) -> Later<()> {
        Box::pin(self.bell.rung())
    }

    fn sleep_until(&self, us: u64) -> Later<()> {
        if us <= self.now_us() { Box::pin(std::future::ready(())) } else { Box::pin(std::future::pending()) }
    }

    fn now_us(&self) -> u64 {
        self.now_us.load(Ordering::SeqCst)
    }
}

/// Who asks, owned.
#[derive(Clone)]
pub(super) struct Asker {
    pub(super) principal: Principal,
    pub(super) resource: Resource,
    pub(super) account: Account,
    pub(super) database: Option<String>,
    pub(super) program: Option<String>,
    pub(super) client: IpAddr,
    credential: CredentialId,
}

impl Asker {
    pub(super) fn new(person: &str) -> Self {
        let id = PrincipalId { issuer: "local".to_owned(), subject: person.to_owned() };
        Self {
            principal: Principal { id, name: person.to_owned(), kind: Kind::Human, groups: Vec::new() },
            resource: Resource {
                name: "prod".parse().unwrap(),
                protocol: "postgres".to_owned(),
                address: Address { host: "localhost".to_owned(), port: 1 },
                tls: TlsMode::Disable,
                tls_name: None,
                tls_ca: None,
                server_names: Vec::new(),
                default_database: None,
                accounts: Vec::new(),
                labels: [("env".to_owned(), "production".to_owned())].into(),
            },
            account: Account { name: "app".to_owned(), user: "app".to_owned() },
            database: None,
            program: None,
            client: IpAddr::V4(Ipv4Addr::LOCALHOST),
            credential: CredentialId("none".to_owned()),
        }
    }

    pub(super) fn who(&self) -> Who<'_> {
        Who {
            session: SessionId(uuid::Uuid::nil()),
            principal: &self.principal,
            credential: &self.credential,
            resource: &self.resource,
            account: &self.account,
            database: self.database.as_deref(),
            client: self.client,
            program: self.program.as_deref(),
        }
    }
}

pub(super) fn command(verb: Verb) -> Action {
    Action {
        verb,
        name: "COMMAND",
        certainty: Certainty::Full,
        phase: Phase::Run,
        facts: Known::default(),
        text: Bytes::new(),
        parameters: Vec::new(),
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }
}

/// An engine over a world, with ada in `groups`.
pub(super) fn engine(text: &str, groups: &[&str]) -> (Engine, Arc<World>, Asker) {
    let world = World::new();
    world.put("ada", groups);
    let facts: Arc<dyn Facts> = Arc::clone(&world) as _;
    (Engine::new(policies(1, text), facts), world, Asker::new("ada"))
}
