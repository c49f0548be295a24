//! A journal and a log that are made piece by piece.

use std::fs::{self, File};
use std::io::Write;

use serde_json::{Value, json};
use tempfile::TempDir;
use tlog::merkle::{hash_text, leaf_hash, sha256};
use uuid::Uuid;

use crate::Places;
use crate::error::ReadError;
use crate::keys::{ChainKey, Kind, MasterKey, Plain};
use crate::log::files::Disk;
use crate::log::publisher::Publisher;
use crate::log::reader::{Entry, read};
use crate::log::signer::Signer;
use crate::log::source::Source;
use crate::wal::{self, END, Frame, Head, Parts};

const ORIGIN: &str = "signet.test/log";

/// Data of a gateway: what is written goes to the journal, and to the log when it is published.
pub(super) struct Room {
    pub(super) dir: TempDir,
    pub(super) places: Places,
    master: MasterKey,
    frames: Vec<Frame>,
    chains: Vec<(Uuid, ChainKey, u64)>,
}

impl Room {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::of(dir.path());
        for folder in [&places.journal, &places.log, &places.keys, &places.signer] {
            fs::create_dir(folder).unwrap();
        }
        let master = MasterKey::open(&places.keys, false).unwrap();
        Self { dir, places, master, frames: Vec::new(), chains: Vec::new() }
    }

    /// Appends a record to what will be written.
    pub(super) fn record(&mut self, sid: u128, kind: &str, body: &Value, payloads: &[(Kind, &[u8])]) {
        let sid = Uuid::from_u128(sid);
        let sequence = self.frames.len() as u64;
        let mut wrapped = None;
        if !self.chains.iter().any(|(of, ..)| *of == sid) {
            let key = ChainKey::new(ORIGIN, sid).unwrap();
            wrapped = self.master.wrap(&key, ORIGIN, sid);
            self.chains.push((sid, key, 0));
        }
        let (_, key, last) = self.chains.iter_mut().find(|(of, ..)| *of == sid).unwrap();
        let (mut ciphertexts, mut references) = (Vec::new(), Vec::new());
        for (kind, bytes) in payloads {
            *last += 1;
            let sealed = key.seal(*last, &Plain { kind: *kind, bytes, whole: None }, &mut ciphertexts).unwrap();
            references.push(json!({
                "c": hash_text(&sha256(b"")), "e": hash_text(&sha256(b"")), "id": *last, "kind": kind.as_str(), "size": sealed.size
            }));
        }
        let mut leaf = json!({
            "body": body, "log": ORIGIN, "mono": 0, "seq": sequence, "sid": sid, "ss": 1, "ts": 1000 + sequence, "type": kind, "v": 1
        });
        if !references.is_empty() {
            leaf["payloads"] = references.into();
        }
        let leaf = canonical(&leaf).into_bytes();
        let hash = leaf_hash(&leaf);
        self.frames.push(Frame { sequence, hash, leaf, key: wrapped, payloads: ciphertexts });
    }

    /// Commands of one session with a text and a parameter each, up to so many records in all.
    pub(super) fn fill(&mut self, until: usize) {
        while self.frames.len() < until {
            let text = format!("SELECT {}", self.frames.len());
            let parameters = [&[0, 0, 0, 1, b'x'][..], &[255; 4], &[0, 0, 0, 1, 200]].concat();
            let body =
                json!({ "command": self.frames.len(), "policy": { "ids": ["p"], "version": "v" }, "verb": "read" });
            self.record(7, "command", &body, &[(Kind::Text, text.as_bytes()), (Kind::Parameters, &parameters)]);
        }
    }

    /// The journal holds these records, in one segment.
    pub(super) fn journal(&self, first: usize, until: usize) {
        let first = first as u64;
        for segment in wal::list(&self.places.journal).unwrap() {
            if segment.first != first {
                fs::remove_file(segment.path).unwrap();
            }
        }
        let mut bytes = Head { first, state: Vec::new() }.bytes().unwrap();
        for Frame { sequence, hash, leaf, key, payloads } in &self.frames[first as usize..until] {
            let key = key.as_deref().unwrap_or_default();
            assert!(Parts { sequence: *sequence, batch: *sequence, hash: *hash, leaf, key, payloads }.put(&mut bytes));
        }
        bytes.extend_from_slice(&END);
        File::create(self.places.journal.join(format!("{first:020}.journal"))).unwrap().write_all(&bytes).unwrap();
    }

    /// The log holds the first records.
    pub(super) fn publish(&self, until: usize) {
        let signer = Signer::open(Disk, &self.places.signer, ORIGIN, false).unwrap();
        let source = Given(self.frames[..until].iter().cloned().collect());
        let (log, keys) = (self.places.log.clone(), self.places.keys.clone());
        Publisher::open(source, Disk, signer, log, keys).unwrap().round().unwrap();
    }

    pub(super) fn read(&self) -> Vec<Entry> {
        read(&self.places).unwrap().map(Result::unwrap).collect()
    }
}

/// Frames to publish.
struct Given(std::collections::VecDeque<Frame>);

impl Source for Given {
    fn first(&self) -> u64 {
        0
    }

    fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        Ok(self.0.pop_front())
    }

    fn has_below(&mut self, _: u64) -> Result<bool, ReadError> {
        Ok(false)
    }

    fn recycle(&mut self, _: u64) -> Result<(), ReadError> {
        Ok(())
    }
}

/// The text of a value with the names of each object in order, whatever order another crate of the build has maps keep.
fn canonical(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Array(values) => format!("[{}]", joined(values.iter().map(canonical).collect())),
        Value::Object(fields) => {
            let sorted: std::collections::BTreeMap<_, _> = fields.iter().collect();
            let field =
                |(name, value): (&String, &Value)| format!("{}:{}", Value::from(name.as_str()), canonical(value));
            format!("{{{}}}", joined(sorted.into_iter().map(field).collect()))
        }
        plain => plain.to_string(),
    }
}
