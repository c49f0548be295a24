//! Checkpoints (C2SP tlog-checkpoint): the size and root of a log, as the text of a note.

use std::fmt;
use std::str::FromStr;

use crate::merkle::{Hash, hash_text, parse_hash};
use crate::note::is_name;

/// Entries of a log, at most: a record must be able to say where it stands.
pub const MOST_ENTRIES: u64 = 1 << 53;

/// The text is not a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not three lines.
    #[error("a checkpoint has three lines")]
    Lines,
    /// The origin could not be the name of a key.
    #[error("the origin of the checkpoint is not a name")]
    Origin,
    /// The size is not a number in its one form, or too large.
    #[error("the size of the checkpoint is not a number up to 2^53 in decimal")]
    Size,
    /// The root is not base64 of 32 bytes.
    #[error("the root of the checkpoint is not base64 of 32 bytes")]
    Root,
}

/// How large a log was, and its root then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root of the tree of these entries.
    pub root: Hash,
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, hash_text(&self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        if !is_name(origin) {
            return Err(CheckpointError::Origin);
        }
        let number = size.parse().ok().filter(|number: &u64| *number <= MOST_ENTRIES && number.to_string() == size);
        let size = number.ok_or(CheckpointError::Size)?;
        let root = parse_hash(root).map_err(|_| CheckpointError::Root)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}
