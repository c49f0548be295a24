//! kill -9 under load. The judge is the target's own log: every command in it must have its record, and every command
//! whose end a client saw must have its outcome. `SIGNET_KILLS` says how often (default 20).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::harness::journal::Journal;
use crate::harness::wire::{Wire, frame, query};
use crate::harness::{Client, Door, Gateway, Postgres, Setup, direct, until};

const WRITERS: usize = 6;

#[test]
fn every_command_at_the_target_has_its_record() {
    if direct() {
        return;
    }
    let kills: u64 = std::env::var("SIGNET_KILLS").map_or(20, |kills| kills.parse().unwrap());
    let server = Postgres::start();
    let mut gateway = Setup::before(&server).start();
    Client::psql(&server.door()).args(["-c", "CREATE TABLE load (id text)"]).run().ok();
    let mut seen_by_clients = BTreeSet::new();
    for round in 0..kills {
        seen_by_clients.extend(kill_once(&mut gateway, round));
        gateway.launch();
        judge(&server, &gateway.journal(), &seen_by_clients, round);
    }
    assert!(seen_by_clients.len() as u64 > kills * 10, "only {} commands: no load at all", seen_by_clients.len());
    eprintln!("{kills} kills, {} commands at the target", ids_in(&server.log()).len());
}

/// Loads the gateway, kills it at a moment that differs from round to round, gives the ids whose end a client saw.
fn kill_once(gateway: &mut Gateway, round: u64) -> Vec<String> {
    let load = Load::start(&gateway.door(), round);
    let moment = 40 + (round * 7_919) % 400;
    until("the first commands of the round", Duration::from_secs(20), || (load.count() > 20).then_some(()));
    std::thread::sleep(Duration::from_millis(moment));
    gateway.kill_hard();
    load.stop()
}

fn judge(server: &Postgres, journal: &Journal, seen_by_clients: &BTreeSet<String>, round: u64) {
    let mut recorded = BTreeSet::new();
    let mut ended = BTreeSet::new();
    let outcomes: BTreeSet<_> = journal.of_kind("outcome").map(|record| record.command()).collect();
    for record in journal.of_kind("command") {
        let ids = ids_in(&record.line);
        if outcomes.contains(&record.command()) {
            ended.extend(ids.iter().cloned());
        }
        recorded.extend(ids);
    }
    let received = ids_in(&server.log());
    let missing: Vec<_> = received.difference(&recorded).collect();
    assert!(missing.is_empty(), "round {round}: the target received commands without a record: {missing:?}");
    let shown: Vec<_> = seen_by_clients.difference(&ended).collect();
    assert!(
        shown.is_empty(),
        "round {round}: clients saw the end of commands whose outcome is not recorded: {shown:?}"
    );
}

/// Writers that stop when their connection breaks, and what they saw.
struct Load {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<String>>>,
    writers: Vec<JoinHandle<()>>,
}

impl Load {
    fn start(door: &Door, round: u64) -> Self {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let writers = (0..WRITERS)
            .map(|writer| {
                let (door, stop, seen) = (door.clone(), Arc::clone(&stop), Arc::clone(&seen));
                std::thread::spawn(move || write(&door, &format!("uid-{round}-{writer}"), &stop, &seen))
            })
            .collect();
        Self { stop, seen, writers }
    }

    fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    fn stop(self) -> Vec<String> {
        self.stop.store(true, Ordering::Relaxed);
        for writer in self.writers {
            writer.join().unwrap();
        }
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// A third simple queries, a third extended ones with the id as a parameter, a third pipelines of five.
fn write(door: &Door, prefix: &str, stop: &AtomicBool, seen: &Mutex<Vec<String>>) {
    let mut wire = Wire::sign_in(door);
    for number in 0.. {
        let ids: Vec<String> = match number % 3 {
            2 => (0..5).map(|part| format!("{prefix}-{number}-{part}.")).collect(),
            _ => vec![format!("{prefix}-{number}.")],
        };
        let bytes = match number % 3 {
            0 => query(&format!("INSERT INTO load VALUES ('{}')", ids[0])),
            _ => ids.iter().flat_map(|id| execute(id)).chain(frame(b'S', &[])).collect(),
        };
        wire.send(&bytes);
        let messages = wire.messages();
        let done = messages.iter().filter(|message| message.tag == b'C').count();
        seen.lock().unwrap().extend(ids.into_iter().take(done));
        if stop.load(Ordering::Relaxed) || messages.last().is_none_or(|message| message.tag != b'Z') {
            return;
        }
    }
}

/// Parse, Bind and Execute of an INSERT with one parameter.
fn execute(id: &str) -> Vec<u8> {
    let mut bytes = frame(b'P', b"\0INSERT INTO load VALUES ($1)\0\0\0");
    let mut bind = b"\0\0\0\0\0\x01".to_vec();
    bind.extend(u32::try_from(id.len()).unwrap().to_be_bytes());
    bind.extend(id.as_bytes());
    bind.extend([0, 0]);
    bytes.extend(frame(b'B', &bind));
    bytes.extend(frame(b'E', b"\0\0\0\0\0"));
    bytes
}

/// Ids look like `uid-ROUND-WRITER-NUMBER.`; the full stop tells a whole one from its beginning.
fn ids_in(text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (at, _) in text.match_indices("uid-") {
        let end = text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(text.len() - at);
        if text[at + end..].starts_with('.') {
            ids.insert(text[at..=at + end].to_owned());
        }
    }
    ids
}
