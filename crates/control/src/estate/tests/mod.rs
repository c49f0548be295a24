//! Tests of the estate: a real store, key file and directory of people; a journal and a clock under the test's control.

mod applying;
mod attacks;
mod captures;
mod dropped;
mod policies;
mod reaching;
mod roles;
mod secrets;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::secrets::{Envelope, Source};
use identity::{LOCAL, Local, Tokens};
use model::{
    Account, Class, Decision, Kind, MaskRule, Obligations, PrincipalId, Public, Recording, Resource, Secret, TlsMode,
    Verdict,
};
use ports::Later;
use store::Store;

use super::{
    Asked, Estate, EstateParts, FileTarget, NewAccount, NewPerson, NewResource, NewSecret, ObservedPolicy,
    PersonChange, PolicyForce, Prober, References, Step, Trial,
};
use crate::house::{Kept, START};
use crate::{Caller, Clock, Error, Role, Standing};

const HOUR: Duration = Duration::from_secs(3600);
const PASSWORD: &str = "only-the-gateway-knows";

/// Remembers what it was given.
#[derive(Default)]
struct Remembering {
    put: Mutex<Vec<(u64, BTreeMap<String, String>)>>,
    number: AtomicU64,
    /// How often policies were read.
    checks: AtomicU64,
}

impl PolicyForce for Remembering {
    fn check(&self, files: &BTreeMap<String, String>) -> Result<(), String> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        if files.values().any(|text| text.contains("broken")) { Err("it is broken".to_owned()) } else { Ok(()) }
    }

    fn put(&self, number: u64, files: &BTreeMap<String, String>) -> Result<(), String> {
        self.put.lock().unwrap().push((number, files.clone()));
        self.number.store(number, Ordering::SeqCst);
        Ok(())
    }

    fn number(&self) -> u64 {
        self.number.load(Ordering::SeqCst)
    }

    fn admit(&self, standing: &Standing, _: &Resource, account: &Account, _: IpAddr) -> Decision {
        let policies = vec!["remembered".to_owned()];
        let verdict = match (standing.groups.contains_key("dba"), account.name.as_str()) {
            (true, "app") => Verdict::Allow { policies, obligations: Obligations::default() },
            _ => Verdict::Deny { policies, reason: Public::new(Class::Denied, "not you") },
        };
        Decision { verdict, version: "remembered".into(), observed: Vec::new() }
    }

    fn decide(&self, asked: &Asked<'_>) -> Decision {
        self.admit(asked.standing, asked.resource, asked.account, IpAddr::from([127, 0, 0, 1]))
    }

    fn masks_of(&self, _: &str) -> Vec<MaskRule> {
        Vec::new()
    }

    fn observed(&self, _: u64) -> Vec<ObservedPolicy> {
        Vec::new()
    }
}

/// Says which secret it was given, as a careless one would.
struct Careless;

impl Prober for Careless {
    fn probe(&self, trial: Trial) -> Later<Vec<Step>> {
        let secret = trial.secret.map(|secret| secret.reveal().len());
        let detail = format!("{} {secret:?} {}", trial.account.user, trial.inspection);
        Box::pin(async move { vec![Step { step: "sign-in", ok: true, detail, remedy: None }] })
    }
}

struct Manor {
    folder: tempfile::TempDir,
    journal: Arc<Kept>,
    now: Arc<AtomicU64>,
    store: Arc<Store>,
    people: Arc<Local>,
    force: Arc<Remembering>,
    estate: Estate,
}

/// How a manor differs from the usual one.
#[derive(Default)]
struct Wishes {
    references: References,
    policies: bool,
    unattributed: bool,
    /// People who are not in the file.
    without: Vec<&'static str>,
}

impl Manor {
    async fn new() -> Self {
        Self::with(Wishes::default()).await
    }

