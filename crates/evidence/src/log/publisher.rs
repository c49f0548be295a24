//! Makes the public files of the log from what the journal has on stable storage, and has their checkpoint signed.
//!
//! Everything here is derived, and begins again at the oldest record that the journal holds: whatever a crash left, the
//! same bytes are written over it. So nothing is made durable file by file; all of it is, at once, before the journal
//! gives up a segment. Of the tree only the right edge is in memory, and what is signed is what stands in the tiles on
//! disk: the proof that it continues what was signed before is made from them.

use std::fs::File;
use std::path::PathBuf;

use tlog::checkpoint::Checkpoint;
use tlog::json;
use tlog::merkle::consistency;
use tlog::tile::{self, WIDTH};
use uuid::Uuid;

use super::files::{Files, place};
use super::key_path;
use super::pack::Pack;
use super::signer::Signer;
use super::source::Source;
use super::tree::{Edge, Nodes, Whole};
use super::trouble::Trouble;
use super::work::{Step, Work};
use crate::wal::Frame;

/// So many bytes are derived before they are written.
const AT_ONCE: usize = 4 << 20;

/// Files of the log are made here and then put in their place.
const ASIDE: &str = "new";

/// Follows the journal and writes the log.
pub(crate) struct Publisher<S, F> {
    source: S,
    files: F,
    signer: Signer<F>,
    log: PathBuf,
    keys: PathBuf,
    /// Both folders, opened before anything is written to them.
    open: [File; 2],
    edge: Edge,
    pack: Pack,
    work: Work,
    /// Size of the newest publication; none since the start.
    published: Option<u64>,
    /// Size of the one before: somebody may be reading its files now.
    before: u64,
    /// What was left of publications up to this size has been taken away.
    tidy: u64,
}

impl<S: Source, F: Files> Publisher<S, F> {
    /// Goes on where the journal begins.
    pub(crate) fn open(source: S, files: F, signer: Signer<F>, log: PathBuf, keys: PathBuf) -> Result<Self, Trouble> {
        let folder = |path| File::open(path).map_err(Trouble::file("opening", path));
        let open = [folder(&log)?, folder(&keys)?];
        let first = source.first();
        let edge = Edge::load(&files, &log, first)?;
        let bundle = first / u64::from(WIDTH);
        let pack = Pack::behind(log.clone(), bundle, edge.leaves());
        let pack = pack.ok_or_else(|| Trouble::damaged(&log.join(tile::entries_path(bundle, WIDTH))))?;
        let work = Work::default();
        Ok(Self {
            source,
            files,
            signer,
            log,
            keys,
            open,
            edge,
            pack,
            work,
            published: None,
            before: first,
            tidy: first,
        })
    }

    /// One round: what is durable by now is derived, signed and published, and what the journal need not keep is given up.
    pub(crate) fn round(&mut self) -> Result<(), Trouble> {
        self.derive()?;
        self.publish()?;
        self.tidy()?;
        self.recycle()
    }

    /// Size of the newest publication.
    pub(crate) fn published(&self) -> u64 {
        self.published.unwrap_or_default()
    }

    /// Derives files from all records that are durable.
    fn derive(&mut self) -> Result<(), Trouble> {
        self.work.run(&mut self.files)?;
        while let Some(frame) = self.source.next()? {
            self.take(frame)?;
            if self.work.bytes() >= AT_ONCE {
                self.work.run(&mut self.files)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, frame: Frame) -> Result<(), Trouble> {
        if let Some(bytes) = frame.key {
            let sid = chain_of(&bytes).ok_or_else(|| Trouble::damaged(&self.keys))?;
            let path = key_path(&self.keys, sid);
            self.work.push(Step::Whole { aside: self.keys.join(ASIDE), path, bytes });
        }
        self.pack.push(&frame.payloads, &mut self.work);
        let full = self.edge.push(&frame.leaf, frame.hash).map_err(|_| Trouble::damaged(&self.log))?;
        if !full.is_empty() {
            self.pack.turn(&mut self.work);
        }
        for file in full {
            self.stage(file);
        }
        Ok(())
    }

    /// Has the tree signed as it is now, and shows the note.
    fn publish(&mut self) -> Result<(), Trouble> {
        let size = self.edge.size();
        if size == 0 || self.published == Some(size) {
            return Ok(());
        }
        self.pack.flush(&mut self.work);
        for file in self.edge.partial() {
            self.stage(file);
        }
        self.work.run(&mut self.files)?;
        let note = self.sign()?;
        let path = self.log.join("checkpoint");
        place(&mut self.files, &self.log.join(ASIDE), &path, &note).map_err(Trouble::file("writing", &path))?;
        self.before = self.published.replace(size).unwrap_or(self.before);
        Ok(())
    }

    /// The note over the tree, once the tiles on disk show that it continues what was signed before.
    fn sign(&mut self) -> Result<Vec<u8>, Trouble> {
        let size = self.edge.size();
        let (signed, _) = self.signer.signed();
        let nodes = Nodes { files: &self.files, log: &self.log, size };
        // Of a smaller log there is no proof, and the signer says so.
        let proof = consistency(signed.min(size), size, |level, index| nodes.node(level, index))?;
        let origin = self.signer.verifier_key().name().to_owned();
        let note = self.signer.sign(Checkpoint { origin, size, root: self.edge.root() }, &proof)?;
        Ok(note.to_owned())
    }

    /// Takes partial files away once the full one is there, and was there for those who read the publication before.
    fn tidy(&mut self) -> Result<(), Trouble> {
        for tile in tile::changed(self.tidy, self.before).filter(|tile| tile.width == WIDTH) {
            self.sweep(&tile::path(tile.level, tile.index, 1))?;
            if tile.level == 0 {
                self.sweep(&tile::entries_path(tile.index, 1))?;
            }
        }
        self.tidy = self.before;
        Ok(())
    }

    /// Removes the folder of partial files in which `one` would stand.
    fn sweep(&mut self, one: &str) -> Result<(), Trouble> {
        let Some(folder) = self.log.join(one).parent().map(ToOwned::to_owned) else { return Ok(()) };
        let found = self.files.list(&folder).map_err(Trouble::file("listing", &folder))?;
        for path in &found {
            self.files.remove(path).map_err(Trouble::file("removing", path))?;
        }
        self.files.remove_folder(&folder).map_err(Trouble::file("removing", &folder))
    }

    /// Lets the journal use its segments again whose records are in full bundles of the publication before the last, once
    /// all that was written is durable. A bundle that is not full stays in the journal: its file is still replaced by others,
    /// and a loss of power may leave none of them.
    fn recycle(&mut self) -> Result<(), Trouble> {
        let below = self.before - self.before % u64::from(WIDTH);
        if !self.source.has_below(below)? {
            return Ok(());
        }
        for (folder, path) in self.open.iter().zip([&self.log, &self.keys]) {
            self.files.sync_all(folder).map_err(Trouble::sync(path))?;
        }
        Ok(self.source.recycle(below)?)
    }

    fn stage(&mut self, file: Whole) {
        let (aside, path) = (self.log.join(ASIDE), self.log.join(file.path));
        self.work.push(Step::Whole { aside, path, bytes: file.bytes });
    }
}

/// The chain of a wrapped key, as its text says itself. `None`: that is no key.
fn chain_of(key: &[u8]) -> Option<Uuid> {
    let key = json::parse(key.trim_ascii_end()).ok()?;
    Uuid::parse_str(key.get("sid")?.as_str()?).ok()
}
