//! The signer of the log: it signs one history, whatever it is asked.
//!
//! It keeps a copy of its own of the note that it signed last, durable before that note is shown to anybody. So after a
//! crash it knows what it has signed, and never signs another log of the same size.

mod key;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tlog::checkpoint::Checkpoint;
use tlog::merkle::{Hash, sha256, verify_consistency};
use tlog::note::{Note, Signature, VerifierKey};

use super::files::{Files, durably, place};
use super::trouble::{Refusal, Trouble};
use crate::Places;
use crate::error::ReadError;
use key::LogKey;

/// Adds a signature line to the notes of a log.
pub(crate) trait Cosigner: Send {
    /// Its signature over the text of a note.
    fn sign(&self, text: &str) -> Signature;
}

/// Signs the checkpoints of one log.
pub(crate) struct Signer<F> {
    files: F,
    folder: PathBuf,
    key: VerifierKey,
    /// The log's own key is the first.
    cosigners: Vec<Box<dyn Cosigner>>,
    last: Option<Signed>,
}

/// What was signed last.
struct Signed {
    checkpoint: Checkpoint,
    /// The note, as it stands in the file.
    note: Vec<u8>,
}

impl<F: Files> Signer<F> {
    /// Opens the signer of the log named `origin` in its folder. A key is made only for a log that has not `begun`.
    pub(crate) fn open(mut files: F, folder: &Path, origin: &str, begun: bool) -> Result<Self, Trouble> {
        files.make_folder(folder).map_err(Trouble::file("making", folder))?;
        let path = folder.join("checkpoint");
        let note = match files.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            note => Some(note.map_err(Trouble::file("reading", &path))?),
        };
        let key = LogKey::open(&mut files, folder, origin, begun || note.is_some())?;
        let verifier = key.verifier().clone();
        let last = note.map(|note| Signed::parse(note, &verifier).ok_or_else(|| Trouble::damaged(&path)));
        let cosigners: Vec<Box<dyn Cosigner>> = vec![Box::new(key)];
        Ok(Self { files, folder: folder.to_owned(), key: verifier, cosigners, last: last.transpose()? })
    }

    /// The key that verifies its notes.
    pub(crate) fn verifier_key(&self) -> &VerifierKey {
        &self.key
    }

    /// Writes that key where those find it who take it to the verifiers of the log.
    pub(crate) fn show_key(&mut self, path: &Path) -> Result<(), Trouble> {
        let text = format!("{}\n", self.key).into_bytes();
        if self.files.read(path).is_ok_and(|found| found == text) {
            return Ok(());
        }
        place(&mut self.files, &path.with_extension("new"), path, &text).map_err(Trouble::file("writing", path))
    }

    /// How many records it has signed, and their root.
    pub(crate) fn signed(&self) -> (u64, Hash) {
        self.last.as_ref().map_or_else(|| (0, sha256(&[])), |last| (last.checkpoint.size, last.checkpoint.root))
    }

    /// Signs a log that `proof` shows to continue the one that was signed last. The note is durable here when this returns.
    /// For the same log again it is the same note.
    pub(crate) fn sign(&mut self, next: Checkpoint, proof: &[Hash]) -> Result<&[u8], Trouble> {
        let (signed, root) = self.signed();
        if next.origin != self.key.name() {
            return Err(Refusal::Origin.into());
        }
        if next.size < signed {
            return Err(Refusal::Smaller { size: next.size, signed }.into());
        }
        if next.size == signed && next.root != root {
            return Err(Refusal::Other { size: signed }.into());
        }
        let consistent = verify_consistency((signed, &root), (next.size, &next.root), proof);
        consistent.map_err(|why| Refusal::Inconsistent { size: next.size, signed, why })?;
        if self.last.as_ref().is_none_or(|last| last.checkpoint != next) {
            let text = next.to_string();
            let signatures = self.cosigners.iter().map(|cosigner| cosigner.sign(&text)).collect();
            let note = Note { text, signatures }.to_string().into_bytes();
            self.keep(&note)?;
            self.last = Some(Signed { checkpoint: next, note });
        }
        Ok(self.last.as_ref().map_or(&[], |last| &last.note))
    }

    /// Makes a note durable as the last one. A crash leaves the one before or this one.
    fn keep(&mut self, note: &[u8]) -> Result<(), Trouble> {
        durably(&mut self.files, &self.folder.join("checkpoint"), note)
    }
}

impl Signed {
    fn parse(note: Vec<u8>, key: &VerifierKey) -> Option<Self> {
        let parsed = Note::parse(&note).ok()?;
        let checkpoint: Checkpoint = parsed.text.parse().ok()?;
        (parsed.is_signed_by(key) && checkpoint.origin == key.name()).then_some(Self { checkpoint, note })
    }
}

/// The key that verifies a log, as its gateway wrote it down. It proves nothing to those who did not get it from somebody
/// they trust.
///
/// # Errors
/// When there is no such file yet, or it is not a key.
pub fn verifier_key(places: &Places) -> Result<VerifierKey, ReadError> {
    let path = &places.verifier_key;
    let text = fs::read_to_string(path).map_err(ReadError::file(path))?;
    let key = text.trim_end().parse();
    key.map_err(|error| ReadError::file(path)(io::Error::new(io::ErrorKind::InvalidData, error)))
}