    async fn with(wishes: Wishes) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("policies")).unwrap();
        std::fs::write(folder.path().join("file.password"), "of-the-file\n").unwrap();
        let (journal, now) = (Arc::new(Kept::default()), Arc::new(AtomicU64::new(START)));
        let force = Arc::new(Remembering::default());
        let (store, people, estate) = opened(folder.path(), &journal, &now, &force, wishes).await;
        Self { folder, journal, now, store, people, force, estate }
    }

    /// Another gateway on the same store.
    async fn beside(&self) -> (Arc<Remembering>, Estate) {
        let force = Arc::new(Remembering::default());
        let (.., estate) = opened(self.folder.path(), &self.journal, &self.now, &force, Wishes::default()).await;
        (force, estate)
    }

    fn policies(&self) -> PathBuf {
        self.folder.path().join("policies")
    }

    fn tokens(&self) -> Tokens {
        Tokens::new(Arc::clone(&self.store), clock(&self.now))
    }

    /// A token that an operator made at the machine.
    async fn token(&self, name: &str) -> String {
        let tokens = self.tokens();
        let made = tokens.keep(tokens.prepare(name, HOUR).await.unwrap()).await.unwrap();
        made.token.reveal_str().unwrap().to_owned()
    }

    async fn caller_by(&self, token: &str) -> Result<Caller, Error> {
        self.estate.caller(token, IpAddr::V4(Ipv4Addr::LOCALHOST)).await
    }

    async fn caller(&self, name: &str) -> Caller {
        self.caller_by(&self.token(name).await).await.unwrap()
    }

    /// Adds somebody, as the administrator `ada`.
    async fn add(&self, name: &str, kind: Kind) {
        let ada = self.caller("ada").await;
        let new = NewPerson { id: id(name), name: name.to_owned(), kind, same_person_as: None };
        self.estate.add_person(&ada, new).await.unwrap();
    }

    async fn change(&self, by: &Caller, name: &str, change: PersonChange) -> Result<(), Error> {
        self.estate.change_person(by, &id(name), change).await.map(drop)
    }
}

async fn opened(
    folder: &Path,
    journal: &Arc<Kept>,
    now: &Arc<AtomicU64>,
    force: &Arc<Remembering>,
    wishes: Wishes,
) -> (Arc<Store>, Arc<Local>, Estate) {
    let store = Arc::new(Store::open(&folder.join("store.sqlite")).await.unwrap());
    let file = [
        ("ada", vec!["administrator"]),
        ("gus", vec!["administrator"]),
        ("pia", vec!["policy_author"]),
        ("app", vec!["approver"]),
        ("aud", vec!["auditor"]),
        ("uma", vec![]),
    ];
    let file = file.into_iter().filter(|(name, _)| !wishes.without.contains(name));
    let file = file.map(|(name, roles)| identity::Person {
        name: name.to_owned(),
        groups: vec!["everybody".to_owned()],
        roles: roles.into_iter().map(str::to_owned).collect(),
    });
    let people = Arc::new(Local::open(Arc::clone(&store), file.collect(), clock(now)).await.unwrap());
    let resource = Arc::new(target("filed"));
    let source = Source::File(folder.join("file.password"));
    let estate = Estate::open(EstateParts {
        store: Arc::clone(&store),
        journal: Arc::<Kept>::clone(journal),
        clock: clock(now),
        people: Arc::clone(&people),
        envelope: Arc::new(Envelope::open(&folder.join("store.key"), false).unwrap().envelope),
        targets: vec![FileTarget { resource, inspection: None, record: Recording::Whole }],
        sources: [(("filed".parse().unwrap(), "app".to_owned()), source)].into_iter().collect(),
        recording: Recording::UpTo(100),
        references: wishes.references,
        protocols: BTreeMap::from([("toy".to_owned(), Some(Arc::new(Careless) as Arc<dyn Prober>))]),
        force: Arc::<Remembering>::clone(force),
        policy_dir: wishes.policies.then(|| folder.join("policies")),
        unattributed: wishes.unattributed,
    });
    (store, people, estate.await.unwrap())
}

fn clock(now: &Arc<AtomicU64>) -> Clock {
    let now = Arc::clone(now);
    Arc::new(move || now.load(Ordering::SeqCst))
}

fn id(name: &str) -> PrincipalId {
    PrincipalId { issuer: LOCAL.to_owned(), subject: name.to_owned() }
}

fn target(name: &str) -> Resource {
    Resource {
        name: name.parse().unwrap(),
        protocol: "toy".into(),
        address: "db:1".parse().unwrap(),
        tls: TlsMode::Disable,
        tls_name: None,
        tls_ca: None,
        server_names: vec![format!("{name}.example.com")],
        default_database: None,
        accounts: vec![Account { name: "app".into(), user: "app_user".into() }],
        labels: BTreeMap::new(),
    }
}

/// A target with one account, whose password is `PASSWORD`.
fn new(name: &str) -> NewResource {
    let secret = NewSecret::Value(Secret::new(PASSWORD));
    NewResource {
        name: name.parse().unwrap(),
        protocol: "toy".into(),
        address: "db:1".parse().unwrap(),
        tls: TlsMode::Disable,
        tls_name: None,
        tls_ca: None,
        server_names: Vec::new(),
        default_database: None,
        labels: BTreeMap::new(),
        record_whole: false,
        accounts: vec![NewAccount { name: "app".into(), user: "app_user".into(), inspection: false, secret }],
    }
}

fn keeping(name: &str) -> NewResource {
    let mut wish = new(name);
    wish.accounts[0].secret = NewSecret::Keep;
    wish
}

fn roles(of: &Caller) -> BTreeSet<Role> {
    of.roles.clone()
}
