//! Gives each record its place: in the log, in time, and in its chain.
//!
//! It works under the lock of the queue, so that the order of records is the order in which callers were told their marks.

mod heads;
mod replay;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use heads::Clocked;
pub(crate) use state::{Change, State};

use tlog::json;
use tlog::merkle::{Hash, hash_text, leaf_hash};
use uuid::Uuid;

use crate::record::{Body, Draft, Object, clock_step};

/// The wall clock moved by more than this against the other one, microseconds: that is written down.
const STEP: i64 = 500_000;

/// The type with which the chain of a run begins. In the first run of a log, `log.genesis` stands before it.
pub(crate) const STARTED: &str = "gateway.started";

/// The two clocks, read at the same moment, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Since 1970 UTC.
    pub(crate) wall: u64,
    /// Since the run began, by a clock that is never set.
    pub(crate) mono: u64,
}

/// A record with its place.
pub(crate) struct Made {
    pub(crate) sequence: u64,
    pub(crate) hash: Hash,
    pub(crate) leaf: Vec<u8>,
}

/// The sequencer of one run.
#[derive(Debug)]
pub(crate) struct Sequencer {
    state: State,
    /// The chain of the run.
    run: Uuid,
    /// As the records say it; none when that is `strict`.
    mode: Option<&'static str>,
    /// By how much the clocks differed at the record before.
    apart: Option<i64>,
    /// The record of the start is made.
    started: bool,
}

impl Sequencer {
    /// Goes on behind `state`.
    pub(crate) fn new(state: State, run: Uuid, mode: Option<&'static str>) -> Self {
        Self { state, run, mode, apart: None, started: false }
    }

    /// What it knows.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// How it was before a record that failed: enough to go on in the chain of the run.
    pub(crate) fn resume(&self, state: State) -> Self {
        Self::new(state, self.run, self.mode)
    }

    /// What it knows of the log and of the chain of the run, and of nothing else.
    pub(crate) fn outline(&self) -> State {
        self.state.outline(self.run)
    }

    /// Whether the record of the start is in the chain of the run.
    pub(crate) fn started(&self) -> bool {
        self.started
    }

    /// Whether the chain of the run has any record.
    pub(crate) fn begun(&self) -> bool {
        self.state.chain(self.run).is_some()
    }

    /// The record of a step of the clock since the record before, when there was one. It cannot stand before the record of the
    /// start, so until then steps add up.
    pub(crate) fn step(&mut self, now: Moment) -> Option<Draft> {
        let signed = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        let apart = signed(now.wall).saturating_sub(signed(now.mono));
        let by = apart.saturating_sub(*self.apart.get_or_insert(apart));
        if !self.started {
            return None;
        }
        self.apart = Some(apart);
        (by.saturating_abs() > STEP).then(|| Draft::plain(None, now.wall, clock_step(by)))
    }

    /// Gives a draft its place.
    pub(crate) fn make(&mut self, draft: &Draft, mono: u64) -> Made {
        let sid = draft.sid.unwrap_or(self.run);
        let sequence = self.state.size();
        let ts = self.state.time(draft.wall);
        let leaf = self.leaf(draft, sid, ts, mono);
        let hash = leaf_hash(&leaf);
        self.started |= draft.kind == STARTED;
        self.state.apply(sid, &draft.change, ts, hash);
        Made { sequence, hash, leaf }
    }

    fn leaf(&self, draft: &Draft, sid: Uuid, ts: u64, mono: u64) -> Vec<u8> {
        let chain = self.state.chain(sid);
        let ss = chain.map_or(1, |chain| chain.ss.saturating_add(1));
        let mut leaf = Object::with_room(draft.leaf_bound());
        match &draft.body {
            Body::Ready(body) => leaf.raw("body", body),
            Body::End { cause } => {
                let mut body = Object::new();
                body.string("cause", cause, cause.len());
                body.number("commands", chain.map_or(0, |chain| chain.commands)).number("records", ss);
                leaf.raw("body", &body.end())
            }
        };
        leaf.string("log", self.state.origin(), json::LONGEST);
        if let Some(mode) = self.mode {
            leaf.string("mode", mode, json::LONGEST);
        }
        leaf.number("mono", mono);
        if let Change::Session { actor, resource } = &draft.change {
            let (actor, resource) = self.state.sessions_of(actor, resource);
            let nth = Object::new()
                .number("actor", actor.saturating_add(1))
                .number("resource", resource.saturating_add(1))
                .end();
            leaf.raw("nth", &nth);
        }
        if !draft.references.is_empty() {
            leaf.raw("payloads", &draft.references);
        }
        if let Some(chain) = chain {
            leaf.string("prev", &hash_text(&chain.head), json::LONGEST);
        }
        leaf.number("seq", self.state.size()).string("sid", &sid.to_string(), json::LONGEST);
        leaf.number("ss", ss).number("ts", ts).string("type", draft.kind, json::LONGEST);
        leaf.number("v", 1).number("wall", draft.wall).end()
    }
}
