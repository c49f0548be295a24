//! A gateway inside the test process, of the same parts as the binary but for two: the policy and the desk are the test's.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::{EngineLimits, Gateway, House, Listener, Metrics, TcpDialer};
use evidence::{FileJournal, Options, Places};
use identity::{Local, Person, Tokens, wall_clock};
use model::{Account, Limits, Resource, ResourceName, TlsMode};
use ports::Resources;
use secrets::{Source, Sources};
use store::Store;
use tokio::runtime::Runtime;
use wire::Route;

use super::desk::{Desk, Policy};
use super::door::Door;
use super::journal::Journal;
use super::place::{TempDir, until};
use super::postgres::{PASSWORD, Postgres};

/// How long a desk waits for an answer when the test does not say: longer than any test.
const PATIENT: Duration = Duration::from_secs(3600);

/// How it is to be made.
pub struct Plan {
    address: String,
    patience: Duration,
    limits: Limits,
}

/// A running gateway. It ends, and its files go, when this is dropped.
pub struct Inside {
    pub policy: Arc<Policy>,
    pub desk: Arc<Desk>,
    runtime: Option<Runtime>,
    port: u16,
    token: String,
    dir: TempDir,
}

impl Plan {
    pub fn before(server: &Postgres) -> Self {
        Self::before_address(&format!("127.0.0.1:{}", server.port))
    }

    pub fn before_address(address: &str) -> Self {
        Self { address: address.into(), patience: PATIENT, limits: Limits::default() }
    }

    /// Held commands expire so soon.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    pub fn start(self) -> Inside {
        let dir = TempDir::new("inside");
        let password = dir.join("target-password");
        fs::write(&password, PASSWORD).unwrap();
        fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (policy, desk) = (Arc::new(Policy::default()), Arc::new(Desk::with_patience(self.patience)));
        let (address, token) = runtime.block_on(self.open(dir.path(), Arc::clone(&policy), Arc::clone(&desk)));
        Inside { policy, desk, runtime: Some(runtime), port: address.port(), token, dir }
    }

    async fn open(self, dir: &Path, policy: Arc<Policy>, desk: Arc<Desk>) -> (SocketAddr, String) {
        let clock = wall_clock();
        let store = Arc::new(Store::open(&dir.join("store.sqlite")).await.unwrap());
        let tokens = Tokens::new(Arc::clone(&store), Arc::clone(&clock));
        let token = tokens.keep(tokens.prepare("ada", PATIENT).await.unwrap()).await.unwrap().token;
        let ada = Person { name: "ada".into(), ..Person::default() };
        let directory = Local::open(store, vec![ada], Arc::clone(&clock)).await.unwrap();
        engine::spawn(directory.watch());
        let resource = target(&self.address);
        let source = Source::File(dir.join("target-password"));
        let gateway = Gateway::new(House {
            journal: Arc::new(FileJournal::open(&Places::of(dir), small(clock)).unwrap()),
            decider: policy,
            directory: Arc::new(directory),
            secrets: Arc::new([((resource.name.clone(), "app".to_owned()), source)].into_iter().collect::<Sources>()),
            approvals: desk,
            resources: Arc::new(One(Arc::new(resource))),
            catalogues: Arc::new(testkit::masks::Names),
            masks: Arc::new(testkit::masks::Names),
            dialer: Arc::new(TcpDialer),
            durability: model::Durability::Strict,
            random: House::system_random(),
            limits: EngineLimits::default(),
            wire_limits: self.limits,
            metrics: Arc::new(Metrics::default()),
        });
        let address = gateway.listen(listener()).await.unwrap();
        // Dropping the gateway would count as its end; it lives for as long as the runtime does.
        engine::spawn(async move {
            std::future::pending::<()>().await;
            drop(gateway);
        });
        (address, String::from_utf8(token.reveal().to_vec()).unwrap())
    }
}

/// Segments that are made quickly.
fn small(clock: identity::Clock) -> Options {
    Options { segment_bytes: 1 << 20, ..Options::new(clock) }
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
    "prod".parse().unwrap()
}

fn target(address: &str) -> Resource {
    Resource {
        name: name(),
        protocol: "postgres".into(),
        address: address.parse().unwrap(),
        tls: TlsMode::Disable,
        tls_name: None,
        tls_ca: None,
        server_names: Vec::new(),
        default_database: None,
        accounts: vec![Account { name: "app".into(), user: "postgres".into() }],
        labels: Default::default(),
    }
}

/// The only target.
struct One(Arc<Resource>);

impl Resources for One {
    fn named(&self, name: &str) -> Option<Arc<Resource>> {
        (self.0.name.as_str() == name).then(|| Arc::clone(&self.0))
    }

    fn by_server_name(&self, _: &str) -> Option<Arc<Resource>> {
        None
    }
}

impl Inside {
    pub fn door(&self) -> Door {
        Door {
            host: "127.0.0.1".into(),
            port: self.port,
            user: "ada".into(),
            password: self.token.clone(),
            database: "postgres".into(),
            sslmode: "disable",
            sslrootcert: None,
        }
    }

    pub fn journal(&self) -> Journal {
        Journal::read(self.dir.path())
    }

    /// Polls, because what follows a disconnect is written down a moment later.
    pub fn assert_recorded(&self, kind: &str, needle: &str) {
        until(&format!("a {kind} record with {needle:?}"), Duration::from_secs(10), || {
            self.journal().find(kind, needle).map(drop)
        });
    }

    /// How many records of a kind hold `needle`.
    pub fn recorded(&self, kind: &str, needle: &str) -> usize {
        self.journal().of_kind(kind).filter(|record| record.line.contains(needle)).count()
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        if std::thread::panicking() && self.dir.join("journal").exists() {
            eprintln!("--- the journal ends:\n{}", self.journal().tail(15));
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}
