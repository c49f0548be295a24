//! The tree as the entries make it, against the tiles and the root that was signed (section 5 of the format).

use tlog::checkpoint::Checkpoint;
use tlog::merkle::{Frontier, Hash};
use tlog::tile::{self, WIDTH};

use crate::findings::Findings;
use crate::source::{Fetched, Source, fetch};
use crate::verdict::{Place, Verdict};

/// Bytes of a full tile.
const TILE: usize = WIDTH as usize * 32;

pub(crate) struct Tree<'a> {
    source: &'a dyn Source,
    /// The tile that is being filled, at each level.
    levels: [Level; 8],
    /// None once a hash is not known.
    frontier: Option<Frontier>,
    pin: Option<u64>,
    root_at_pin: Option<Hash>,
}

#[derive(Default)]
struct Level {
    index: u64,
    /// None where the entry or the tile below could not be read.
    hashes: Vec<Option<Hash>>,
}

impl<'a> Tree<'a> {
    /// An empty tree, of which the root at the size `pin` is wanted too.
    pub(crate) fn new(source: &'a dyn Source, pin: Option<u64>) -> Self {
        Self { source, levels: Default::default(), frontier: Some(Frontier::new()), pin, root_at_pin: None }
    }

    /// The next entry; none when it could not be read, and then its tile speaks for it.
    pub(crate) fn push(&mut self, leaf: Option<Hash>, findings: &mut Findings<'_>) {
        let mut hash = leaf;
        for number in 0..8u8 {
            let Some(level) = self.levels.get_mut(usize::from(number)) else { return };
            level.hashes.push(hash);
            if level.hashes.len() < usize::from(WIDTH) {
                return;
            }
            hash = self.close(number, findings);
        }
    }

    /// Holds the tile being filled to its file, and gives the hash of what is under it.
    fn close(&mut self, number: u8, findings: &mut Findings<'_>) -> Option<Hash> {
        let level = std::mem::take(self.levels.get_mut(usize::from(number))?);
        let known = compare(self.source, number, &level, findings);
        if let Some(next) = self.levels.get_mut(usize::from(number)) {
            next.index = level.index + 1;
        }
        if number == 0 {
            self.grow(known.as_deref());
        }
        let mut tree = Frontier::new();
        known?.into_iter().for_each(|hash| tree.push(hash));
        Some(tree.root())
    }

    fn grow(&mut self, hashes: Option<&[Hash]>) {
        let Some(hashes) = hashes else {
            self.frontier = None;
            return;
        };
        let Some(frontier) = &mut self.frontier else { return };
        for hash in hashes {
            frontier.push(*hash);
            if self.pin == Some(frontier.size()) {
                self.root_at_pin = Some(frontier.root());
            }
        }
    }

    /// The end of the log. Gives the root at the size of the pin, if all of it is what was signed.
    pub(crate) fn finish(mut self, signed: &Checkpoint, findings: &mut Findings<'_>) -> Option<Hash> {
        for number in 0..8 {
            if self.levels.get(usize::from(number)).is_some_and(|level| !level.hashes.is_empty()) {
                self.close(number, findings);
            }
        }
        let root = self.frontier?.root();
        if root != signed.root {
            let text = format!("the {} records do not have the root that was signed", signed.size);
            findings.fail(Verdict::Tampered, Place::Log, text);
            return None;
        }
        self.root_at_pin
    }
}

/// The hashes of a tile, where need be from its file; none when one is not known.
fn compare(source: &dyn Source, number: u8, level: &Level, findings: &mut Findings<'_>) -> Option<Vec<Hash>> {
    let file = read(source, number, level, findings);
    let under = 1u64 << (8 * u32::from(number));
    let mut known = Vec::with_capacity(level.hashes.len());
    for (at, ours) in level.hashes.iter().enumerate() {
        let theirs = file.as_ref().and_then(|(_, hashes)| hashes.get(at)).copied();
        if let (Some(ours), Some(theirs), Some((path, _))) = (ours, theirs, &file)
            && *ours != theirs
        {
            let first = (level.index * u64::from(WIDTH) + at as u64) * under;
            let what = if under == 1 {
                format!("record {first}")
            } else {
                format!("records {first} to {}", first + under - 1)
            };
            findings.file(Verdict::Tampered, path, format!("has another hash for {what}"));
        }
        known.push(ours.or(theirs));
    }
    known.into_iter().collect()
}

/// The file of a tile: its name and its hashes.
fn read(source: &dyn Source, number: u8, level: &Level, findings: &mut Findings<'_>) -> Option<(String, Vec<Hash>)> {
    let width = level.hashes.len();
    let partial = tile::path(number, level.index, width as u16);
    let full = tile::path(number, level.index, WIDTH);
    let (path, bytes, holds) = match fetch(source, &partial, TILE, findings) {
        // The full tile may have come since; its beginning is the same.
        Fetched::Missing if partial != full => (full.clone(), fetch(source, &full, TILE, findings), usize::from(WIDTH)),
        fetched => (partial.clone(), fetched, width),
    };
    let bytes = match bytes {
        Fetched::Bytes(bytes) => bytes,
        Fetched::TooLong => {
            findings.file(Verdict::Tampered, &path, "something stands behind the last hash");
            return None;
        }
        Fetched::Missing => {
            findings.missing(&partial);
            return None;
        }
        Fetched::Failed => return None,
    };
    if bytes.len() < holds * 32 {
        findings.file(Verdict::Incomplete, &path, format!("holds {} of {holds} hashes", bytes.len() / 32));
    } else if bytes.len() > holds * 32 {
        findings.file(Verdict::Tampered, &path, "something stands behind the last hash");
    }
    let hashes = bytes.as_chunks::<32>().0.iter().take(width).copied().collect();
    Some((path, hashes))
}
