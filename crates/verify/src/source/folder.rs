//! A log in a folder.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Source;

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
        let path = self.0.join(path);
        // A pipe would be waited for.
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(Some(Box::new(File::open(&path)?))),
            Ok(_) => Err(io::Error::other("not a regular file")),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
