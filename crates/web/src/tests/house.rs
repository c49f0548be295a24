//! A gateway's interface over a real store and real TLS, with a journal in memory. Used by the tests of the commands, too.

#[path = "cards.rs"]
mod cards;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cards::Cards;
use control::{Control, Desk, Estate, EstateParts, FileTarget, Force, Grants, Moment, PolicyForce};
use identity::{Clock, Local, Person, Tokens, wall_clock};
use model::{
    Account, Action, ActionText, Address, Certainty, CommandId, CredentialId, Credentials, Facts, HoldTerms, Kind,
    Phase, Principal, PrincipalId, Public, Record, Recording, RequestId, Resource, SessionId, TlsMode, Verb, Verdict,
    Wait,
};
use ports::{Approvals, Decider, Held, HoldRequest, Journal, JournalDown, Later, Mark, Who};
use secrets::Envelope;
use store::Store;
use uuid::Uuid;

/// Everybody may do everything, but for access to `prod`, to which a lead must agree, as to seeing the numbers of cards there.
const POLICY: &str = r#"
@id("all") permit (principal, action, resource);
@id("prod-needs-a-lead") @approve("group:leads")
forbid (principal, action == Action::"connect", resource == Resource::"prod")
unless { context.approvals.contains("group:leads") };
@id("mask-cards") @mask("cards.number keep_last(4)") @approve("group:leads")
forbid (principal, action == Action::"reveal", resource == Resource::"prod")
unless { context.approvals.contains("group:leads") };
"#;

/// People: name, groups, roles.
const PEOPLE: [(&str, &[&str], &[&str]); 9] = [
    ("adam", &[], &["administrator"]),
    ("anna", &[], &["administrator"]),
    ("paul", &[], &["policy_author"]),
    ("grace", &["leads"], &["approver"]),
    ("hugo", &["leads"], &["approver"]),
    ("olga", &[], &["auditor"]),
    ("ada", &["devs"], &[]),
    ("eve", &[], &[]),
    ("vera", &["leads"], &["administrator", "policy_author", "approver", "auditor"]),
];

pub(crate) struct House {
    _folder: tempfile::TempDir,
    pub(crate) control: Control,
    /// Decides as the data path does.
    engine: policy::Engine,
    pub(crate) journal: Arc<Kept>,
    pub(crate) tokens: BTreeMap<&'static str, String>,
    pub(crate) address: SocketAddr,
    /// The authority, PEM.
    pub(crate) ca: String,
    pub(crate) serving: Option<web::Serving>,
}

/// Keeps records in memory.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) records: Mutex<Vec<Record>>,
    pub(crate) down: AtomicBool,
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

