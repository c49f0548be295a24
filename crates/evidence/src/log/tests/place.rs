//! What the tests share: a journal in memory, the folders of a gateway, and what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tlog::merkle::leaf_hash;
use uuid::Uuid;

use crate::error::ReadError;
use crate::log::files::Files;
use crate::log::publisher::Publisher;
use crate::log::signer::Signer;
use crate::log::source::Source;
use crate::log::trouble::Trouble;
use crate::wal::Frame;

pub(crate) const ORIGIN: &str = "signet.test/log";

const FOLDERS: [&str; 3] = ["log", "keys", "signer"];

/// Records of a segment.
const SEGMENT: u64 = 50;

/// A journal of which a crash loses nothing.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    /// Oldest record, and how many are durable.
    pub(crate) held: Arc<Mutex<(u64, u64)>>,
    /// Makes other records.
    other: bool,
    /// A record that cannot be read.
    lost: Arc<Mutex<Option<u64>>>,
}

/// A journal that is being read.
pub(crate) struct Reading {
    memory: Memory,
    next: u64,
}

impl Memory {
    /// With another history.
    pub(crate) fn other() -> Self {
        Self { other: true, ..Self::default() }
    }

    /// So many records are durable.
    pub(crate) fn reach(&self, durable: u64) {
        self.held.lock().unwrap().1 = durable;
    }

    /// A record cannot be read any more.
    pub(crate) fn lose(&self, sequence: u64) {
        *self.lost.lock().unwrap() = Some(sequence);
    }

    pub(crate) fn first(&self) -> u64 {
        self.held.lock().unwrap().0
    }

    pub(crate) fn open(&self) -> Reading {
        Reading { memory: self.clone(), next: self.first() }
    }

    pub(crate) fn frame(&self, sequence: u64) -> Frame {
        let payloads = vec![sequence as u8; (sequence * 7 % 90) as usize];
        let payload = match payloads.len() {
            0 => String::new(),
            size => format!(r#""payloads":[{{"size":{}}},{{"size":{}}}],"#, size / 2, size - size / 2),
        };
        let kind = if self.other && sequence == 3 { "other" } else { "test" };
        let leaf = format!(r#"{{{payload}"seq":{sequence},"type":"{kind}"}}"#).into_bytes();
        let key = sequence
            .is_multiple_of(40)
            .then(|| format!(r#"{{"sid":"{}"}}"#, Uuid::from_u128(sequence.into())).into_bytes());
        Frame { sequence, hash: leaf_hash(&leaf), leaf, key, payloads }
    }
}

impl Source for Reading {
    fn first(&self) -> u64 {
        self.memory.first()
    }

    fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        if self.next >= self.memory.held.lock().unwrap().1 {
            return Ok(None);
        }
        if *self.memory.lost.lock().unwrap() == Some(self.next) {
            return Err(ReadError::Missing { folder: PathBuf::new(), sequence: self.next });
        }
        self.next += 1;
        Ok(Some(self.memory.frame(self.next - 1)))
    }

    fn has_below(&mut self, sequence: u64) -> Result<bool, ReadError> {
        Ok(self.memory.first() + SEGMENT <= sequence)
    }

    fn recycle(&mut self, below: u64) -> Result<(), ReadError> {
        self.memory.held.lock().unwrap().0 = below / SEGMENT * SEGMENT;
        Ok(())
    }
}

/// The folders of a gateway, with a key that is always the same.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for folder in FOLDERS {
            fs::create_dir(place.path(folder)).unwrap();
        }
        fs::write(place.path("signer/key"), "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n").unwrap();
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn publisher<F: Files + Clone>(
        &self,
        memory: &Memory,
        files: F,
    ) -> Result<Publisher<Reading, F>, Trouble> {
        let signer = Signer::open(files.clone(), &self.path("signer"), ORIGIN, true)?;
        Publisher::open(memory.open(), files, signer, self.path("log"), self.path("keys"))
    }

    /// Every file that was published, and what the signer has.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        for folder in FOLDERS {
            gather(&self.path(folder), self.0.path(), &mut found);
        }
        found
    }
}

fn gather(folder: &Path, root: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, root, found);
        } else {
            found.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
        }
    }
}
