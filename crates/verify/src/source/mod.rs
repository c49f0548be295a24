//! Where the files of a log come from.

mod folder;
mod regular;
#[cfg(feature = "url")]
mod url;

pub use folder::Folder;
pub(crate) use regular::regular;
#[cfg(feature = "url")]
pub use url::Url;

use std::io::{self, Read};
use std::path::Path;

use crate::findings::Findings;
use crate::verdict::Verdict;

/// Gives the files of a log by their names in it.
pub trait Source {
    /// Opens a file; none when there is no such file.
    ///
    /// # Errors
    /// When there may be such a file, and it cannot be read.
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read>>>;
}

/// The source that a person named: a folder, or an address that begins with `http://` or `https://`.
///
/// # Errors
/// When there is no such folder, or addresses are not built in.
pub fn open(name: &str) -> io::Result<Box<dyn Source>> {
    if name.starts_with("http://") || name.starts_with("https://") {
        return address(name);
    }
    Ok(Box::new(Folder::new(Path::new(name))?))
}

#[cfg(feature = "url")]
fn address(name: &str) -> io::Result<Box<dyn Source>> {
    Ok(Box::new(Url::new(name)?))
}

#[cfg(not(feature = "url"))]
fn address(_name: &str) -> io::Result<Box<dyn Source>> {
    Err(io::Error::other("this build reads folders only"))
}

/// What became of reading a file.
pub(crate) enum Fetched {
    Bytes(Vec<u8>),
    /// Longer than such a file can be.
    TooLong,
    Missing,
    /// It could not be read; that was told.
    Failed,
}

/// Reads a whole file of at most so many bytes.
pub(crate) fn fetch(source: &dyn Source, path: &str, longest: usize, findings: &mut Findings<'_>) -> Fetched {
    let read = || {
        let Some(file) = source.open(path)? else { return Ok(Fetched::Missing) };
        let mut bytes = Vec::new();
        file.take(longest as u64 + 1).read_to_end(&mut bytes)?;
        Ok(if bytes.len() > longest { Fetched::TooLong } else { Fetched::Bytes(bytes) })
    };
    read().unwrap_or_else(|error: io::Error| {
        findings.file(Verdict::Io, path, error.to_string());
        Fetched::Failed
    })
}
