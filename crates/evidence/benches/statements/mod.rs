//! Sessions of a person who asks for one small row after the other, for the benches.

#![expect(clippy::unwrap_used, reason = "a bench fails aloud")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::{
    Action, ActionText, Certainty, CommandId, CredentialId, Credentials, Event, Facts, Kind, Outcome, Phase, Principal,
    PrincipalId, Record, SessionId, Shown, Status, StreamId, Verb,
};
use ports::{Journal, Mark};
use uuid::Uuid;

/// A session that goes on while `more` says so of the statements so far, keeps so many records outstanding, and ends. Gives how
/// long each record of a statement took to become durable.
pub(crate) fn session(
    journal: &dyn Journal,
    number: u128,
    outstanding: usize,
    more: impl Fn(u64) -> bool,
) -> Vec<Duration> {
    let session = Some(SessionId(Uuid::from_u128(number)));
    let append = |event| journal.append(Record { time_us: now(), session, position: None, event }).unwrap();
    append(start());
    let mut waiting: VecDeque<(Mark, Instant)> = VecDeque::new();
    let mut waits = Vec::new();
    let mut command = 0;
    while more(command) {
        command += 1;
        for event in [allowed(command), ended(command)] {
            if waiting.len() >= outstanding {
                waits.extend(reached(journal, &mut waiting));
            }
            let at = Instant::now();
            waiting.push_back((append(event), at));
        }
    }
    while !waiting.is_empty() {
        waits.extend(reached(journal, &mut waiting));
    }
    append(Event::SessionEnd { cause: "client left".into(), commands: command, records: 2 * command + 2 });
    waits
}

/// Waits for the oldest record; and those that are durable with it need no waiting.
fn reached(journal: &dyn Journal, waiting: &mut VecDeque<(Mark, Instant)>) -> Vec<Duration> {
    if let Some((mark, _)) = waiting.front() {
        let mut future = journal.reached(*mark);
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        while future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
            std::thread::park();
        }
    }
    let durable = journal.durable();
    let count = waiting.iter().take_while(|(mark, _)| *mark <= durable).count();
    waiting.drain(..count).map(|(_, at)| at.elapsed()).collect()
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn start() -> Event {
    let id = PrincipalId { issuer: "local".into(), subject: "ada".into() };
    Event::SessionStart {
        principal: Principal { id, name: "ada".into(), kind: Kind::Human, groups: Vec::new() },
        credential: CredentialId("c".into()),
        resource: "prod".parse().unwrap(),
        account: "app".into(),
        database: None,
        protocol: "postgres".into(),
        client: "192.0.2.1:5".into(),
        tls: true,
        program: None,
        policies: vec!["local-access".into()],
        policy_version: "1".into(),
    }
}

fn allowed(command: u64) -> Event {
    let action = Action {
        verb: Verb::Read,
        name: "SELECT",
        certainty: Certainty::Full,
        phase: Phase::Run,
        text: "SELECT abalance FROM pgbench_accounts WHERE aid = $1".into(),
        parameters: vec![Some("123456".into())],
        credentials: Credentials::default(),
        facts: Facts::default(),
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    };
    Event::Command {
        stream: StreamId(0),
        command: CommandId(command),
        action: ActionText::from(&action),
        policies: vec!["local-access".into()],
        observed: Vec::new(),
        policy_version: "1".into(),
        approved: false,
    }
}

fn ended(command: u64) -> Event {
    let outcome = Outcome { status: Status::Done, rows: Some(1), bytes: 100, masked: None, code: None };
    let shown = Shown { kept: vec![7; 100].into(), total: 100, digest: [7; 32], in_parts: 0 };
    let (stream, command) = (StreamId(0), CommandId(command));
    Event::Outcome { stream, command, outcome, duration_us: Some(500), shown: Some(shown) }
}

/// The wall clock.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64
}
