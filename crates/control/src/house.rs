//! A house for the tests: a real store and key file, a clock that stands, people and a journal under the test's control.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use model::{
    Account, ActionText, Address, Certainty, Class, CommandId, CredentialId, Event, HoldTerms, Kind, Phase, Principal,
    PrincipalId, Public, Record, RequestId, Requirement, Resource, SessionId, TlsMode, Verb, Wait,
};
use ports::{Approvals, Held, HoldEnd, HoldRequest, Journal, JournalDown, Later, Mark, Resources};
use secrets::Envelope;
use store::{Store, StoreError};
use uuid::Uuid;

use crate::{AccessPolicy, AccessTerms, Caller, Control, Parts, Request, RequestFilter, Role, Standing, Standings};

pub(crate) const START: u64 = 1_000_000_000_000;
pub(crate) const MINUTE: u64 = 60_000_000;

pub(crate) struct House {
    folder: tempfile::TempDir,
    pub(crate) journal: Arc<Kept>,
    pub(crate) people: Arc<People>,
    pub(crate) clock: Arc<AtomicU64>,
    pub(crate) control: Control,
}

/// Keeps records in memory.
#[derive(Default)]
pub(crate) struct Kept {
    records: Mutex<Vec<Record>>,
    down: AtomicBool,
}

impl Kept {
    pub(crate) fn fail(&self) {
        self.down.store(true, Ordering::SeqCst);
    }

    /// The acts and readings, by name, with whom they name.
    pub(crate) fn acts(&self) -> Vec<String> {
        let records = self.records.lock().unwrap();
        let name = |record: &Record| match &record.event {
            Event::Act { act, .. } => Some(act.clone()),
            Event::Read { what, .. } => Some(what.clone()),
            _ => None,
        };
        records.iter().filter_map(name).collect()
    }

    /// Everything that was recorded, as it is printed.
    pub(crate) fn text(&self) -> String {
        format!("{:?}", self.records.lock().unwrap())
    }

    pub(crate) fn count(&self, act: &str) -> usize {
        self.acts().iter().filter(|done| *done == act).count()
    }
}

impl Journal for Kept {
    fn append(&self, record: Record) -> Result<Mark, JournalDown> {
        if self.failed() {
            return Err(JournalDown);
        }
        let mut records = self.records.lock().unwrap();
        records.push(record);
        Ok(Mark(records.len() as u64))
    }

    fn durable(&self) -> Mark {
        Mark(self.records.lock().unwrap().len() as u64)
    }

    fn failed(&self) -> bool {
        self.down.load(Ordering::SeqCst)
    }

    fn reached(&self, _: Mark) -> Later<Result<(), JournalDown>> {
        let end = if self.failed() { Err(JournalDown) } else { Ok(()) };
        Box::pin(async move { end })
    }
}

/// Who there is.
#[derive(Default)]
pub(crate) struct People(Mutex<BTreeMap<PrincipalId, Standing>>);

pub(crate) fn id(name: &str) -> PrincipalId {
    PrincipalId { issuer: "local".to_owned(), subject: name.to_owned() }
}

impl People {
    /// Somebody who is a member of those groups, with those roles, since long ago. `behind` = the human who answers.
    pub(crate) fn add(&self, name: &str, kind: Kind, behind: &str, groups: &[&str], roles: &[Role]) {
        let groups: BTreeMap<_, _> = groups.iter().map(|group| ((*group).to_owned(), 1)).collect();
        let names = groups.keys().cloned().collect();
        let principal = Principal { id: id(name), name: name.to_owned(), kind, groups: names };
        let roles = roles.iter().chain(&[Role::User]).map(|role| (*role, 1)).collect();
        self.0.lock().unwrap().insert(id(name), Standing { principal, human: id(behind), groups, roles });
    }

    pub(crate) fn change(&self, name: &str, how: impl FnOnce(&mut Standing)) {
        how(self.0.lock().unwrap().get_mut(&id(name)).unwrap());
    }

    pub(crate) fn remove(&self, name: &str) {
        self.0.lock().unwrap().remove(&id(name));
    }
}

impl Standings for People {
    fn standing(&self, id: &PrincipalId) -> Later<Result<Option<Standing>, StoreError>> {
        let standing = self.0.lock().unwrap().get(id).cloned();
        Box::pin(async move { Ok(standing) })
    }
}

struct Targets;

