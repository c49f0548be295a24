//! A disk that stops, fails, or loses power at a step of the test's choice.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::{Disk, Files};

/// What happens at the chosen step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process is gone: this step and all after it.
    Stop,
    /// This step fails, and those after it do not.
    Error(io::ErrorKind),
    /// No sync of all, at any step.
    NoSync,
}

/// A real disk with a fault in it. What is written may have been written in part.
#[derive(Clone)]
pub(crate) struct Faulty {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    /// Steps before the fault.
    left: u64,
    fault: Fault,
    /// Files whose bytes no sync has confirmed.
    unsure: BTreeSet<PathBuf>,
    /// What stood where a file was put, as long as no sync has confirmed the new name.
    replaced: Vec<(PathBuf, Option<Vec<u8>>)>,
    /// Every note that was shown.
    shown: Vec<Vec<u8>>,
}

impl Faulty {
    pub(crate) fn new(left: u64, fault: Fault) -> Self {
        let (unsure, replaced, shown) = Default::default();
        Self { inner: Arc::new(Mutex::new(Inner { left, fault, unsure, replaced, shown })) }
    }

    /// The fault comes in so many steps.
    pub(crate) fn strike(&self, left: u64) {
        self.inner.lock().unwrap().left = left;
    }

    /// Whether the fault has come.
    pub(crate) fn struck(&self) -> bool {
        self.inner.lock().unwrap().left == 0
    }

    /// The notes that were shown so far.
    pub(crate) fn shown(&self) -> Vec<Vec<u8>> {
        self.inner.lock().unwrap().shown.clone()
    }

    /// What no sync has confirmed is lost, as far as it can be: names are those of before, bytes are none, and what was
    /// removed does not come back.
    pub(crate) fn lose_power(&self) {
        let mut inner = self.inner.lock().unwrap();
        for path in std::mem::take(&mut inner.unsure) {
            if path.exists() {
                fs::write(path, b"").unwrap();
            }
        }
        for (path, bytes) in std::mem::take(&mut inner.replaced).into_iter().rev() {
            match bytes {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => drop(fs::remove_file(path)),
            }
        }
    }

    fn step(&self) -> io::Result<()> {
        let mut inner = self.inner.lock().unwrap();
        match (inner.left, inner.fault) {
            (0, Fault::Stop) => Err(io::Error::other("stopped")),
            (0, _) => Ok(()),
            (1, fault) => {
                inner.left = 0;
                Err(if let Fault::Error(kind) = fault { kind.into() } else { io::Error::other("stopped") })
            }
            _ => {
                inner.left -= 1;
                Ok(())
            }
        }
    }

    fn unsure(&self, path: &Path) {
        self.inner.lock().unwrap().unsure.insert(path.to_owned());
    }
}

impl Files for Faulty {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Disk.read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        Disk.list(folder)
    }

    fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.step()?;
        Disk.make_folder(folder)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.unsure(path);
        if let Err(error) = self.step() {
            Disk.write(path, &bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        Disk.write(path, bytes)
    }

    fn write_at(&mut self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.unsure(path);
        if let Err(error) = self.step() {
            Disk.write_at(path, offset, &bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        Disk.write_at(path, offset, bytes)
    }

    fn cut(&mut self, path: &Path, length: u64) -> io::Result<()> {
        self.step()?;
        Disk.cut(path, length)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let (before, bytes) = (fs::read(to).ok(), fs::read(from)?);
        Disk.rename(from, to)?;
        let mut inner = self.inner.lock().unwrap();
        if inner.unsure.remove(from) {
            inner.unsure.insert(to.to_owned());
        }
        if to.ends_with("log/checkpoint") {
            let kept = to.ancestors().nth(2).unwrap().join("signer/checkpoint");
            assert_eq!(fs::read(&kept).unwrap(), bytes, "a note was shown that the signer does not have");
            let durable = !inner.unsure.contains(&kept) && inner.replaced.iter().all(|(path, _)| *path != kept);
            assert!(durable, "a note was shown before the signer's copy was durable");
            inner.shown.push(bytes);
        }
        inner.replaced.push((to.to_owned(), before));
        Ok(())
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        Disk.remove(path)
    }

    fn remove_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.step()?;
        Disk.remove_folder(folder)
    }

    fn sync(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.inner.lock().unwrap().unsure.remove(path);
        Ok(())
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.step()?;
        self.inner.lock().unwrap().replaced.retain(|(path, _)| path.parent() != Some(folder));
        Ok(())
    }

    fn sync_all(&mut self, _folder: &File) -> io::Result<()> {
        self.step()?;
        let mut inner = self.inner.lock().unwrap();
        if inner.fault == Fault::NoSync {
            return Err(io::Error::other("no sync"));
        }
        inner.unsure.clear();
        inner.replaced.clear();
        Ok(())
    }
}
