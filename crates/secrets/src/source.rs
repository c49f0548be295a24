//! One source of a secret.

use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use model::Secret;
use zeroize::Zeroizing;

/// No secret is longer. Longer means that the path is wrong.
const LONGEST: usize = 64 << 10;

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file that holds the secret and perhaps a newline.
    File(PathBuf),
    /// A variable of the gateway's environment.
    Environment(String),
    /// The account needs none.
    None,
}

impl Source {
    /// Reads the secret. What failed is told in words that hold nothing of it. Blocks.
    pub(crate) fn read(&self) -> Result<Option<Secret>, String> {
        let bytes = match self {
            Self::None => return Ok(None),
            Self::File(path) => from_file(path).map_err(|why| format!("{}: {why}", path.display()))?,
            Self::Environment(name) => {
                let value = std::env::var_os(name).ok_or_else(|| format!("the variable {name} is not set"))?;
                Zeroizing::new(value.into_vec())
            }
        };
        let trimmed =
            bytes.strip_suffix(b"\n").map_or(bytes.as_slice(), |line| line.strip_suffix(b"\r").unwrap_or(line));
        match trimmed.len() {
            0 => Err(format!("{self} is empty")),
            1..=LONGEST => Ok(Some(Secret::new(trimmed))),
            _ => Err(format!("{self} holds more than 64 KiB")),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Environment(name) => write!(f, "the variable {name}"),
            Self::None => f.write_str("nothing"),
        }
    }
}

fn from_file(path: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room for the longest, a newline, and one byte that tells of more; at once, so that growing leaves no copy behind.
    let most = LONGEST.saturating_add(3);
    let mut bytes = Zeroizing::new(Vec::with_capacity(most.saturating_add(1)));
    let mut file = File::open(path)?.take(u64::try_from(most).unwrap_or(u64::MAX));
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
