//! The keys of chains: unwrapped with the master key of the gateway, to open payloads (section 4 of the format).

use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use tlog::json;
use tlog::merkle::{Hash, sha256};
use zeroize::Zeroizing;

use crate::record::{Reference, Sid, bytes, natural, text};
use crate::source::regular;
use crate::verdict::Verdict;

/// Bytes of the file of a key, at most.
const LONGEST: u64 = 4_096;

/// The master key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Its file could not be read.
    #[error("the master key cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Its file holds something else.
    #[error("the master key is not 32 bytes in base64")]
    Form,
}

/// The master key, and the folder with the keys of the chains.
pub struct Keys {
    folder: PathBuf,
    master: Zeroizing<[u8; 32]>,
    /// How the files of the keys name it.
    name: String,
}

/// Why there is no key.
pub(crate) enum NoKey {
    Missing,
    /// There is one, and it is of no use.
    Useless(Verdict, &'static str),
    Io(io::Error),
}

/// The key of one chain, as the two keys that are made of it.
pub(crate) struct ChainKey {
    encrypt: Aes256Gcm,
    commit: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Reads the master key. The keys of the chains stand in `folder`.
    ///
    /// # Errors
    /// When the file cannot be read, or is no such key.
    pub fn read(master: &Path, folder: &Path) -> Result<Self, KeysError> {
        let mut line = Zeroizing::new(String::new());
        regular(master)?.take(LONGEST).read_to_string(&mut line)?;
        let decoded = Zeroizing::new(STANDARD.decode(line.trim_end()).map_err(|_| KeysError::Form)?);
        let master: [u8; 32] = decoded.as_slice().try_into().map_err(|_| KeysError::Form)?;
        let master = Zeroizing::new(master);
        let name = sha256(&*master).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { folder: folder.to_owned(), master, name })
    }

    /// The key of a chain.
    pub(crate) fn chain(&self, origin: &str, sid: Sid) -> Result<ChainKey, NoKey> {
        let id = sid.to_string();
        let path = self.folder.join(id.get(..6).unwrap_or_default()).join(&id);
        let mut line = Vec::new();
        match regular(&path).and_then(|file| file.take(LONGEST).read_to_end(&mut line)) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(NoKey::Missing),
            Err(error) => return Err(NoKey::Io(error)),
        }
        let malformed = NoKey::Useless(Verdict::Malformed, "the file of its key is not of its form");
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let Ok(file) = json::parse(line) else { return Err(malformed) };
        let (Some(nonce), Some(wrapped)) = (bytes::<12>(&file, "nonce"), bytes::<48>(&file, "key")) else {
            return Err(malformed);
        };
        if natural(&file, "v") != Some(1) || text(&file, "sid") != Some(&id) {
            return Err(malformed);
        }
        let Some(by) = text(&file, "by") else { return Err(malformed) };
        if by != self.name {
            return Err(NoKey::Useless(Verdict::Incomplete, "its key is wrapped under another master key"));
        }
        let master = Aes256Gcm::new((&*self.master).into());
        let aad = [b"signet/key/1\0", origin.as_bytes(), b"\0", id.as_bytes()].concat();
        let mut key = Zeroizing::new(wrapped.to_vec());
        if master.decrypt_in_place(&nonce.into(), &aad, &mut *key).is_err() {
            return Err(NoKey::Useless(Verdict::Tampered, "its key is not what the master key wrapped"));
        }
        ChainKey::new(&key).ok_or(malformed)
    }
}

impl ChainKey {
    fn new(key: &[u8]) -> Option<Self> {
        let derive = Hkdf::<Sha256>::new(None, key);
        let (mut encrypt, mut commit) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        derive.expand(b"signet/payload/1/encrypt", &mut *encrypt).ok()?;
        derive.expand(b"signet/payload/1/commit", &mut *commit).ok()?;
        Some(Self { encrypt: Aes256Gcm::new((&*encrypt).into()), commit })
    }

    /// Opens a ciphertext and holds what is in it to its commitment.
    pub(crate) fn open(
        &self,
        origin: &str,
        sid: Sid,
        reference: &Reference<'_>,
        ciphertext: Vec<u8>,
    ) -> Result<(), &'static str> {
        let kind = reference.kind.as_bytes();
        let [a, b, c, d, e, f, g, h] = reference.id.to_be_bytes();
        let nonce = [0, 0, 0, 0, a, b, c, d, e, f, g, h];
        let aad = [b"signet/payload/1\0", origin.as_bytes(), b"\0", sid.to_string().as_bytes(), b"\0", kind].concat();
        let mut buffer = Zeroizing::new(ciphertext);
        let opened = self.encrypt.decrypt_in_place(&nonce.into(), &aad, &mut *buffer);
        opened.map_err(|_| "is not what the key of its chain encrypted")?;
        let plain = unpadded(&buffer).ok_or("is padded in another way")?;
        let same = self.commitment(reference.id, 0, kind, plain).is_some_and(|commitment| commitment == reference.c);
        if same { Ok(()) } else { Err("is not what the record commits to") }
    }

    fn commitment(&self, id: u64, which: u8, kind: &[u8], plain: &[u8]) -> Option<Hash> {
        let salt = mac(&*self.commit, &[&id.to_be_bytes(), &[which]])?;
        let length = (plain.len() as u64).to_be_bytes();
        mac(&salt, &[b"signet/payload/1\0", kind, b"\0", &length, &sha256(plain)])
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Option<Hash> {
    // A key of any length will do.
    let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()?;
    Some(parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into())
}

/// What stands before a 0x80 and no more zeros than make the length a multiple of 64.
fn unpadded(padded: &[u8]) -> Option<&[u8]> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    let plain = padded.get(..end)?;
    let whole = padded.get(end) == Some(&0x80) && padded.len() == (end + 1).next_multiple_of(64);
    whole.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_has_one_form() {
        let padded = |length: usize| {
            let mut bytes = vec![7; length];
            bytes.push(0x80);
            bytes.resize(bytes.len().next_multiple_of(64), 0);
            bytes
        };
        for length in [0, 1, 62, 63, 64, 127, 128] {
            let mut bytes = padded(length);
            assert_eq!(unpadded(&bytes), Some(&[7; 128][..length]), "{length}");
            bytes.extend_from_slice(&[0; 64]);
            assert_eq!(unpadded(&bytes), None, "{length} and a block of zeros");
        }
        assert_eq!(unpadded(&padded(5)[..63]), None);
        assert_eq!(unpadded(&[0; 64]), None);
        assert_eq!(unpadded(&[0x81; 64]), None);
        assert_eq!(unpadded(&[]), None);
    }
}
