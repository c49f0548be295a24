//! How far each chain is: the records from which silence and an omitted tail are seen.

use tlog::merkle::hash_text;

use super::Sequencer;
use crate::record::{Draft, Entry, Object, heads, list};

/// Bytes of lists that one record has, at most. An entry has less than 200.
const PART: usize = 48_000;

/// What is known of the wall clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clocked {
    /// Who says so.
    pub(crate) source: &'static str,
    pub(crate) offset_us: Option<i64>,
    pub(crate) error_us: Option<i64>,
    pub(crate) synced: Option<bool>,
}

impl Sequencer {
    /// The drafts of heads as things stand now.
    pub(crate) fn heads(&self, wall: u64, clock: &Clocked) -> Vec<Draft> {
        let mut parts = Parts::default();
        for (sid, chain) in self.state.chains() {
            let mut entry = Object::new();
            entry
                .string("head", &hash_text(&chain.head), 44)
                .string("sid", &sid.to_string(), 36)
                .number("ss", chain.ss);
            parts.open().put(0, entry.end());
        }
        let [actors, resources] = self.state.new_sessions();
        let entry = |id: &str, sessions| Object::new().string("id", id, 128).number("sessions", sessions).end();
        for (id, sessions) in actors {
            let part = parts.open();
            part.put(1, entry(id, sessions));
            part.actors.push(id.to_owned());
        }
        for (id, sessions) in resources {
            let part = parts.open();
            part.put(2, entry(id, sessions));
            part.resources.push(id.to_owned());
        }
        let parts = parts.all();
        let count = parts.len();
        let numbered = parts.into_iter().zip(1..);
        numbered.map(|(part, at)| Draft::plain(None, wall, part.entry(clock, at, count))).collect()
    }
}

/// As many records as it takes.
#[derive(Default)]
struct Parts {
    full: Vec<Part>,
    last: Part,
}

impl Parts {
    /// The part that has room.
    fn open(&mut self) -> &mut Part {
        if self.last.bytes >= PART {
            self.full.push(std::mem::take(&mut self.last));
        }
        &mut self.last
    }

    fn all(mut self) -> Vec<Part> {
        self.full.push(self.last);
        self.full
    }
}

/// What one record has of `open`, `actors` and `resources`.
#[derive(Default)]
struct Part {
    lists: [Vec<Vec<u8>>; 3],
    bytes: usize,
    actors: Vec<String>,
    resources: Vec<String>,
}

impl Part {
    fn put(&mut self, list: usize, entry: Vec<u8>) {
        self.bytes = self.bytes.saturating_add(entry.len());
        if let Some(list) = self.lists.get_mut(list) {
            list.push(entry);
        }
    }

    fn entry(self, clock: &Clocked, part: u64, parts: usize) -> Entry {
        let [open, actors, resources] = &self.lists;
        let mut body = Object::new();
        body.raw("actors", &list(actors)).raw("clock", &clock.body()).raw("open", &list(open)).number("part", part);
        body.number("parts", u64::try_from(parts).unwrap_or(u64::MAX)).raw("resources", &list(resources));
        heads(&mut body, self.actors, self.resources)
    }
}

impl Clocked {
    fn body(&self) -> Vec<u8> {
        let mut body = Object::new();
        if let Some(error) = self.error_us {
            body.integer("error_us", error);
        }
        if let Some(offset) = self.offset_us {
            body.integer("offset_us", offset);
        }
        body.string("source", self.source, 64);
        if let Some(synced) = self.synced {
            body.truth("synced", synced);
        }
        body.end()
    }
}
