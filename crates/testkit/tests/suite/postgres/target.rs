//! A scripted PostgreSQL server: trust, a table of numbers, transactions explicit and implicit, both query protocols.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use testkit::peer::{Heard, Peer, Said, say};

use super::wire::{Frame, error, frame, strings, take, take_first};

/// A value that must never be seen with masks on.
pub(super) const CANARY: &str = "4111-CANARY-1111";

/// The message that nobody knows, which `SELECT 'odd'` is answered with first.
pub(super) fn unknown() -> Bytes {
    frame(b'!', b"from the future")
}

/// The cancel key: process and secret.
const KEY: [u8; 8] = [0, 0, 0, 9, 1, 2, 3, 4];

/// The code of a cancel request.
const CANCEL: [u8; 4] = [4, 210, 22, 46];

/// The server.
#[derive(Default)]
pub(super) struct Server {
    heard: BytesMut,
    started: bool,
    rows: BTreeSet<String>,
    /// Written since the transaction, explicit or implicit, began.
    pending: Vec<String>,
    explicit: bool,
    failed: bool,
    /// After an error in the extended protocol.
    skipping: bool,
    statement: Option<String>,
    portal: Option<String>,
    /// Its results are to be in binary form.
    binary: bool,
    /// A query that ends when it is cancelled, and whether it is a simple one.
    endless: Option<bool>,
    cancelled: Arc<AtomicBool>,
}

impl Server {
    fn ready(&self, said: &mut Vec<Said>) {
        let state = match (self.explicit, self.failed) {
            (false, _) => b'I',
            (true, false) => b'T',
            (true, true) => b'E',
        };
        say(said, frame(b'Z', &[state]));
    }

    fn fail(&mut self, text: &str, said: &mut Vec<Said>) {
        self.pending.clear();
        self.failed = self.explicit;
        say(said, error(b'E', "22012", text));
    }

    /// The end of a Query or of a pipeline: an implicit transaction commits.
    fn settle(&mut self) {
        if !self.explicit {
            self.rows.extend(self.pending.drain(..));
        }
    }

    /// Runs one statement; false when it failed.
    fn run(&mut self, sql: &str, described: bool, said: &mut Vec<Said>) -> bool {
        let sql = sql.trim();
        let done = |tag: &str, said: &mut Vec<Said>| say(said, frame(b'C', &strings(&[tag])));
        match sql {
            "COMMIT" | "ROLLBACK" => {
                if self.failed || sql == "ROLLBACK" {
                    self.pending.clear();
                }
                done(if self.failed { "ROLLBACK" } else { sql }, said);
                (self.explicit, self.failed) = (false, false);
                self.settle();
            }
            _ if self.failed => {
                say(said, error(b'E', "25P02", "current transaction is aborted"));
                return false;
            }
            "BEGIN" => {
                self.explicit = true;
                done("BEGIN", said);
            }
            _ if sql.starts_with("INSERT INTO t VALUES (") => {
                self.pending.push(sql["INSERT INTO t VALUES (".len()..].trim_end_matches(')').to_owned());
                done("INSERT 0 1", said);
            }
            "SELECT leaky" => {
                say(said, error(b'N', "00000", CANARY));
                self.fail(CANARY, said);
                return false;
            }
            "SELECT noisy" => {
                say(said, frame(b'A', &[&[0, 0, 0, 9][..], &strings(&["channel", CANARY])].concat()));
                say(said, frame(b'S', &strings(&["application_name", CANARY])));
                self.select("noisy", "1", described, said);
            }
            "SELECT secret" | "FETCH secret" => self.select("secret", CANARY, described, said),
            _ if sql.starts_with("COPY secret TO STDOUT") => {
                say(said, frame(b'H', &[0, 0, 1, 0, 0]));
                // A row in two pieces.
                let (begin, rest) = CANARY.split_at(4);
                say(said, frame(b'd', begin.as_bytes()));
                say(said, frame(b'd', format!("{rest}\n").as_bytes()));
                say(said, frame(b'd', format!("{CANARY}\n").as_bytes()));
                say(said, frame(b'c', b""));
                done("COPY 2", said);
            }
            "SELECT endless" => {
                self.rows("value", "more and more", described, said);
                self.endless = Some(described);
                return false;
            }
            "SELECT odd" => {
                say(said, unknown());
                self.select("odd", "1", described, said);
            }
            _ if sql.starts_with("SELECT ") && !sql.contains("fail") => {
                self.select("value", &sql[7..], described, said)
            }
            _ => {
                self.fail("division by zero", said);
                return false;
            }
        }
        true
    }

    fn select(&self, column: &str, value: &str, described: bool, said: &mut Vec<Said>) {
        self.rows(column, value, described, said);
        say(said, frame(b'C', &strings(&["SELECT 2"])));
    }

