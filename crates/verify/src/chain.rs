//! One open chain: the records of a session, or of a run of the gateway.

use tlog::merkle::Hash;

use crate::body::Owner;
use crate::commands::Commands;
use crate::findings::Findings;
use crate::numbers::Numbers;
use crate::record::{Meaning, Record, Sid, natural};

/// What is known of a chain that is open.
#[derive(Debug)]
pub(crate) struct Chain {
    /// None when its first record is of a type that is not known here, or missing.
    owner: Option<Owner>,
    /// Position and hash of its newest record.
    ss: u64,
    head: Hash,
    /// Whether every record so far was seen and understood.
    whole: bool,
    /// Whether its newest record is the first of the log.
    is_genesis: bool,
    commands: Commands,
    payloads: Numbers,
    /// Of a session, the run of the gateway that it is counted in; of a run, its sessions that are open.
    pub(crate) run: Option<Sid>,
    pub(crate) sessions: u64,
}

impl Chain {
    /// A chain that begins with this record, or of which this is the first that is there.
    pub(crate) fn new(record: &Record<'_>, hash: Hash, findings: &mut Findings<'_>) -> Self {
        let mut chain = Self {
            owner: None,
            ss: record.ss,
            head: hash,
            whole: record.ss == 1,
            is_genesis: false,
            commands: Commands::default(),
            payloads: Numbers::default(),
            run: None,
            sessions: 0,
        };
        if record.ss > 1 {
            let missing = record.ss - 1;
            findings.incomplete(record.seq, format!("the first {missing} records of chain {} are missing", record.sid));
        }
        chain.mean(record, findings);
        chain
    }

    /// Position and hash of its newest record.
    pub(crate) fn head(&self) -> (u64, Hash) {
        (self.ss, self.head)
    }

    pub(crate) fn is_gateway(&self) -> bool {
        self.owner == Some(Owner::Gateway)
    }

    /// The next record of the chain.
    pub(crate) fn push(&mut self, record: &Record<'_>, hash: Hash, findings: &mut Findings<'_>) {
        let expected = self.ss + 1;
        if record.ss > expected {
            let text = format!("records {expected} to {} of chain {} are missing", record.ss - 1, record.sid);
            findings.incomplete(record.seq, text);
            self.whole = false;
        } else if record.ss < expected {
            let text = format!("is number {} of chain {}, in which {expected} is next", record.ss, record.sid);
            findings.tampered(record.seq, text);
            self.whole = false;
        } else if record.prev != Some(self.head) {
            let text = format!("`prev` is not the hash of the record before it in chain {}", record.sid);
            findings.tampered(record.seq, text);
        }
        self.ss = self.ss.max(record.ss);
        self.head = hash;
        self.mean(record, findings);
    }

    /// What the record means for the chain.
    fn mean(&mut self, record: &Record<'_>, findings: &mut Findings<'_>) {
        let after_genesis = std::mem::take(&mut self.is_genesis);
        let Some(meaning) = &record.meaning else {
            self.whole = false;
            return;
        };
        for reference in &meaning.payloads {
            if !self.payloads.insert(reference.id) {
                let text = format!("payload {} of chain {} is there twice", reference.id, record.sid);
                findings.tampered(record.seq, text);
            }
        }
        let Some(kind) = meaning.kind else {
            if record.ss == 1 {
                findings.tampered(record.seq, "a type that is not known here cannot be number 1 of a chain");
            }
            return;
        };
        if !self.may_stand_here(record, kind.name, after_genesis) {
            findings.tampered(record.seq, format!("{} cannot be number {} of a chain", kind.name, record.ss));
        }
        if *self.owner.get_or_insert(kind.owner) != kind.owner {
            findings.tampered(record.seq, format!("{} does not belong in chain {}", kind.name, record.sid));
        }
        self.is_genesis = kind.name == "log.genesis";
        self.commands.push(record.seq, kind.name, meaning, self.whole, findings);
    }

    /// What begins chains stands at their beginning, and nothing else does.
    fn may_stand_here(&self, record: &Record<'_>, name: &str, after_genesis: bool) -> bool {
        match name {
            "log.genesis" => record.seq == 0,
            "gateway.started" => record.ss == 1 || (record.ss == 2 && (after_genesis || !self.whole)),
            "session.start" => record.ss == 1,
            _ => record.ss > 1,
        }
    }

    /// Whether the end of a session says what was seen of it.
    pub(crate) fn end(self, seq: u64, meaning: &Meaning<'_>, findings: &mut Findings<'_>) {
        if self.owner != Some(Owner::Session) {
            return;
        }
        let says = |key| natural(meaning.body, key).unwrap_or_default();
        if says("records") != self.ss {
            findings.tampered(seq, format!("says {} records where there are {}", says("records"), self.ss));
        }
        if !self.whole {
            return;
        }
        let allowed = self.commands.allowed();
        if says("commands") != allowed {
            findings.tampered(seq, format!("says {} commands where there are {allowed}", says("commands")));
        }
        for command in self.commands.without_outcome() {
            findings.incomplete(seq, format!("ends a session whose command {command} has no outcome"));
        }
    }
}
