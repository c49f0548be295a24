//! What publisher and signer ask of a disk. A trait, so that tests can let it fail, or stop between two steps.

#[cfg(test)]
pub(super) mod faulty;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};

use super::trouble::Trouble;
use crate::wal;

/// One system call or so each.
pub(crate) trait Files: Send {
    /// The whole of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The names in a folder; none when it is not there.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// Makes a folder and those above it, unless they are there.
    fn make_folder(&mut self, folder: &Path) -> io::Result<()>;

    /// Makes a file of these bytes, or fills the one that is there anew.
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Writes into a file at a place, and makes the file if it is not there.
    fn write_at(&mut self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Takes away what stands behind `length` bytes of a file, if it is there.
    fn cut(&mut self, path: &Path, length: u64) -> io::Result<()>;

    /// Puts a file in the place of another, in one step.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file, if it is there.
    fn remove(&mut self, path: &Path) -> io::Result<()>;

    /// Removes a folder, if it is there and empty.
    fn remove_folder(&mut self, folder: &Path) -> io::Result<()>;

    /// Makes the bytes of a file durable.
    fn sync(&mut self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    fn sync_folder(&mut self, folder: &Path) -> io::Result<()>;

    /// Makes all that was written to the file system of a folder durable. The folder must have been open all the while: what
    /// could not be written since then is told to whoever has it open, and to others not.
    fn sync_all(&mut self, folder: &File) -> io::Result<()>;
}

/// A real disk.
#[derive(Clone, Copy)]
pub(crate) struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        match fs::read_dir(folder) {
            Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
            Err(error) => gone(Err(error)).map(|()| Vec::new()),
        }
    }

    fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        wal::private(OpenOptions::new().write(true).create(true).truncate(true)).open(path)?.write_all(bytes)
    }

    fn write_at(&mut self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = wal::private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
        file.write_all_at(bytes, offset)
    }

    fn cut(&mut self, path: &Path, length: u64) -> io::Result<()> {
        match fs::metadata(path) {
            Ok(found) if found.len() > length => OpenOptions::new().write(true).open(path)?.set_len(length),
            found => gone(found.map(drop)),
        }
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        gone(fs::remove_file(path))
    }

    fn remove_folder(&mut self, folder: &Path) -> io::Result<()> {
        gone(fs::remove_dir(folder))
    }

    fn sync(&mut self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        wal::sync_folder(folder)
    }

    fn sync_all(&mut self, folder: &File) -> io::Result<()> {
        Ok(rustix::fs::syncfs(folder)?)
    }
}

/// What is not there need not be taken away.
fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Puts a whole file in its place in one step, by way of `aside` on the same file system. Not durable.
pub(crate) fn place(files: &mut impl Files, aside: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    files.write(aside, bytes)?;
    match files.rename(aside, path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), |folder| files.make_folder(folder))?;
            files.rename(aside, path)
        }
        renamed => renamed,
    }
}

/// Puts a whole file in its place in one step, and makes it durable there. A crash leaves what was there, or this.
pub(crate) fn durably(files: &mut impl Files, path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let aside = path.with_extension("new");
    files.write(&aside, bytes).map_err(Trouble::file("writing", &aside))?;
    files.sync(&aside).map_err(Trouble::sync(&aside))?;
    files.rename(&aside, path).map_err(Trouble::file("putting in place", path))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    files.sync_folder(folder).map_err(Trouble::sync(folder))
}
