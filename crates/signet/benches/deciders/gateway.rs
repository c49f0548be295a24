//! A gateway inside this process, of the same parts as the binary; who decides is said from outside.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use control::{Deciding, Estate, EstateParts, FileTarget, Force, Grants, Moment, PolicyForce, References};
use engine::{EngineLimits, House, Listener, Metrics, TcpDialer};
use evidence::{FileJournal, Options, Places};
use identity::{Clock, Local, Person, Tokens, wall_clock};
use model::{Account, Public, Recording, Resource, ResourceName, TlsMode};
use ports::{Approvals, Decider, Held, HoldRequest, Journal};
use secrets::{Envelope, Source};
use store::Store;
use wire::Route;

use crate::policies::{Static, file};

/// Who connects: of `team-0`.
pub(crate) const PERSON: &str = "ada";
const HOUR: Duration = Duration::from_secs(3600);

/// What all gateways share.
pub(crate) struct Place {
    pub(crate) address: String,
    pub(crate) folder: PathBuf,
    /// The file with the password of the target.
    pub(crate) password: PathBuf,
}

/// Who decides.
#[derive(Clone, Copy)]
pub(crate) enum Deciders {
    Static,
    Policies(usize),
}

/// A running gateway, for as long as the runtime runs.
pub(crate) struct Gateway {
    pub(crate) name: String,
    pub(crate) port: u16,
    pub(crate) token: String,
}

impl Gateway {
    pub(crate) async fn start(place: &Place, deciders: Deciders) -> Self {
        let name = match deciders {
            Deciders::Static => "static".to_owned(),
            Deciders::Policies(policies) => format!("{policies} policies"),
        };
        let folder = place.folder.join(name.replace(' ', "-"));
        let clock = wall_clock();
        let store = Arc::new(Store::open(&folder.join("store.sqlite")).await.unwrap());
        let tokens = Tokens::new(Arc::clone(&store), Arc::clone(&clock));
        let token = tokens.keep(tokens.prepare(PERSON, HOUR).await.unwrap()).await.unwrap().token;
        let ada = Person { name: PERSON.to_owned(), groups: vec!["team-0".to_owned()], ..Person::default() };
        let people = Arc::new(Local::open(Arc::clone(&store), vec![ada], Arc::clone(&clock)).await.unwrap());
        let journal = FileJournal::open(&Places::of(&folder), Options::new(Arc::clone(&clock))).unwrap();
        let parts = Parts { store, people, journal: Arc::new(journal), clock };
        let gateway = engine::Gateway::new(parts.house(place, &folder, deciders).await);
        let address = gateway.listen(listener()).await.unwrap();
        // Dropping the gateway would count as its end.
        engine::spawn(async move {
            std::future::pending::<()>().await;
            drop(gateway);
        });
        Self { name, port: address.port(), token: String::from_utf8(token.reveal().to_vec()).unwrap() }
    }
}

/// What the house is built of.
struct Parts {
    store: Arc<Store>,
    people: Arc<Local>,
    journal: Arc<FileJournal>,
    clock: Clock,
}

impl Parts {
    async fn house(self, place: &Place, folder: &std::path::Path, deciders: Deciders) -> House {
        let policies = file(match deciders {
            Deciders::Static => 0,
            Deciders::Policies(policies) => policies,
        });
        let (people, grants, clock) = (Arc::clone(&self.people), Arc::<Grants>::default(), Arc::clone(&self.clock));
        let force = Arc::new(Force::new(policies, false, Arc::new(Moment { people, grants, clock })).unwrap());
        let estate = Estate::open(EstateParts {
            store: self.store,
            journal: Arc::<FileJournal>::clone(&self.journal) as Arc<dyn Journal>,
            clock: self.clock,
            people: Arc::clone(&self.people),
            envelope: Arc::new(Envelope::open(&folder.join("store.key"), false).unwrap().envelope),
            targets: vec![FileTarget {
                resource: Arc::new(target(&place.address)),
                inspection: None,
                record: Recording::default(),
            }],
            sources: [((name(), "app".to_owned()), Source::File(place.password.clone()))].into_iter().collect(),
            recording: Recording::default(),
            references: References::default(),
            protocols: BTreeMap::new(),
            force: Arc::<Force>::clone(&force) as Arc<dyn PolicyForce>,
            policy_dir: None,
            unattributed: true,
        });
        let inventory = estate.await.unwrap().inventory();
        let decider: Arc<dyn Decider> = match deciders {
            Deciders::Static => Arc::new(Static),
            Deciders::Policies(_) => Arc::new(Deciding::new(force.engine().clone(), Arc::clone(&inventory))),
        };
        House {
            journal: self.journal,
            decider,
            directory: self.people,
            secrets: Arc::clone(&inventory) as Arc<dyn ports::Secrets>,
            approvals: Arc::new(Nobody),
            resources: inventory,
            catalogues: Arc::new(testkit::masks::Names),
            masks: Arc::new(testkit::masks::Names),
            dialer: Arc::new(TcpDialer),
            durability: model::Durability::Strict,
            random: House::system_random(),
            limits: EngineLimits::default(),
            wire_limits: model::Limits::default(),
            metrics: Arc::new(Metrics::default()),
        }
    }
}

/// Nothing waits here.
struct Nobody;

impl Approvals for Nobody {
    fn hold(&self, _: HoldRequest, _: Public) -> Result<Held, Public> {
        Err(Public::journal_down())
    }
}

fn listener() -> Listener {
    Listener {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        protocol: &postgres::Postgres,
        route: Route::Fixed(name()),
        plaintext_allowed: true,
        tls: None,
        proxy_from: Vec::new(),
    }
}

fn name() -> ResourceName {
    "bench".parse().unwrap()
}

fn target(address: &str) -> Resource {
    Resource {
        name: name(),
        protocol: "postgres".to_owned(),
        address: address.parse().unwrap(),
        tls: TlsMode::Disable,
        tls_name: None,
        tls_ca: None,
        server_names: Vec::new(),
        default_database: None,
        accounts: vec![Account { name: "app".to_owned(), user: "postgres".to_owned() }],
        labels: [("env".to_owned(), "production".to_owned())].into(),
    }
}
