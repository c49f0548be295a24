//! A house of fake ports: everything that an engine needs, in memory, under the control of a test.

mod journal;
mod people;
mod rules;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{Dialer, Dialled, EngineLimits, Gateway, House, Listener, Metrics, Receipt};
use model::{
    Account, Address, Approvers, Durability, Event, HoldTerms, Limits, Obligations, PrincipalId, Public, Requirement,
    Resource, ResourceName, TlsMode, Verdict, Wait,
};
use ports::{HoldEnd, Later};
use tokio::task::JoinHandle;
use wire::{Protocol, Route};

pub use journal::MemoryJournal;
pub use people::{Approvals, People, REPEAT};
pub use rules::{Rule, Rules};

use crate::legs::{MemoryLeg, Opener, Remote, pair, trunk};
use crate::masks::Names;
use crate::peer::Peer;
use crate::random::Random;

/// Allows everything.
pub fn allow() -> Verdict {
    Verdict::Allow { policies: vec!["test".to_owned()], obligations: Obligations::default() }
}

/// An account that exists, and that nobody may use.
pub const LOCKED: &str = "locked";

/// Makes the target of each new session.
pub type MakeTarget = Box<dyn Fn() -> Box<dyn Peer> + Send + Sync>;

/// Reaches targets that are pipes. The first connection of a session gets a new target; a probe gets one more connection to it.
pub struct PipeDialer {
    make: MakeTarget,
    dialled: Mutex<Vec<Remote>>,
}

impl PipeDialer {
    /// The other ends of all connections to targets, in order.
    pub fn dialled(&self) -> Vec<Remote> {
        self.dialled.lock().unwrap().clone()
    }
}

impl Dialer for PipeDialer {
    fn dial(&self, _: &Address, peer: Option<SocketAddr>) -> Later<io::Result<Dialled>> {
        let (leg, remote) = pair();
        let mut dialled = self.dialled.lock().unwrap();
        let at = match peer {
            None => {
                remote.attach((self.make)());
                dialled.len()
            }
            Some(first) => {
                let at = usize::from(first.port());
                let first = dialled[at].clone();
                remote.attach(first.aside().expect("the target takes one more connection"));
                remote.then(move || first.nudge());
                at
            }
        };
        dialled.push(remote);
        let peer = SocketAddr::from(([127, 0, 0, 1], u16::try_from(at).unwrap()));
        Box::pin(async move { Ok(Dialled { leg: Box::new(leg), peer }) })
    }
}

/// The gateway, and every fake behind it.
pub struct TestHouse {
    /// The journal.
    pub journal: Arc<MemoryJournal>,
    /// The desk for approvals.
    pub approvals: Arc<Approvals>,
    /// The policy.
    pub rules: Arc<Rules>,
    /// The people.
    pub people: Arc<People>,
    /// The way to targets.
    pub dialer: Arc<PipeDialer>,
    /// The gateway.
    pub gateway: Arc<Gateway>,
    protocol: &'static dyn Protocol,
}

/// A client of a gateway.
pub struct Visitor {
    /// Its end of the leg.
    pub remote: Remote,
    /// How its session ends.
    pub session: JoinHandle<Receipt>,
}

impl TestHouse {
    /// A house for that protocol, with these rules, targets and limits.
    pub fn new(protocol: &'static dyn Protocol, rule: Rule, make: MakeTarget, limits: EngineLimits) -> Self {
        Self::in_mode(protocol, rule, make, limits, Durability::Strict)
    }

