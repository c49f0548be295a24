//! Gives entries their places: positions, times, hashes of what is before, counts and heads.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use tlog::merkle::{Hash, hash_text, leaf_hash};

use super::ORIGIN;
use super::entry::{Entry, Value, int, list, map, text};
use super::payload::seal;

/// A leaf and its ciphertexts.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub bytes: Vec<u8>,
    pub ciphertexts: Vec<Vec<u8>>,
}

#[derive(Clone, Default)]
struct Chain {
    ss: u64,
    head: Option<Hash>,
    payloads: u64,
    commands: u64,
}

#[derive(Default)]
struct State {
    seq: u64,
    wall: i64,
    ts: i64,
    open: BTreeMap<String, Chain>,
    actors: BTreeMap<String, u64>,
    resources: BTreeMap<String, u64>,
    fresh_actors: BTreeSet<String>,
    fresh_resources: BTreeSet<String>,
    /// The chain of the gateway as it was before the first part of its heads.
    own: Option<(String, Chain)>,
}

/// The leaves of a log of these entries, which began an hour ago.
pub fn sequence(entries: &[Entry]) -> Vec<Leaf> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros();
    let began = i64::try_from(now).unwrap() - 3_600_000_000;
    let mut state = State { wall: began, ts: began, ..State::default() };
    entries.iter().map(|entry| state.leaf(entry)).collect()
}

impl State {
    fn leaf(&mut self, entry: &Entry) -> Leaf {
        self.wall += entry.later_us;
        self.ts = self.ts.max(self.wall);
        let body = self.body(entry);
        let mut chain = self.open.get(&entry.sid).cloned().unwrap_or_default();
        chain.ss += 1;
        let mut members = vec![
            ("log", text(ORIGIN)),
            ("mono", int(self.seq * 1_000)),
            ("seq", int(self.seq)),
            ("sid", text(&entry.sid)),
            ("ss", int(chain.ss)),
            ("ts", Value::Integer(self.ts)),
            ("type", text(entry.kind)),
            ("v", int(1)),
            ("wall", Value::Integer(self.wall)),
        ];
        members.extend(chain.head.map(|head| ("prev", text(&hash_text(&head)))));
        members.extend(self.nth(entry).map(|nth| ("nth", nth)));
        let (references, mut ciphertexts) = seal_all(entry, &mut chain);
        if !references.is_empty() {
            members.push(("payloads", list(references)));
        }
        chain.commands += u64::from(entry.kind == "command");
        members.push(("body", body));
        for (key, value) in &entry.forced {
            members.retain(|(other, _)| other != key);
            members.extend(value.clone().map(|value| (*key, value)));
        }
        if let Some(corrupt) = entry.corrupt {
            ciphertexts.iter_mut().for_each(corrupt);
        }
        let bytes = entry.raw.clone().unwrap_or_else(|| tlog::json::write(&map(members)));
        chain.head = Some(leaf_hash(&bytes));
        self.seq += 1;
        match entry.kind {
            "session.end" | "gateway.stopped" => drop(self.open.remove(&entry.sid)),
            _ => drop(self.open.insert(entry.sid.clone(), chain)),
        }
        Leaf { bytes, ciphertexts }
    }

    fn nth(&mut self, entry: &Entry) -> Option<Value> {
        if entry.kind != "session.start" {
            return None;
        }
        let id = |key| {
            let found = entry.body.iter().find(|(name, _)| *name == key).unwrap();
            found.1.as_str().unwrap().to_owned()
        };
        let (actor, resource) = (id("actor"), id("resource"));
        self.fresh_actors.insert(actor.clone());
        self.fresh_resources.insert(resource.clone());
        let actor = self.actors.entry(actor).and_modify(|count| *count += 1).or_insert(1);
        let resource = self.resources.entry(resource).and_modify(|count| *count += 1).or_insert(1);
        Some(map(vec![("actor", int(*actor)), ("resource", int(*resource))]))
    }

    /// The body, with what only the sequence knows.
    fn body(&mut self, entry: &Entry) -> Value {
        let mut body = entry.body.clone();
        let mut fill = |key, value| {
            if !body.iter().any(|(other, _)| *other == key) {
                body.push((key, value));
            }
        };
        let chain = self.open.get(&entry.sid).cloned().unwrap_or_default();
        match entry.kind {
            "session.end" => {
                fill("commands", int(chain.commands));
                fill("records", int(chain.ss + 1));
            }
            "heads" => self.heads(entry).into_iter().for_each(|(key, value)| fill(key, value)),
            _ => {}
        }
        map(body)
    }

    /// The lists of one part; the last part has those of actors and resources.
    fn heads(&mut self, entry: &Entry) -> Vec<(&'static str, Value)> {
        let number = |key| entry.body.iter().find(|(name, _)| *name == key).unwrap().1.as_integer().unwrap() as usize;
        let (part, parts) = (number("part"), number("parts"));
        if part == 1 {
            self.own = self.open.get(&entry.sid).map(|chain| (entry.sid.clone(), chain.clone()));
        }
        let mut open = self.open.clone();
        open.extend(self.own.clone());
        let each = open.len().div_ceil(parts);
        let named = open.iter().skip((part - 1) * each).take(each);
        let named = named.map(|(sid, chain)| {
            map(vec![("head", text(&hash_text(&chain.head.unwrap()))), ("sid", text(sid)), ("ss", int(chain.ss))])
        });
        let mut body = vec![("open", list(named.collect()))];
        if part == parts {
            let counts = |fresh: BTreeSet<String>, counts: &BTreeMap<String, u64>| {
                let one = |id: String| map(vec![("sessions", int(counts[&id])), ("id", text(&id))]);
                list(fresh.into_iter().map(one).collect())
            };
            body.push(("actors", counts(std::mem::take(&mut self.fresh_actors), &self.actors)));
            body.push(("resources", counts(std::mem::take(&mut self.fresh_resources), &self.resources)));
            body.push(("clock", map(vec![("source", text("kernel")), ("synced", Value::Bool(true))])));
        }
        body
    }
}

fn seal_all(entry: &Entry, chain: &mut Chain) -> (Vec<Value>, Vec<Vec<u8>>) {
    let sealed = entry.payloads.iter().map(|(kind, bytes)| {
        chain.payloads += 1;
        let (reference, ciphertext) = seal(&entry.sid, chain.payloads, kind, bytes);
        (map(reference), ciphertext)
    });
    sealed.unzip()
}