    fn rows(&self, column: &str, value: &str, described: bool, said: &mut Vec<Said>) {
        if described {
            self.describe(column, said);
        }
        let length = u32::try_from(value.len()).unwrap().to_be_bytes();
        let row = [&[0, 1][..], &length, value.as_bytes()].concat();
        say(said, frame(b'D', &row));
        say(said, frame(b'D', &row));
    }

    fn describe(&self, column: &str, said: &mut Vec<Said>) {
        let mut description = vec![0, 1];
        description.extend_from_slice(&strings(&[column]));
        description.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        description.extend_from_slice(&[0, u8::from(self.binary)]);
        say(said, frame(b'T', &description));
    }

    /// What a portal shows.
    fn describe_portal(&self, said: &mut Vec<Said>) {
        let column = match self.portal.as_deref().and_then(|sql| sql.split_once(' ')) {
            Some(("SELECT", name @ ("secret" | "noisy" | "odd"))) => name,
            Some(("SELECT", _)) => "value",
            _ => return say(said, frame(b'n', b"")),
        };
        self.describe(column, said);
    }

    /// Carries out what it has heard, one after the other.
    fn work(&mut self, said: &mut Vec<Said>) {
        while self.endless.is_none()
            && let Ok(Some(heard)) = take(&mut self.heard)
        {
            self.frame(&heard, said);
        }
    }

    fn frame(&mut self, heard: &Frame, said: &mut Vec<Said>) {
        let strings = heard.strings();
        match heard.tag {
            b'Q' => {
                let statements: Vec<_> = strings[0].split(';').map(str::to_owned).collect();
                for statement in statements.iter().filter(|statement| !statement.trim().is_empty()) {
                    if !self.run(statement, true, said) {
                        break;
                    }
                }
                if self.endless.is_none() {
                    self.settle();
                    self.ready(said);
                }
            }
            b'S' => {
                self.skipping = false;
                self.settle();
                self.ready(said);
            }
            b'X' => said.push(Said::End),
            // Nothing is kept back here.
            b'H' => {}
            _ if self.skipping => {}
            b'P' => {
                self.statement = Some(strings[1].clone());
                say(said, frame(b'1', b""));
            }
            b'B' if strings[1].is_empty() && self.statement.is_some() => {
                self.portal.clone_from(&self.statement);
                self.binary = heard.body.ends_with(&[1, 0, 1]);
                say(said, frame(b'2', b""));
            }
            b'D' if strings[0].starts_with('P') && self.portal.is_some() => self.describe_portal(said),
            b'E' if self.portal.is_some() => {
                let sql = self.portal.clone().unwrap();
                self.skipping = !self.run(&sql, false, said) && self.endless.is_none();
            }
            _ => {
                self.fail("no such thing", said);
                self.skipping = true;
            }
        }
    }
}

/// One more connection, on which a cancel may come.
struct Cancelling {
    heard: BytesMut,
    cancelled: Arc<AtomicBool>,
}

impl Peer for Cancelling {
    fn hears(&mut self, heard: Heard<'_>, _: &mut Vec<Said>) {
        let Heard::Bytes(_, bytes) = heard else { return };
        self.heard.extend_from_slice(bytes);
        let request = take_first(&mut self.heard);
        let ours = request.is_some_and(|request| request[4..] == [&CANCEL[..], &KEY].concat());
        self.cancelled.fetch_or(ours, Ordering::SeqCst);
    }
}

impl Peer for Server {
    fn hears(&mut self, heard: Heard<'_>, said: &mut Vec<Said>) {
        let Heard::Bytes(_, bytes) = heard else { return };
        self.heard.extend_from_slice(bytes);
        if !self.started && take_first(&mut self.heard).is_some() {
            self.started = true;
            say(said, frame(b'R', &[0; 4]));
            for (name, value) in
                [("server_version", "18.0"), ("client_encoding", "UTF8"), ("standard_conforming_strings", "on")]
            {
                say(said, frame(b'S', &strings(&[name, value])));
            }
            say(said, frame(b'K', &KEY));
            self.ready(said);
        }
        self.work(said);
    }

    fn aside(&mut self) -> Option<Box<dyn Peer>> {
        Some(Box::new(Cancelling { heard: BytesMut::new(), cancelled: Arc::clone(&self.cancelled) }))
    }

    fn nudged(&mut self, said: &mut Vec<Said>) {
        if !self.cancelled.swap(false, Ordering::SeqCst) {
            return;
        }
        if let Some(simple) = self.endless.take() {
            self.fail("canceling statement due to user request", said);
            self.skipping = !simple;
            if simple {
                self.settle();
                self.ready(said);
            }
            self.work(said);
        }
    }

    fn effects(&self) -> Vec<String> {
        self.rows.iter().cloned().collect()
    }
}
