//! The key of the log: an Ed25519 seed in a file, made at the first start.

use std::io;
use std::path::Path;

use aws_lc_rs::rand;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tlog::note::{Signature, VerifierKey};
use zeroize::Zeroizing;

use super::Cosigner;
use crate::log::files::{Files, durably};
use crate::log::trouble::Trouble;

/// The key pair of a log.
pub(super) struct LogKey {
    pair: Ed25519KeyPair,
    verifier: VerifierKey,
}

impl LogKey {
    /// Reads the key in the folder of the signer. When there is none it is made, unless something was signed with it.
    pub(super) fn open(files: &mut impl Files, folder: &Path, origin: &str, begun: bool) -> Result<Self, Trouble> {
        let path = folder.join("key");
        let text = match files.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !begun => make(files, &path)?,
            text => Zeroizing::new(text.map_err(Trouble::file("reading", &path))?),
        };
        Self::parse(&text, origin).ok_or_else(|| Trouble::damaged(&path))
    }

    pub(super) fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    fn parse(text: &[u8], origin: &str) -> Option<Self> {
        let seed = Zeroizing::new(STANDARD.decode(text.trim_ascii_end()).ok()?);
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let public = pair.public_key().as_ref().try_into().ok()?;
        let verifier = VerifierKey::new(origin, public).ok()?;
        Some(Self { pair, verifier })
    }
}

impl Cosigner for LogKey {
    fn sign(&self, text: &str) -> Signature {
        let bytes = self.pair.sign(text.as_bytes()).as_ref().to_owned();
        Signature { name: self.verifier.name().to_owned(), id: self.verifier.id(), bytes }
    }
}

/// A new seed, durable in its file.
fn make(files: &mut impl Files, path: &Path) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    let mut seed = Zeroizing::new([0; 32]);
    let random = rand::fill(seed.as_mut_slice()).map_err(|_| io::Error::other("no random bytes"));
    random.map_err(Trouble::file("making a key for", path))?;
    // With room for all of it, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(64));
    STANDARD.encode_string(seed.as_slice(), &mut text);
    text.push('\n');
    let text = Zeroizing::new(std::mem::take(&mut *text).into_bytes());
    durably(files, path, &text)?;
    Ok(text)
}