impl Resources for Targets {
    fn named(&self, name: &str) -> Option<Arc<Resource>> {
        let account = |name: &str| Account { name: name.to_owned(), user: name.to_owned() };
        (name == "prod").then(|| {
            Arc::new(Resource {
                name: "prod".parse().unwrap(),
                protocol: "toy".to_owned(),
                address: Address { host: "db".to_owned(), port: 1 },
                tls: TlsMode::Disable,
                tls_name: None,
                tls_ca: None,
                server_names: Vec::new(),
                accounts: vec![account("app"), account("owner")],
                default_database: None,
                labels: BTreeMap::new(),
            })
        })
    }

    fn by_server_name(&self, _: &str) -> Option<Arc<Resource>> {
        None
    }
}

/// Access needs the leads; `owner` is for nobody.
struct Access;

impl AccessPolicy for Access {
    fn terms(&self, _: &Caller, _: &Standing, _: &Arc<Resource>, account: &Account) -> Result<AccessTerms, Public> {
        if account.name == "owner" {
            return Err(Public::new(Class::Denied, "nobody gets that"));
        }
        let terms = terms(&["group:leads"], Wait::Session);
        let (policies, policy_version) = (vec!["access".to_owned()], "1".to_owned());
        Ok(AccessTerms { terms, policies, masks: Vec::new(), policy_version })
    }

    fn to_reveal(&self, _: &Caller, _: &Standing, _: &Arc<Resource>, policy: &str) -> Result<AccessTerms, Public> {
        if policy != "cards" {
            return Err(Public::new(Class::Denied, "nobody can agree to that"));
        }
        let terms = terms(&["group:leads"], Wait::Session);
        let (policies, masks) = (vec![policy.to_owned()], vec!["cards.number".to_owned()]);
        Ok(AccessTerms { terms, policies, masks, policy_version: "1".to_owned() })
    }

    fn unlifted(&self, _: &str, _: &[Requirement], _: &[String]) -> Option<&'static str> {
        None
    }
}

pub(crate) fn terms(requirements: &[&str], wait: Wait) -> HoldTerms {
    let requirements = requirements.iter().map(|text| text.parse().unwrap()).collect();
    HoldTerms { requirements, expires: Duration::from_secs(900), wait }
}

impl House {
    /// Ada and her alias, service and agent; the leads bob, carl and dora; and those with roles only.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let people = Arc::new(People::default());
        people.add("ada", Kind::Human, "ada", &["devs"], &[]);
        people.add("ada2", Kind::Human, "ada", &["leads"], &[Role::Approver]);
        people.add("ada-job", Kind::Service { owner: id("ada") }, "ada", &["leads"], &[Role::Approver]);
        people.add("ada-agent", Kind::Agent { on_behalf_of: id("ada") }, "ada", &["leads"], &[Role::Approver]);
        people.add("bob", Kind::Human, "bob", &["leads"], &[Role::Approver]);
        people.add("bob2", Kind::Human, "bob", &["leads"], &[Role::Approver]);
        people.add("carl", Kind::Human, "carl", &["leads"], &[Role::Approver]);
        people.add("dora", Kind::Human, "dora", &["leads"], &[Role::Approver]);
        people.add("olga", Kind::Human, "olga", &[], &[Role::Auditor]);
        people.add("adam", Kind::Human, "adam", &[], &[Role::Administrator]);
        people.add("eve", Kind::Human, "eve", &["devs"], &[]);
        let (clock, journal) = (Arc::new(AtomicU64::new(START)), Arc::new(Kept::default()));
        let envelope = Envelope::open(&folder.path().join("key"), false).unwrap().envelope;
        let store = Arc::new(Store::open(&folder.path().join("store")).await.unwrap());
        let control = Control::open(parts(store, envelope, &journal, &people, &clock, "one")).await.unwrap();
        Self { folder, journal, people, clock, control }
    }

    /// Another gateway on the same store, with connections of its own; of the same name it is this one, started again.
    pub(crate) async fn gateway(&self, name: &str) -> Control {
        let envelope = Envelope::open(&self.folder.path().join("key"), true).unwrap().envelope;
        let store = Arc::new(Store::open(&self.folder.path().join("store")).await.unwrap());
        let parts = parts(store, envelope, &self.journal, &self.people, &self.clock, name);
        Control::open(parts).await.unwrap()
    }

    /// What is in the files of the store.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = ["store", "store-wal"].map(|name| std::fs::read(self.folder.path().join(name)).unwrap_or_default());
        files.concat()
    }

    pub(crate) async fn pass(&self, time_us: u64) {
        self.clock.fetch_add(time_us, Ordering::SeqCst);
        self.control.keep_up().await.unwrap();
        self.control.changes.tell();
    }

    pub(crate) fn hold(&self, asked: &HoldRequest) -> Held {
        hold(&self.control, asked)
    }

    /// Hands in, and waits until it is there.
    pub(crate) async fn held(&self, asked: &HoldRequest) -> Held {
        let held = self.hold(asked);
        self.arrived(asked.id).await;
        held
    }

    pub(crate) async fn arrived(&self, id: RequestId) {
        arrived(&self.control, id).await;
    }

    /// Waits until it is in that state no more.
    pub(crate) async fn leaves(&self, id: RequestId, state: crate::RequestState) {
        let mut waiter = self.control.changes.waiter();
        within(async {
            while self.state(id).await == state {
                waiter.changed().await;
            }
        })
        .await;
    }

    pub(crate) async fn state(&self, id: RequestId) -> crate::RequestState {
        self.control.parts.store.request(id).await.unwrap().unwrap().state
    }

    pub(crate) async fn list(&self, name: &str) -> Vec<Request> {
        let all = self.control.list_requests(&caller(name), RequestFilter::default(), crate::Page::default()).await;
        all.unwrap().items
    }
}