fn target(name: &str) -> FileTarget {
    let account = |name: &str| Account { name: name.to_owned(), user: name.to_owned() };
    let resource = Resource {
        name: name.parse().unwrap(),
        protocol: "postgres".to_owned(),
        address: Address { host: "db.example.com".to_owned(), port: 5432 },
        tls: TlsMode::VerifyFull,
        tls_name: None,
        tls_ca: None,
        server_names: Vec::new(),
        accounts: vec![account("app")],
        default_database: Some("shop".to_owned()),
        labels: BTreeMap::from([("environment".to_owned(), "production".to_owned())]),
    };
    FileTarget { resource: Arc::new(resource), inspection: None, record: Recording::default() }
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock: Clock = wall_clock();
        let store = Arc::new(Store::open(&folder.path().join("store")).await.unwrap());
        let journal = Arc::new(Kept::default());
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let people = PEOPLE.iter().map(|(name, groups, roles)| Person {
            name: (*name).to_owned(),
            groups: words(groups),
            roles: words(roles),
        });
        let people = Arc::new(Local::open(Arc::clone(&store), people.collect(), clock.clone()).await.unwrap());
        let envelope = Arc::new(Envelope::open(&folder.path().join("key"), false).unwrap().envelope);
        let grants = Arc::<Grants>::default();
        let moment = Moment { people: Arc::clone(&people), grants: Arc::clone(&grants), clock: clock.clone() };
        let own = policy::File { name: "test.cedar".to_owned(), text: POLICY.to_owned() };
        let force = Arc::new(Force::new(own, false, Arc::new(moment)).unwrap());
        let engine = force.engine().clone();
        let estate = Estate::open(EstateParts {
            store: Arc::clone(&store),
            journal: journal.clone(),
            clock: clock.clone(),
            people,
            envelope: Arc::clone(&envelope),
            targets: vec![target("prod")],
            sources: secrets::Sources::default(),
            recording: Recording::default(),
            references: control::References::default(),
            protocols: BTreeMap::from([("postgres".to_owned(), None)]),
            force: Arc::<Force>::clone(&force) as Arc<dyn PolicyForce>,
            policy_dir: None,
            unattributed: true,
        });
        let estate = estate.await.unwrap();
        let control = Control::open(control::Parts {
            store: Arc::clone(&store),
            journal: journal.clone(),
            clock: clock.clone(),
            random: engine::House::system_random(),
            gateway: "test".to_owned(),
            run: Uuid::now_v7(),
            envelope,
            standings: Arc::new(estate.clone()),
            resources: estate.inventory(),
            grants,
            access: force,
        });
        let control = control.await.unwrap();
        tokio::spawn(estate.watch(&control.changes()));
        tokio::spawn(control.keep());
        let mut tokens = BTreeMap::new();
        let keeper = Tokens::new(store, clock.clone());
        for (name, ..) in PEOPLE {
            let made = keeper.prepare(name, Duration::from_secs(3600)).await.unwrap();
            let made = keeper.keep(made).await.unwrap();
            tokens.insert(name, made.token.reveal_str().unwrap().to_owned());
        }
        let tls = folder.path().join("tls");
        let own = certificates::make(&tls, &["localhost".to_owned(), "127.0.0.1".to_owned()], clock()).unwrap();
        let ca = std::fs::read_to_string(tls.join("ca.crt")).unwrap();
        let parts = web::Parts {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: engine::ClientTls::from_pem(
                &std::fs::read(own.certificate).unwrap(),
                &std::fs::read(own.key).unwrap(),
            )
            .unwrap(),
            authority: Some(ca.clone().into_bytes()),
            control: control.clone(),
            estate,
            sessions: engine::LiveSessions::default(),
            meaning: Arc::new(Cards),
        };
        let serving = web::serve(parts).await.unwrap();
        Self {
            _folder: folder,
            control,
            engine,
            journal,
            tokens,
            address: serving.address(),
            ca,
            serving: Some(serving),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Puts the policies in force with other masks in `mask-cards`.
    pub(crate) fn mask(&self, number: u64, masks: &str) {
        let text = POLICY.replace("cards.number keep_last(4)", masks);
        let files = [policy::File { name: "test.cedar".to_owned(), text }];
        self.engine.replace(policy::compile(number, &files).unwrap()).unwrap();
    }

    /// The policies that mask what that person reads on `prod`.
    pub(crate) fn masking(&self, person: &str) -> Vec<String> {
        let id = PrincipalId { issuer: "local".to_owned(), subject: person.to_owned() };
        let principal = Principal { id, name: person.to_owned(), kind: Kind::Human, groups: Vec::new() };
        let target = target("prod").resource;
        let who = Who {
            session: SessionId(Uuid::nil()),
            principal: &principal,
            credential: &CredentialId(String::new()),
            resource: &target,
            account: &target.accounts[0],
            database: None,
            client: [127, 0, 0, 1].into(),
            program: None,
        };
        let read = Action {
            verb: Verb::Read,
            name: "SELECT",
            certainty: Certainty::Full,
            phase: Phase::Run,
            facts: Facts::default(),
            text: Bytes::new(),
            parameters: Vec::new(),
            credentials: Credentials::default(),
            message: None,
            reading: None,
            behind: None,
            readable: Vec::new(),
        };
        match self.engine.decide(who, &read, &[]).verdict {
            Verdict::Allow { obligations, .. } => obligations.mask.into_iter().map(|rule| rule.policy).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// A command of that person waits for a lead.
    pub(crate) fn hold(&self, person: &str, text: &'static str) -> (RequestId, Held) {
        let id = RequestId(Uuid::now_v7());
        let mut binding = [0; 32];
        binding.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        let asked = HoldRequest {
            id,
            session: SessionId(Uuid::now_v7()),
            command: CommandId(7),
            principal: Principal {
                id: PrincipalId { issuer: "local".to_owned(), subject: person.to_owned() },
                name: person.to_owned(),
                kind: Kind::Human,
                groups: Vec::new(),
            },
            resource: "prod".parse().unwrap(),
            account: "app".to_owned(),
            database: Some("shop".to_owned()),
            client: [127, 0, 0, 1].into(),
            program: Some("psql\u{202e}".to_owned()),
            left_out: false,
            around: None,
            binary: false,
            action: ActionText {
                verb: Verb::Write,
                name: "UPDATE",
                certainty: Certainty::Full,
                phase: Phase::Run,
                text: Bytes::from_static(text.as_bytes()),
                parameters: vec![Some(Bytes::from_static(b"a\xff")), None],
                typed: None,
            },
            in_transaction: true,
            binding,
            policies: vec!["prod-needs-a-lead".to_owned()],
            policy_version: "1".to_owned(),
            terms: HoldTerms {
                requirements: vec!["group:leads".parse().unwrap()],
                expires: Duration::from_secs(900),
                wait: Wait::Session,
            },
        };
        let desk: Desk = self.control.desk();
        let notice = Public::new(model::Class::NotApproved, "this needs a lead");
        (id, desk.hold(asked, notice).unwrap())
    }
}
