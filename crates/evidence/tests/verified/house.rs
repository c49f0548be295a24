//! The data directory of a gateway, and records to put into it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use model::{
    Action, ActionText, By, Certainty, CommandId, CredentialId, Credentials, Event, Facts, Kind, Operator, Outcome,
    Phase, Principal, PrincipalId, Record, SessionId, Shown, Status, StreamId, Verb,
};
use ports::Journal;
use signet_evidence::{FileJournal, Options, Places, verifier_key};
use tempfile::TempDir;
use uuid::Uuid;

pub const STREAM: StreamId = StreamId(0);

/// A gateway's data, and its journal while that is open.
pub struct House {
    folder: TempDir,
    pub places: Places,
    segment_bytes: u64,
    journal: Option<FileJournal>,
}

impl House {
    pub fn new(segment_bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places = Places::of(folder.path());
        Self { folder, places, segment_bytes, journal: None }
    }

    pub fn open(&mut self) {
        let clock = Arc::new(|| 1_800_000_000_000_000);
        let options = Options { segment_bytes: self.segment_bytes, reserve_bytes: 4096, ..Options::new(clock) };
        self.journal = Some(FileJournal::open(&self.places, options).unwrap());
    }

    pub fn close(&mut self) {
        self.journal = None;
    }

    /// Appends, and waits until that is durable.
    pub fn append(&mut self, session: Option<u128>, event: Event) {
        let session = session.map(|number| SessionId(Uuid::from_u128(number)));
        let journal = self.journal.as_ref().unwrap();
        let record = Record { time_us: 1_800_000_000_000_000, session, position: session.map(|_| 1), event };
        let mark = journal.append(record).unwrap();
        let mut reached = journal.reached(mark);
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        while reached.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
            std::thread::park();
        }
    }

    /// What is left when the gateway is killed now: a copy, as the page cache has it. The journal comes last, for what is
    /// derived from it is never ahead of it.
    pub fn killed(&self) -> Self {
        let left = Self::new(self.segment_bytes);
        for folder in ["signer", "log", "keys", "journal"] {
            copy(&self.folder.path().join(folder), &left.folder.path().join(folder));
        }
        left
    }

    pub fn verify(&self, opened: bool) -> verify::Report {
        let keys = opened.then(|| verify::Keys::read(&self.places.keys.join("master"), &self.places.keys).unwrap());
        let key = verifier_key(&self.places).unwrap();
        let options = verify::Options { key: Some(key), pin: None, max_age_us: None, now_us: 0, keys };
        verify::run(&verify::Folder::new(&self.places.log).unwrap(), &options, &mut ())
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &to),
            // The publisher may have put it in its place meanwhile.
            false => drop(fs::copy(&path, &to)),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

pub fn id(number: u64) -> CommandId {
    CommandId(number)
}

pub fn operator() -> By {
    By::Operator(Operator { uid: 1000, user: Some("root".into()) })
}

pub fn started() -> Event {
    Event::GatewayStarted { version: "0.1.0".into(), build: "00".repeat(32), config: "11".repeat(32) }
}

pub fn action(text: &'static str) -> ActionText {
    ActionText::from(&Action {
        verb: Verb::Write,
        name: "INSERT",
        certainty: Certainty::Lexed,
        phase: Phase::Run,
        facts: Facts::default(),
        text: text.into(),
        parameters: vec![Some("mark".into()), None],
        credentials: Credentials::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    })
}

pub fn start(person: &str) -> Event {
    let id = PrincipalId { issuer: "local".into(), subject: person.into() };
    Event::SessionStart {
        principal: Principal { id, name: person.into(), kind: Kind::Human, groups: Vec::new() },
        credential: CredentialId("t1".into()),
        resource: "prod".parse().unwrap(),
        account: "app".into(),
        database: Some("main".into()),
        protocol: "toy".into(),
        client: "192.0.2.1:5".into(),
        tls: true,
        program: Some("psql".into()),
        policies: vec!["allow-all".into()],
        policy_version: "1".into(),
    }
}

pub fn command(number: u64) -> Event {
    Event::Command {
        stream: STREAM,
        command: id(number),
        action: action("INSERT INTO t VALUES ('secret')"),
        policies: vec!["allow-all".into()],
        observed: vec!["not-yet".into()],
        policy_version: "1".into(),
        approved: number == 2,
    }
}

/// An outcome of which a part was shown.
pub fn outcome(number: u64, kept: &[u8]) -> Event {
    let shown = Shown { kept: kept.to_vec().into(), total: 9000, digest: [5; 32], in_parts: 0 };
    let outcome = Outcome { status: Status::Done, rows: Some(1), bytes: 9000, masked: None, code: None };
    Event::Outcome { stream: STREAM, command: id(number), outcome, duration_us: Some(17), shown: Some(shown) }
}

pub fn end(commands: u64, records: u64) -> Event {
    Event::SessionEnd { cause: "client left".into(), commands, records }
}
