//! The right edge of the tree: what is in its bundles and tiles that are not full yet, and its root.

use std::path::Path;

use tlog::bundle;
use tlog::merkle::{Hash, leaf_hash, node_hash, sha256};
use tlog::tile::{self, WIDTH};

use super::files::Files;
use super::trouble::Trouble;

/// Levels of tiles that a tree can have: eight of the tree each.
const LEVELS: u8 = 8;

/// A file of the log, whole.
pub(super) struct Whole {
    /// Below the folder of the log.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

/// A tree of which only the right edge is in memory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Edge {
    size: u64,
    /// The bundle that is not full.
    entries: Vec<u8>,
    /// For each level, the hashes of the tile that is not full.
    levels: [Vec<Hash>; LEVELS as usize],
}

impl Edge {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Appends a record, and hands over what became full by it.
    pub(super) fn push(&mut self, leaf: &[u8], hash: Hash) -> Result<Vec<Whole>, bundle::BundleError> {
        bundle::push(&mut self.entries, leaf)?;
        let index = self.size / u64::from(WIDTH);
        self.size = self.size.saturating_add(1);
        let mut full = Vec::new();
        let mut carried = hash;
        for (level, hashes) in (0..LEVELS).zip(&mut self.levels) {
            hashes.push(carried);
            if hashes.len() < usize::from(WIDTH) {
                break;
            }
            let hashes = std::mem::take(hashes);
            carried = root_of(&hashes);
            let index = index.checked_shr(8 * u32::from(level)).unwrap_or(0);
            full.push(Whole { path: tile::path(level, index, WIDTH), bytes: hashes.concat() });
        }
        if !full.is_empty() {
            let path = tile::entries_path(index, WIDTH);
            full.push(Whole { path, bytes: std::mem::take(&mut self.entries) });
        }
        Ok(full)
    }

    /// The files of what is not full.
    pub(super) fn partial(&self) -> Vec<Whole> {
        let mut files = Vec::new();
        for (level, hashes) in (0..LEVELS).zip(&self.levels) {
            // A level has less than 256.
            let width = hashes.len() as u16;
            let index = self.size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0);
            if width > 0 {
                files.push(Whole { path: tile::path(level, index, width), bytes: hashes.concat() });
            }
            if width > 0 && level == 0 {
                files.push(Whole { path: tile::entries_path(index, width), bytes: self.entries.clone() });
            }
        }
        files
    }

    /// The root of the tree.
    pub(super) fn root(&self) -> Hash {
        // The complete subtrees at the edge, smallest first.
        let mut root = None;
        for hashes in &self.levels {
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let width = 1_usize << rest.len().trailing_zeros();
                let (left, subtree) = rest.split_at(rest.len().saturating_sub(width));
                let subtree = root_of(subtree);
                root = Some(root.map_or(subtree, |right| node_hash(&subtree, &right)));
                rest = left;
            }
        }
        root.unwrap_or_else(|| sha256(&[]))
    }

    /// The edge of the tree of the first `size` records, from files that hold at least the full bundle of the last of them.
    pub(super) fn load(files: &impl Files, log: &Path, size: u64) -> Result<Self, Trouble> {
        let mut edge = Self { size, ..Self::default() };
        let [leaves, above @ ..] = &mut edge.levels;
        let records = usize::try_from(size % u64::from(WIDTH)).unwrap_or_default();
        if records > 0 {
            let index = size / u64::from(WIDTH);
            let whole = log.join(tile::entries_path(index, WIDTH));
            // A log that ends here has only the part.
            let part = || log.join(tile::entries_path(index, records as u16));
            let path = if files.read(&whole).is_ok() { whole } else { part() };
            for leaf in bundle::entries(&read(files, &path)?).take(records) {
                let leaf = leaf.map_err(|_| Trouble::damaged(&path))?;
                leaves.push(leaf_hash(leaf));
                bundle::push(&mut edge.entries, leaf).map_err(|_| Trouble::damaged(&path))?;
            }
            if leaves.len() != records {
                return Err(Trouble::damaged(&path));
            }
        }
        for (below, hashes) in (0..LEVELS).zip(above) {
            let count = size.checked_shr(8 * (u32::from(below) + 1)).unwrap_or(0);
            for index in count / u64::from(WIDTH) * u64::from(WIDTH)..count {
                hashes.push(root_of(&tile_at(files, log, below, index, WIDTH)?));
            }
        }
        Ok(edge)
    }

    /// The leaves of the bundle that is not full.
    pub(super) fn leaves(&self) -> impl Iterator<Item = &[u8]> {
        bundle::entries(&self.entries).filter_map(Result::ok)
    }
}

/// Nodes of the tree of `size` records, from its tiles on disk.
pub(super) struct Nodes<'a, F> {
    pub(super) files: &'a F,
    pub(super) log: &'a Path,
    pub(super) size: u64,
}

impl<F: Files> Nodes<'_, F> {
    /// The hash of the complete subtree of `1 << level` records from `index << level`.
    pub(super) fn node(&self, level: u8, index: u64) -> Result<Hash, Trouble> {
        let below = level % 8;
        let first = index.checked_shl(u32::from(below)).unwrap_or(u64::MAX);
        let (tile, at) = (first / u64::from(WIDTH), first % u64::from(WIDTH));
        let width = tile::width(level / 8, tile, self.size);
        let hashes = tile_at(self.files, self.log, level / 8, tile, width)?;
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        // The tree has the subtree, so its tile has all of its hashes.
        Ok(root_of(hashes.get(at..at.saturating_add(1 << below)).unwrap_or_default()))
    }
}

/// The root of a complete subtree, from the hashes at its bottom.
fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => sha256(&[]),
        [one] => *one,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The hashes of a tile on disk.
fn tile_at(files: &impl Files, log: &Path, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, Trouble> {
    let path = log.join(tile::path(level, index, width));
    let bytes = read(files, &path)?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    let whole = rest.is_empty() && hashes.len() == usize::from(width);
    if whole { Ok(hashes.to_owned()) } else { Err(Trouble::damaged(&path)) }
}

fn read(files: &impl Files, path: &Path) -> Result<Vec<u8>, Trouble> {
    files.read(path).map_err(Trouble::file("reading", path))
}
