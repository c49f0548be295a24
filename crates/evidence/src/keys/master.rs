//! The master key of the gateway: a file of its own, made at the first start.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{ChainKey, Secret, derive, random};
use crate::wal::{private, sync_folder};

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file operation failed.
    #[error("the master key {}: {source}", path.display())]
    File {
        /// Its file.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} is not a master key (32 bytes in base64)", .0.display())]
    Malformed(PathBuf),
    /// The system gave no random bytes, or refused a key.
    #[error("the system could not make a key")]
    Random,
}

/// Wraps the keys of chains. Never printed; wiped when dropped.
pub(crate) struct MasterKey {
    wrap: LessSafeKey,
    actors: hmac::Key,
    /// Tells it from other master keys.
    id: String,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// The file of a chain's key. Keys stand in ascending order.
#[derive(Serialize, Deserialize)]
struct Wrapped {
    by: String,
    key: String,
    nonce: String,
    sid: Uuid,
    v: u8,
}

impl MasterKey {
    /// Reads the key in the folder `keys`. One is made only for a log that has not `begun`: with another key, nothing that was
    /// sealed before can be opened.
    pub(crate) fn open(keys: &Path, begun: bool) -> Result<Self, KeyError> {
        let path = keys.join("master");
        let failed = |source| KeyError::File { path: path.clone(), source };
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !begun => {
                let secret = random().ok_or(KeyError::Random)?;
                keep(&path, &secret).map_err(failed)?;
                return Self::of(&secret).ok_or(KeyError::Random);
            }
            text => Zeroizing::new(text.map_err(failed)?),
        };
        let bytes = STANDARD.decode(text.trim_ascii_end()).map(Zeroizing::new).ok();
        let secret = bytes.and_then(|bytes| Some(Zeroizing::new(<[u8; 32]>::try_from(bytes.as_slice()).ok()?)));
        Self::of(&secret.ok_or_else(|| KeyError::Malformed(path.clone()))?).ok_or(KeyError::Random)
    }

    pub(crate) fn of(secret: &Secret) -> Option<Self> {
        let wrap = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret.as_slice()).ok()?);
        let actors = hmac::Key::new(HMAC_SHA256, derive(secret, b"signet/actor/1")?.as_slice());
        let id = digest(&SHA256, secret.as_slice()).as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Some(Self { wrap, actors, id })
    }

    /// The file of a chain's key.
    pub(crate) fn wrap(&self, key: &ChainKey, origin: &str, sid: Uuid) -> Option<Vec<u8>> {
        let mut nonce = [0; 12];
        aws_lc_rs::rand::fill(&mut nonce).ok()?;
        self.wrap_with(nonce, key, origin, sid)
    }

    pub(super) fn wrap_with(&self, nonce: [u8; 12], key: &ChainKey, origin: &str, sid: Uuid) -> Option<Vec<u8>> {
        // Room for the tag, so that the secret is not left behind by a larger allocation.
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(key.secret().as_slice());
        let aad = Aad::from(aad(origin, sid));
        self.wrap.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes).ok()?;
        let wrapped =
            Wrapped { by: self.id.clone(), key: STANDARD.encode(bytes), nonce: STANDARD.encode(nonce), sid, v: 1 };
        let mut text = serde_json::to_vec(&wrapped).ok()?;
        text.push(b'\n');
        Some(text)
    }

    /// Opens the file of a chain's key; `None` when it is damaged, of another chain, or under another master key.
    pub(crate) fn unwrap(&self, text: &[u8], origin: &str, sid: Uuid) -> Option<ChainKey> {
        let wrapped: Wrapped = serde_json::from_slice(text).ok()?;
        if wrapped.v != 1 || wrapped.by != self.id || wrapped.sid != sid {
            return None;
        }
        let nonce = <[u8; 12]>::try_from(STANDARD.decode(&wrapped.nonce).ok()?).ok()?;
        let mut bytes = Zeroizing::new(STANDARD.decode(&wrapped.key).ok()?);
        let aad = Aad::from(aad(origin, sid));
        let opened = self.wrap.open_in_place(Nonce::assume_unique_for_key(nonce), aad, &mut bytes).ok()?;
        ChainKey::of(Zeroizing::new(<[u8; 32]>::try_from(&*opened).ok()?), origin, sid)
    }

    /// The stable pseudonym of a person.
    pub(crate) fn actor(&self, issuer: &str, subject: &str) -> String {
        let name = [issuer.as_bytes(), b"\0", subject.as_bytes()].concat();
        let code = hmac::sign(&self.actors, &name);
        STANDARD.encode(code.as_ref().get(..16).unwrap_or_default())
    }
}

fn aad(origin: &str, sid: Uuid) -> Vec<u8> {
    [b"signet/key/1\0", origin.as_bytes(), b"\0", sid.to_string().as_bytes()].concat()
}

/// Makes a new key durable: whole, or not at all.
fn keep(path: &Path, secret: &Secret) -> io::Result<()> {
    // With room for all of it, so that growing leaves no copy behind.
    let mut text = Zeroizing::new(String::with_capacity(64));
    STANDARD.encode_string(secret.as_slice(), &mut text);
    text.push('\n');
    let aside = path.with_extension("new");
    let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&aside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&aside, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}