    /// The same with another mode of the journal.
    pub fn in_mode(
        protocol: &'static dyn Protocol,
        rule: Rule,
        make: MakeTarget,
        limits: EngineLimits,
        durability: Durability,
    ) -> Self {
        let journal = Arc::new(MemoryJournal::default());
        let approvals = Arc::new(Approvals::default());
        let rules = Arc::new(Rules::new(rule));
        let people = Arc::new(People::default());
        let dialer = Arc::new(PipeDialer { make, dialled: Mutex::default() });
        let random = Mutex::new(Random::new(11));
        let resource = Resource {
            name: "prod".parse().unwrap(),
            protocol: protocol.manifest().name.to_owned(),
            address: Address { host: "target".to_owned(), port: 1 },
            tls: TlsMode::Disable,
            tls_name: None,
            tls_ca: None,
            server_names: Vec::new(),
            default_database: None,
            accounts: ["app", LOCKED].map(|name| Account { name: name.to_owned(), user: name.to_owned() }).to_vec(),
            labels: std::collections::BTreeMap::new(),
        };
        people.knows(resource);
        let house = House {
            journal: journal.clone(),
            decider: rules.clone(),
            directory: people.clone(),
            secrets: people.clone(),
            approvals: approvals.clone(),
            resources: people.clone(),
            catalogues: Arc::new(Names),
            masks: Arc::new(Names),
            dialer: dialer.clone(),
            durability,
            random: Arc::new(move |bytes: &mut [u8]| {
                let mut random = random.lock().unwrap();
                bytes.fill_with(|| random.number().to_le_bytes()[0]);
            }),
            limits,
            wire_limits: Limits::default(),
            metrics: Arc::new(Metrics::default()),
        };
        Self { journal, approvals, rules, people, dialer, gateway: Arc::new(Gateway::new(house)), protocol }
    }

    /// A client connects to `prod`; nothing is known of it.
    pub fn visit(&self, client: Box<dyn Peer>) -> Visitor {
        self.visit_resource("prod".parse().unwrap(), client)
    }

    /// A client connects to the listener of that resource.
    pub fn visit_resource(&self, resource: ResourceName, client: Box<dyn Peer>) -> Visitor {
        let (leg, remote): (MemoryLeg, Remote) = pair();
        remote.attach(client);
        let (gateway, listener) = (self.gateway.clone(), self.listener(resource));
        let session = tokio::spawn(async move { gateway.serve(Box::new(leg), visitor(), listener).await });
        Visitor { remote, session }
    }

    /// A client connects that can open many streams; its connection has proved that it is Ada.
    pub fn visit_with_many(&self) -> (Opener, JoinHandle<Receipt>) {
        let (trunk, opener) = trunk();
        let (gateway, listener) = (self.gateway.clone(), self.listener("prod".parse().unwrap()));
        let serve = async move { gateway.serve_trunk(Box::new(trunk), People::ada(), visitor(), listener).await };
        (opener, tokio::spawn(serve))
    }

    fn listener(&self, resource: ResourceName) -> Listener {
        Listener {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            protocol: self.protocol,
            route: Route::Fixed(resource),
            plaintext_allowed: true,
            tls: None,
            proxy_from: Vec::new(),
        }
    }

    /// The types of the records so far.
    pub fn record_types(&self) -> Vec<&'static str> {
        self.journal.events().iter().map(kind).collect()
    }
}

/// Where visitors come from.
fn visitor() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 40_000))
}

/// The name of an event, as it stands in a record.
pub fn kind(event: &Event) -> &'static str {
    match event {
        Event::SigninRefused { .. } => "signin.refused",
        Event::SessionStart { .. } => "session.start",
        Event::Command { .. } => "command",
        Event::Progress { .. } => "progress",
        Event::ResultPart { .. } => "result.part",
        Event::Shown { .. } => "shown",
        Event::Outcome { .. } => "outcome",
        Event::Refusal { .. } => "refusal",
        Event::Hold { .. } => "hold",
        Event::HoldEnded { .. } => "hold.end",
        Event::Cancel { .. } => "cancel",
        Event::Violation { .. } => "violation",
        Event::SessionEnd { .. } => "session.end",
        _ => "gateway",
    }
}

/// Lets everything happen that can happen without more time than a moment of the virtual clock.
pub async fn settle() {
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
}

/// A denial.
pub fn deny() -> Verdict {
    Verdict::Deny { policies: vec!["test".to_owned()], reason: crate::driver::denied() }
}

/// What somebody of the test has agreed to.
pub fn approved() -> HoldEnd {
    let grace = PrincipalId { issuer: "local".to_owned(), subject: "grace".to_owned() };
    HoldEnd::Approved { by: vec![grace], met: terms().requirements }
}

/// A hold.
pub fn hold() -> Verdict {
    let notice = Public::new(model::Class::NotApproved, "waiting for a human");
    Verdict::Hold { policies: vec!["test".to_owned()], notice, terms: terms() }
}

/// Somebody of the test must agree, within a quarter of an hour.
pub fn terms() -> HoldTerms {
    let requirements = vec![Requirement { needed: 1, of: Approvers::Group("colleagues".to_owned()) }];
    HoldTerms { requirements, expires: Duration::from_secs(900), wait: Wait::Session }
}
