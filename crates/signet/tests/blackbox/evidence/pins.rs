//! Every checkpoint that was ever shown: none may be taken back, and no other log may be signed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tlog::checkpoint::Checkpoint;
use tlog::merkle::Hash;
use tlog::note::Note;
use verify::Pin;

/// The checkpoints of one log by their size.
#[derive(Default)]
pub struct Pins {
    roots: BTreeMap<u64, Hash>,
    newest: Vec<u8>,
}

impl Pins {
    /// Looks at the checkpoint that is shown now; says whether it is a new one.
    pub fn look(&mut self, data: &Path) -> bool {
        let Ok(note) = fs::read(data.join("log/checkpoint")) else {
            assert!(self.roots.is_empty(), "a checkpoint was shown and is there no more");
            return false;
        };
        if note == self.newest {
            return false;
        }
        let Checkpoint { size, root, .. } = Note::parse(&note).unwrap().text.parse().unwrap();
        let largest = self.roots.keys().next_back().copied().unwrap_or_default();
        assert!(size >= largest, "a checkpoint of {size} records was shown after one of {largest}");
        let known = *self.roots.entry(size).or_insert(root);
        assert_eq!(known, root, "two logs of {size} records were signed");
        self.newest = note;
        true
    }

    /// The newest, as a verifier keeps it.
    pub fn newest(&self) -> Option<Pin> {
        (!self.newest.is_empty()).then(|| Pin { name: "pin".to_owned(), bytes: self.newest.clone() })
    }

    /// Every one of them must have the root that the log has at its size; `root` gives it as far as the log was read.
    pub fn check(&self, root: impl Fn(u64) -> Option<Hash>) {
        for (size, signed) in &self.roots {
            let same = root(*size).is_none_or(|root| root == *signed);
            assert!(same, "the log does not continue the checkpoint of {size} records that was shown");
        }
    }

    pub fn count(&self) -> usize {
        self.roots.len()
    }
}
