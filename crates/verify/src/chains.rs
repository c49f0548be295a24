//! All chains of the log: their records in order, their beginnings and ends, and how many sessions there are.

use std::collections::{BTreeMap, HashMap, HashSet};

use tlog::merkle::Hash;

use crate::body::Kind;
use crate::chain::Chain;
use crate::findings::Findings;
use crate::heads::Heads;
use crate::record::{Meaning, Nth, Record, Sid, text};
use crate::shown::shown;
use crate::verdict::Place;

/// Chains that are named when they are open at the end.
const MOST_NAMED: usize = 20;

#[derive(Default)]
pub(crate) struct Chains {
    open: BTreeMap<Sid, Chain>,
    ended: HashSet<Sid>,
    sessions: Sessions,
    heads: Heads,
    /// Runs of the gateway that are open.
    running: u64,
    /// Whether a record was not seen, or not understood: then what counts all of them is not judged.
    gaps: bool,
}

/// How many sessions each actor and each resource had.
#[derive(Default)]
pub(crate) struct Sessions {
    pub(crate) actors: HashMap<String, u64>,
    pub(crate) resources: HashMap<String, u64>,
}

impl Chains {
    /// A record could not be read.
    pub(crate) fn lost(&mut self) {
        self.gaps = true;
    }

    /// Whether a run of the gateway is open.
    pub(crate) fn is_running(&self) -> bool {
        self.running > 0
    }

    /// The next record of the log.
    pub(crate) fn push(&mut self, record: &Record<'_>, hash: Hash, findings: &mut Findings<'_>) {
        let name = record.meaning.as_ref().and_then(|meaning| meaning.kind).map(|kind| kind.name);
        self.gaps |= record.meaning.is_none();
        if record.seq == 0 && record.meaning.is_some() && name != Some("log.genesis") {
            findings.tampered(0, "the first record of a log is log.genesis");
        }
        let others = self.others(record);
        self.heads.before(record, others, &self.open, &self.sessions, self.gaps, findings);
        if self.ended.contains(&record.sid) {
            findings.tampered(record.seq, format!("chain {} ended before it", record.sid));
            return;
        }
        let was_gateway = self.open.get(&record.sid).is_some_and(Chain::is_gateway);
        match self.open.get_mut(&record.sid) {
            Some(chain) => chain.push(record, hash, findings),
            None => {
                self.open.insert(record.sid, Chain::new(record, hash, findings));
            }
        }
        let is_gateway = self.open.get(&record.sid).is_some_and(Chain::is_gateway);
        self.running += u64::from(is_gateway && !was_gateway);
        if let Some(meaning) = &record.meaning {
            self.mean(record, meaning, findings);
        }
    }

    /// How many chains are open, without the record's own.
    fn others(&self, record: &Record<'_>) -> usize {
        self.open.len() - usize::from(self.open.contains_key(&record.sid))
    }

    fn mean(&mut self, record: &Record<'_>, meaning: &Meaning<'_>, findings: &mut Findings<'_>) {
        match meaning.kind {
            Some(Kind { name: "session.start", .. }) => self.start(record, meaning, findings),
            Some(Kind { name: "gateway.started", .. }) => findings.facts().runs += 1,
            Some(Kind { name: "session.end" | "gateway.stopped", .. }) => self.end(record, meaning, findings),
            _ => {}
        }
    }

    fn start(&mut self, record: &Record<'_>, meaning: &Meaning<'_>, findings: &mut Findings<'_>) {
        let facts = findings.facts();
        facts.sessions += 1;
        facts.local_sessions += u64::from(text(meaning.body, "identity") == Some("local"));
        self.of_run(record, meaning, findings);
        let Some(Nth { actor, resource }) = meaning.nth else { return };
        let gaps = self.gaps;
        let mut one = |counts: &mut HashMap<String, u64>, key: &str, says: u64| {
            let id = text(meaning.body, key).unwrap_or_default();
            let before = counts.get(id).copied().unwrap_or(0);
            let is = before + 1;
            if says < is {
                let text = format!("says session {says} of {key} {} where it is the {is}th", shown(id));
                findings.tampered(record.seq, text);
            } else if says > is && !gaps {
                let text = format!("{} sessions of {key} {} are missing before it", says - is, shown(id));
                findings.incomplete(record.seq, text);
            }
            counts.insert(id.to_owned(), says.max(is));
        };
        one(&mut self.sessions.actors, "actor", actor);
        one(&mut self.sessions.resources, "resource", resource);
    }

    /// A session begins in a run of the gateway that is open.
    fn of_run(&mut self, record: &Record<'_>, meaning: &Meaning<'_>, findings: &mut Findings<'_>) {
        let Some(run) = text(meaning.body, "run").and_then(Sid::parse) else { return };
        match self.open.get_mut(&run).filter(|chain| chain.is_gateway()) {
            Some(chain) => chain.sessions += 1,
            None if self.gaps => return,
            None => {
                findings
                    .tampered(record.seq, format!("begins in the run {run}, and no such run of the gateway is open"));
                return;
            }
        }
        // One that begins again ends once.
        let before = self.open.get_mut(&record.sid).and_then(|chain| chain.run.replace(run));
        self.leave(before);
    }

    fn leave(&mut self, run: Option<Sid>) {
        if let Some(chain) = run.and_then(|run| self.open.get_mut(&run)) {
            chain.sessions = chain.sessions.saturating_sub(1);
        }
    }

    fn end(&mut self, record: &Record<'_>, meaning: &Meaning<'_>, findings: &mut Findings<'_>) {
        if let Some(chain) = self.open.remove(&record.sid) {
            self.running -= u64::from(chain.is_gateway());
            self.leave(chain.run);
            if chain.is_gateway() && chain.sessions > 0 && !self.gaps {
                left(record.seq, chain.sessions, text(meaning.body, "cause"), findings);
            }
            chain.end(record.seq, meaning, findings);
        }
        self.ended.insert(record.sid);
    }

    /// What is open at the end of the log.
    pub(crate) fn finish(&self, findings: &mut Findings<'_>) {
        findings.facts().open_chains = self.open.len() as u64;
        for (sid, chain) in self.open.iter().take(MOST_NAMED) {
            let what = if chain.is_gateway() { "the run of the gateway" } else { "session" };
            findings.note(Place::Log, format!("{what} {sid} is open, with {} records so far", chain.head().0));
        }
        let unnamed = self.open.len().saturating_sub(MOST_NAMED);
        if unnamed > 0 {
            findings.note(Place::Log, format!("{unnamed} more chains are open"));
        }
    }
}

/// A run of the gateway ended before sessions of it.
fn left(seq: u64, sessions: u64, cause: Option<&str>, findings: &mut Findings<'_>) {
    let text = format!("ends a run of the gateway with {sessions} sessions open");
    if cause == Some("crash") {
        // The start that writes this has ended them before.
        findings.tampered(seq, text);
    } else {
        // A session that did not end in time when the gateway stopped is ended by the next start.
        findings.note(Place::Record(seq), text);
    }
}
