//! A disk whose system calls fail at a given one, and that loses its power.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::Dice;
use crate::wal::{Medium, System};

/// What was done and may still be undone by a loss of power.
#[derive(Default)]
pub(super) struct Fate {
    /// Calls that still succeed.
    left: usize,
    /// Calls that were made.
    pub(super) calls: usize,
    kind: Option<io::ErrorKind>,
    dead: bool,
    written: Vec<(File, u64, Vec<u8>)>,
    renamed: Vec<(PathBuf, PathBuf)>,
}

/// Fails once, or from then on.
#[derive(Clone)]
pub(super) struct Faulty(pub(super) Arc<Mutex<Fate>>);

impl Faulty {
    /// The call after `left` others fails with `kind`; without one, that call and all behind it do.
    pub(super) fn after(left: usize, kind: Option<io::ErrorKind>) -> Self {
        Self(Arc::new(Mutex::new(Fate { left, kind, ..Fate::default() })))
    }

    /// Takes back any part of what was not made durable, by sectors and names.
    pub(super) fn lose_power(&self, dice: &mut Dice) {
        let mut fate = self.0.lock().unwrap();
        for (file, offset, before) in std::mem::take(&mut fate.written).into_iter().rev() {
            for (sector, at) in before.chunks(512).zip((0..).step_by(512)) {
                if dice.below(2) == 0 {
                    file.write_all_at(sector, offset + at).unwrap();
                }
            }
        }
        for (from, to) in std::mem::take(&mut fate.renamed) {
            if dice.below(2) == 0 && to.exists() {
                fs::rename(to, from).unwrap();
            }
        }
    }

    /// Whether the call fails.
    fn call(&self) -> io::Result<()> {
        let mut fate = self.0.lock().unwrap();
        fate.calls += 1;
        if fate.left == 0 || fate.dead {
            fate.dead |= fate.kind.is_none();
            fate.left = usize::MAX;
            return Err(fate.kind.unwrap_or(io::ErrorKind::Other).into());
        }
        fate.left -= 1;
        Ok(())
    }
}

impl Medium for Faulty {
    fn write_at(&mut self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let called = self.call();
        let bytes = if called.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        let mut before = vec![0; bytes.len()];
        let mut have = 0;
        while let Ok(read @ 1..) = file.read_at(&mut before[have..], offset + have as u64) {
            have += read;
        }
        System.write_at(file, bytes, offset)?;
        self.0.lock().unwrap().written.push((file.try_clone().unwrap(), offset, before));
        called
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        self.call()?;
        self.0.lock().unwrap().written.clear();
        System.sync(file)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        self.0.lock().unwrap().renamed.push((from.to_owned(), to.to_owned()));
        System.rename(from, to)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.call()?;
        self.0.lock().unwrap().renamed.clear();
        System.sync_folder(folder)
    }
}
