//! What must be known to go on behind a record: how large the log is, which chains are open, who had how many sessions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tlog::merkle::Hash;
use uuid::Uuid;

/// What a record changes in its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It only makes it longer.
    Nothing,
    /// It begins that of a session.
    Session {
        /// The pseudonym of who.
        actor: String,
        /// On what.
        resource: String,
    },
    /// A command waits for its outcome.
    Opened {
        /// Its number.
        command: u64,
        /// Its stream.
        stream: u32,
    },
    /// It has it.
    Closed {
        /// Its number.
        command: u64,
    },
    /// A command waits for a human.
    Held {
        /// Its number.
        command: u64,
        /// Its stream.
        stream: u32,
    },
    /// It waits no more.
    HoldEnded {
        /// Its number.
        command: u64,
    },
    /// It tells of all new sessions of these.
    Heads {
        /// Pseudonyms.
        actors: Vec<String>,
        /// Names.
        resources: Vec<String>,
    },
    /// It ends the chain.
    End,
}

/// The state of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) ts: u64,
    pub(super) chains: BTreeMap<Uuid, Open>,
    actors: BTreeMap<String, Sessions>,
    resources: BTreeMap<String, Sessions>,
}

/// A chain that has begun and not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Open {
    /// Whether it is of a run of the gateway.
    pub(crate) run: bool,
    /// How many records it has.
    pub(crate) ss: u64,
    /// Leaf hash of its newest record.
    pub(crate) head: Hash,
    /// Commands allowed.
    pub(crate) commands: u64,
    /// Commands without an outcome, and the stream of each.
    pub(crate) owed: BTreeMap<u64, u32>,
    /// Commands that wait for a human, and the stream of each.
    pub(crate) held: BTreeMap<u64, u32>,
}

/// How many sessions there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sessions {
    count: u64,
    /// Whether there was one that no heads have told of.
    new: bool,
}

impl State {
    /// That of a log without records.
    pub(crate) fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..Self::default() }
    }

    /// The name of the log.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Records of the log: the sequence of the next one.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The time of the next record, when the clock on the wall shows `wall`.
    pub(crate) fn time(&self, wall: u64) -> u64 {
        wall.max(self.ts)
    }

    /// A chain that is open.
    pub(crate) fn chain(&self, sid: Uuid) -> Option<&Open> {
        self.chains.get(&sid)
    }

    /// All chains that are open.
    pub(crate) fn chains(&self) -> impl ExactSizeIterator<Item = (&Uuid, &Open)> {
        self.chains.iter()
    }

    /// How many sessions these have had.
    pub(super) fn sessions_of(&self, actor: &str, resource: &str) -> (u64, u64) {
        let count = |of: &BTreeMap<String, Sessions>, name| of.get(name).map_or(0, |sessions| sessions.count);
        (count(&self.actors, actor), count(&self.resources, resource))
    }

    /// Takes over the record that comes next.
    pub(super) fn apply(&mut self, sid: Uuid, change: &Change, ts: u64, hash: Hash) {
        self.size = self.size.saturating_add(1);
        self.ts = ts;
        // A chain that begins otherwise than with a session is that of a run.
        let run = !matches!(change, Change::Session { .. });
        let chain = self.chains.entry(sid).or_insert_with(|| Open { run, ..Open::default() });
        chain.ss = chain.ss.saturating_add(1);
        chain.head = hash;
        match change {
            Change::Nothing => {}
            Change::Session { actor, resource } => {
                began(&mut self.actors, actor);
                began(&mut self.resources, resource);
            }
            Change::Opened { command, stream } => {
                chain.commands = chain.commands.saturating_add(1);
                chain.owed.insert(*command, *stream);
            }
            Change::Closed { command } => drop(chain.owed.remove(command)),
            Change::Held { command, stream } => drop(chain.held.insert(*command, *stream)),
            Change::HoldEnded { command } => drop(chain.held.remove(command)),
            Change::Heads { actors, resources } => {
                told(&mut self.actors, actors);
                told(&mut self.resources, resources);
            }
            Change::End => drop(self.chains.remove(&sid)),
        }
    }

    /// The size of the log and one chain, without all the rest.
    pub(super) fn outline(&self, sid: Uuid) -> Self {
        let chains = self.chains.get(&sid).map(|chain| (sid, chain.clone())).into_iter().collect();
        Self { origin: self.origin.clone(), size: self.size, ts: self.ts, chains, ..Self::default() }
    }

    /// Those with sessions that no heads have told of: actors, then resources, each with all that they have had.
    pub(super) fn new_sessions(&self) -> [Vec<(&str, u64)>; 2] {
        [&self.actors, &self.resources].map(|of| {
            let new = of.iter().filter(|(_, sessions)| sessions.new);
            new.map(|(name, sessions)| (name.as_str(), sessions.count)).collect()
        })
    }
}

fn began(of: &mut BTreeMap<String, Sessions>, name: &str) {
    let sessions = of.entry(name.to_owned()).or_default();
    sessions.count = sessions.count.saturating_add(1);
    sessions.new = true;
}

fn told(of: &mut BTreeMap<String, Sessions>, names: &[String]) {
    for name in names {
        if let Some(sessions) = of.get_mut(name) {
            sessions.new = false;
        }
    }
}
