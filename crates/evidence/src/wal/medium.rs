//! The system calls by which a record becomes durable. A trait, so that tests can let each of them fail.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::segment;

/// One system call or so each.
pub(crate) trait Medium: Send {
    /// Writes at a place of a file.
    fn write_at(&mut self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Makes the bytes of a file durable.
    fn sync(&mut self, file: &File) -> io::Result<()>;

    /// Gives a file another name.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    fn sync_folder(&mut self, folder: &Path) -> io::Result<()>;
}

/// A real disk.
pub(crate) struct System;

impl Medium for System {
    fn write_at(&mut self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    fn sync(&mut self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        segment::sync_folder(folder)
    }
}