pub(crate) fn hold(control: &Control, asked: &HoldRequest) -> Held {
    control.desk().hold(asked.clone(), Public::new(Class::NotApproved, "this needs the leads")).unwrap()
}

/// Waits until the request that was handed in there is there.
pub(crate) async fn arrived(control: &Control, id: RequestId) {
    let mut waiter = control.changes.waiter();
    within(async {
        while control.parts.store.request(id).await.unwrap().is_none() {
            waiter.changed().await;
        }
    })
    .await;
}

/// What must come; a test that waits for ever tells less than one that fails.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it did not come")
}

fn parts(
    store: Arc<Store>,
    envelope: Envelope,
    journal: &Arc<Kept>,
    people: &Arc<People>,
    clock: &Arc<AtomicU64>,
    gateway: &str,
) -> Parts {
    let now = Arc::clone(clock);
    Parts {
        store,
        journal: Arc::<Kept>::clone(journal),
        // Never twice the same, so that the order of what happens can be told.
        clock: Arc::new(move || now.fetch_add(1, Ordering::SeqCst)),
        random: engine::House::system_random(),
        gateway: gateway.to_owned(),
        run: Uuid::from_u128(rand()),
        envelope: Arc::new(envelope),
        standings: Arc::<People>::clone(people),
        resources: Arc::new(Targets),
        grants: Arc::default(),
        access: Arc::new(Access),
    }
}

fn rand() -> u128 {
    let mut bytes = [0; 16];
    engine::House::system_random()(&mut bytes);
    u128::from_be_bytes(bytes)
}

/// Somebody whose credential may be used as anything.
pub(crate) fn caller(name: &str) -> Caller {
    Caller {
        id: id(name),
        credential: CredentialId(format!("token-of-{name}")),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        roles: BTreeSet::from(Role::ALL),
    }
}

/// A command that must wait. The same text is the same command.
pub(crate) fn asked(name: &str, text: &'static str, requirements: &[&str], wait: Wait) -> HoldRequest {
    let mut binding = [0; 32];
    binding.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    HoldRequest {
        id: RequestId(Uuid::from_u128(rand())),
        session: SessionId(Uuid::from_u128(rand())),
        command: CommandId(7),
        principal: Principal { id: id(name), name: name.to_owned(), kind: Kind::Human, groups: Vec::new() },
        resource: "prod".parse().unwrap(),
        account: "app".to_owned(),
        database: Some("shop".to_owned()),
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        program: Some("psql".to_owned()),
        action: ActionText {
            verb: Verb::Write,
            name: "UPDATE",
            certainty: Certainty::Full,
            phase: Phase::Run,
            text: Bytes::from_static(text.as_bytes()),
            parameters: vec![Some(Bytes::from_static(b"\xff\x00secret-parameter")), None],
            typed: None,
        },
        around: None,
        left_out: false,
        binary: false,
        in_transaction: false,
        binding,
        policies: vec!["needs-leads".to_owned()],
        policy_version: "1".to_owned(),
        terms: terms(requirements, wait),
    }
}

/// The end of a wait, which must come.
pub(crate) async fn end(held: Held) -> HoldEnd {
    within(held.end).await
}
