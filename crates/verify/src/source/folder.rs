//! A log in a folder.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{Source, regular};

/// The folder of a log, or a copy of it.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at this path.
    ///
    /// # Errors
    /// When it is not there.
    pub fn new(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() { Ok(Self(path.to_owned())) } else { Err(ErrorKind::NotADirectory.into()) }
    }
}

impl Source for Folder {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read>>> {
        match regular(&self.0.join(path)) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
