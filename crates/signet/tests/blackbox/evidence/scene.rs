//! A target, a gateway that is killed again and again, and all that is known of both.

use std::fs;
use std::time::Duration;

use evidence::Places;
use tlog::note::VerifierKey;
use verify::{Folder, Options, Verdict};

use super::asks::Command;
use super::ledger::Ledger;
use super::load::{Client, Load, Seen};
use super::pins::Pins;
use super::target::Target;
use crate::harness::{Client as Program, Gateway, Postgres, Setup, until};

/// The smallest segments that there are, so that they turn often.
const SEGMENT: u64 = 1 << 20;

pub struct Scene {
    pub server: Postgres,
    pub gateway: Gateway,
    pub ledger: Ledger,
    pub pins: Pins,
    target: Target,
    /// The key of the log, taken away at its first start as a verifier does.
    key: VerifierKey,
    /// Records and checkpoints of the logs before this one.
    before: (u64, usize),
    /// Loads so far.
    loads: u64,
}

impl Scene {
    pub fn new() -> Self {
        let server = Postgres::start();
        Program::psql(&server.door()).args(["-c", "CREATE TABLE load (id text)"]).run().ok();
        let gateway = Setup { segment_bytes: SEGMENT, ..Setup::before(&server) }.start();
        let key = evidence::verifier_key(&Places::of(&gateway.data())).unwrap();
        let (ledger, pins, target) = (Ledger::default(), Pins::default(), Target::default());
        Self { server, gateway, ledger, pins, target, key, before: (0, 0), loads: 0 }
    }

    /// Clients of the gateway, with marks that none had before.
    pub fn load(&mut self, clients: usize) -> Load {
        self.loads += 1;
        Load::start(&self.gateway.door(), clients, &self.loads.to_string())
    }

    /// The gateway is not running: takes its evidence away, so that the next start begins another log.
    pub fn forget(&mut self) {
        self.before = (self.before.0 + self.ledger.records(), self.before.1 + self.pins.count());
        self.ledger.turn();
        self.pins = Pins::default();
        for folder in ["journal", "log", "keys", "signer"] {
            fs::remove_dir_all(self.gateway.data().join(folder)).unwrap();
        }
    }

    /// A log was begun by a gateway that is up now.
    pub fn begun(&mut self) {
        self.key = evidence::verifier_key(&self.places()).unwrap();
    }

    pub fn places(&self) -> Places {
        Places::of(&self.gateway.data())
    }

    /// The gateway is up again, and nobody has signed in: everything that happened before must stand in the evidence.
    pub fn judge(&mut self, clients: &[Client]) {
        let crashed = self.ledger.crashed;
        self.ledger.read(&self.places());
        self.pins.check(|size| self.ledger.root(size));
        self.ledger.assert_closed();
        let cut = clients.iter().filter(|client| client.signed_in && client.ending.is_some()).count();
        assert!(self.ledger.crashed - crashed >= cut, "of {cut} sessions that were cut some ended otherwise");
        for seen in clients.iter().flat_map(|client| &client.seen) {
            self.was_recorded(seen);
        }
        self.ledger.outcomes.clear();
        self.every_command_at_the_target_is_recorded();
        self.verifies();
    }

    fn was_recorded(&self, seen: &Seen) {
        let Seen { command, bytes, done } = seen;
        if bytes.is_empty() {
            return;
        }
        assert!(self.ledger.commands.contains(command), "a client saw an answer to what is not recorded: {command:?}");
        let outcome = self.ledger.outcomes.get(command).unwrap_or_else(|| panic!("no outcome of {command:?}"));
        if !done {
            return;
        }
        assert_eq!(outcome.status, "done", "{command:?}");
        let same = if outcome.cut { bytes.starts_with(&outcome.result) } else { *bytes == outcome.result };
        assert!(
            same && !outcome.result.is_empty(),
            "{command:?}: a client saw {}, and recorded is {}",
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&outcome.result)
        );
    }

    fn every_command_at_the_target_is_recorded(&mut self) {
        self.target.read(&self.server);
        let known = &self.ledger.commands;
        self.target.unmatched.retain(|command| !known.contains(command));
        let missing: Vec<&Command> = self.target.unmatched.iter().filter(|command| !command.only_reads()).collect();
        assert!(missing.is_empty(), "the target received commands without a record: {missing:?}");
    }

    /// The public log holds, and continues what was shown last.
    fn verifies(&self) {
        let checkpoint = self.places().log.join("checkpoint");
        until("the first checkpoint of a log", Duration::from_secs(20), || checkpoint.exists().then_some(()));
        let pin = self.pins.newest();
        let options = Options { key: Some(self.key.clone()), pin, max_age_us: None, now_us: 0, keys: None };
        let report = verify::run(&Folder::new(&self.places().log).unwrap(), &options, &mut ());
        assert_eq!(report.verdict, Verdict::Ok, "{report:#?}");
    }

    /// `signet verify` with all that there is to open it with.
    pub fn verifies_opened(&self) {
        let data = self.gateway.data();
        let [log, key, master] = ["log", "log.vkey", "keys/master"].map(|name| data.join(name).display().to_string());
        let output = self.gateway.cli(&["verify", &log, "--key", &key, "--master-key", &master]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }

    /// What all of it was about, for the report of a test.
    pub fn told(&self) -> String {
        format!(
            "{} records, {} commands ({} at the target, {} reads there whose record was not durable yet and of which nothing \
             was shown), {} sessions cut, {} outcomes unknown, {} checkpoints kept as pins",
            self.before.0 + self.ledger.records(),
            self.ledger.commands.len(),
            self.target.received,
            self.target.unmatched.len(),
            self.ledger.crashed,
            self.ledger.unknown,
            self.before.1 + self.pins.count()
        )
    }
}
