//! Seals what must not stand in the store in clear: AES-256-GCM, a data key for each record, wrapped under a key of a file.
//!
//! The key file is text: one key a line, 64 hexadecimal digits, the newest first. New bytes are sealed under the first;
//! the others only open what was sealed under them. Sealed bytes are bound to their place, the table and row where they
//! stand, so that nobody who can write the store can have one secret used in the place of another.
//!
//! Trust: who has the key file and the store has every secret. Who loses the key file has none of them any more.

pub(crate) mod file;
mod sealed;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use model::Secret;

use file::Keys;

/// The name of a key: the beginning of a digest of it, which tells nothing of the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why something could not be sealed or opened. Holds nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// There is no key file, and there must be one.
    #[error("there is no key file {}, and secrets were sealed under it: put it back from its backup", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The key file cannot be used.
    #[error("the key file {}: {why}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it, and what helps.
        why: String,
    },
    /// It was sealed under another key.
    #[error("it was sealed under key {key}, which the key file {} does not hold: is it the right one?", path.display())]
    UnknownKey {
        /// Which.
        key: KeyId,
        /// The file in use.
        path: PathBuf,
    },
    /// The bytes were changed, or stood in another place.
    #[error("the sealed bytes are damaged, or belong somewhere else")]
    Damaged,
    /// The operating system gave no random bytes.
    #[error("no random bytes are to be had")]
    Random,
}

/// Where sealed bytes stand. They can be opened for no other place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table and column, in words of ours.
    pub column: &'a str,
    /// The key of the row, part by part.
    pub row: &'a [&'a str],
}

/// Opened, and whether the key file was made just now: then its owner must be told what losing it means.
pub struct Opened {
    /// The envelope.
    pub envelope: Envelope,
    /// Whether its key file was made just now.
    pub just_made: bool,
}

/// Seals and opens under the keys of one file.
pub struct Envelope {
    path: PathBuf,
    keys: RwLock<Arc<Keys>>,
}

impl Envelope {
    /// Opens the key file. Where there is none it is made, but only when nothing was `sealed` before: a key that is made
    /// anew opens nothing.
    ///
    /// # Errors
    /// When the file is missing though something is sealed, can be read by others, or is no key file.
    pub fn open(path: &Path, sealed: bool) -> Result<Opened, EnvelopeError> {
        let (keys, just_made) = match Keys::read(path)? {
            Some(keys) => (keys, false),
            None if sealed => return Err(EnvelopeError::Missing { path: path.to_owned() }),
            None => (Keys::make(path)?, true),
        };
        let envelope = Self { path: path.to_owned(), keys: RwLock::new(Arc::new(keys)) };
        Ok(Opened { envelope, just_made })
    }

    /// The key under which is sealed now.
    pub fn newest(&self) -> KeyId {
        self.keys().first().id
    }

    /// Seals bytes for a place.
    ///
    /// # Errors
    /// When no random bytes are to be had.
    pub fn seal(&self, place: Place<'_>, bytes: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
        sealed::seal(self.keys().first(), place, bytes)
    }

    /// Opens what was sealed for a place.
    ///
    /// # Errors
    /// When the key is not there, or the bytes were sealed for another place, or changed.
    pub fn unseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret, EnvelopeError> {
        let id = sealed::key_of(sealed)?;
        sealed::open(self.keys_with(id)?.of(id).ok_or(EnvelopeError::Damaged)?, place, sealed)
    }

    /// Under which key bytes were sealed.
    ///
    /// # Errors
    /// When they are no sealed bytes.
    pub fn key_of(&self, sealed: &[u8]) -> Result<KeyId, EnvelopeError> {
        sealed::key_of(sealed)
    }

    /// Puts a new key in front of the others. What was sealed before is still opened; `rewrap` moves it to the new key.
    ///
    /// # Errors
    /// When the file cannot be written. Then nothing has changed.
    pub fn rotate(&self) -> Result<KeyId, EnvelopeError> {
        let mut held = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let keys = self.read()?.with_new()?;
        keys.write(&self.path)?;
        *held = Arc::new(keys);
        Ok(held.first().id)
    }

    /// The same bytes under the newest key; `None` when they are already. What is inside is not looked at.
    ///
    /// # Errors
    /// As `unseal`.
    pub fn rewrap(&self, place: Place<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>, EnvelopeError> {
        let id = sealed::key_of(sealed)?;
        let keys = self.keys_with(id)?;
        let newest = keys.first();
        if newest.id == id {
            return Ok(None);
        }
        sealed::rewrap(keys.of(id).ok_or(EnvelopeError::Damaged)?, newest, place, sealed).map(Some)
    }

    /// Drops all keys but the newest from the file. For when nothing is sealed under them any more. Gives those dropped.
    ///
    /// # Errors
    /// When the file cannot be written. Then nothing has changed.
    pub fn retire(&self) -> Result<Vec<KeyId>, EnvelopeError> {
        let mut held = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let (keys, dropped) = self.read()?.newest_only();
        keys.write(&self.path)?;
        *held = Arc::new(keys);
        Ok(dropped)
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys, read again when that one is not among them: another process may have rotated them.
    fn keys_with(&self, id: KeyId) -> Result<Arc<Keys>, EnvelopeError> {
        let keys = self.keys();
        if keys.of(id).is_some() {
            return Ok(keys);
        }
        let keys = Arc::new(self.read()?);
        if keys.of(id).is_none() {
            return Err(EnvelopeError::UnknownKey { key: id, path: self.path.clone() });
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keys);
        Ok(keys)
    }

    fn read(&self) -> Result<Keys, EnvelopeError> {
        Keys::read(&self.path)?.ok_or_else(|| EnvelopeError::Missing { path: self.path.clone() })
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("path", &self.path).finish_non_exhaustive()
    }
}
