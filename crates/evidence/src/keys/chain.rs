//! The key of a chain: seals payloads and commits to them.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use tlog::merkle::Hash;
use uuid::Uuid;
use zeroize::Zeroize;

use super::{Secret, derive, random};

const LABEL: &[u8] = b"signet/payload/1";
const TAG: usize = 16;
const STEP: usize = 64;

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Parameters,
    Result,
    Reason,
    Who,
    Signin,
    Approval,
    Client,
    Act,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Parameters => "parameters",
            Self::Result => "result",
            Self::Reason => "reason",
            Self::Who => "who",
            Self::Signin => "signin",
            Self::Approval => "approval",
            Self::Client => "client",
            Self::Act => "act",
        }
    }

    /// The kind of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Text,
            Self::Parameters,
            Self::Result,
            Self::Reason,
            Self::Who,
            Self::Signin,
            Self::Approval,
            Self::Client,
            Self::Act,
        ];
        all.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is to be sealed.
pub(crate) struct Plain<'a> {
    pub(crate) kind: Kind,
    pub(crate) bytes: &'a [u8],
    /// What the bytes are only the beginning of.
    pub(crate) whole: Option<Whole>,
}

/// All of something of which only the beginning is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) length: u64,
    /// SHA-256 of all bytes.
    pub(crate) digest: Hash,
}

/// What the leaf says of a ciphertext.
pub(crate) struct Sealed {
    pub(crate) size: usize,
    /// SHA-256 of the ciphertext.
    pub(crate) digest: Hash,
    pub(crate) commitment: Hash,
    /// Commitment to the whole.
    pub(crate) cut: Option<Hash>,
}

/// The key K of a chain and what is derived from it. Never printed; wiped when dropped.
pub(crate) struct ChainKey {
    secret: Secret,
    encrypt: LessSafeKey,
    commit: hmac::Key,
    /// What every payload of the chain is bound to.
    bound: Vec<u8>,
}

impl fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChainKey(..)")
    }
}

impl ChainKey {
    /// A new key, for the chain `sid` of the log `origin`. `None` when the system has no random bytes.
    pub(crate) fn new(origin: &str, sid: Uuid) -> Option<Self> {
        Self::of(random()?, origin, sid)
    }

    pub(super) fn of(secret: Secret, origin: &str, sid: Uuid) -> Option<Self> {
        let encrypt = derive(&secret, b"signet/payload/1/encrypt")?;
        let encrypt = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, encrypt.as_slice()).ok()?);
        let commit = hmac::Key::new(HMAC_SHA256, derive(&secret, b"signet/payload/1/commit")?.as_slice());
        let bound = [LABEL, b"\0", origin.as_bytes(), b"\0", sid.to_string().as_bytes(), b"\0"].concat();
        Some(Self { secret, encrypt, commit, bound })
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Seals payload `id`, and writes the ciphertext behind what is in `out`. An `id` is used once.
    pub(crate) fn seal(&self, id: u64, plain: &Plain<'_>, out: &mut Vec<u8>) -> Option<Sealed> {
        let start = out.len();
        let padded = plain.bytes.len().checked_add(1)?.checked_next_multiple_of(STEP)?;
        out.reserve(padded.checked_add(TAG)?);
        out.extend_from_slice(plain.bytes);
        out.push(0x80);
        out.resize(start.checked_add(padded)?, 0);
        let aad = self.aad(plain.kind);
        let tag = self.encrypt.seal_in_place_separate_tag(nonce(id), Aad::from(aad), out.get_mut(start..)?).ok()?;
        out.extend_from_slice(tag.as_ref());
        let sealed = out.get(start..)?;
        let own = Whole { length: u64::try_from(plain.bytes.len()).ok()?, digest: hash(plain.bytes)? };
        Some(Sealed {
            size: sealed.len(),
            digest: hash(sealed)?,
            commitment: self.commitment(id, 0, plain.kind, &own)?,
            cut: plain.whole.and_then(|whole| self.commitment(id, 1, plain.kind, &whole)),
        })
    }

    /// Opens payload `id`; `None` when the ciphertext is another, or of another place.
    pub(crate) fn open(&self, id: u64, kind: Kind, ciphertext: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = ciphertext.to_vec();
        let padded = self.encrypt.open_in_place(nonce(id), Aad::from(self.aad(kind)), &mut bytes).ok()?.len();
        let end = bytes.get(..padded)?.iter().rposition(|byte| *byte != 0)?;
        let marked = bytes.get(end) == Some(&0x80);
        bytes.truncate(end);
        if !marked {
            bytes.zeroize();
        }
        marked.then_some(bytes)
    }

    /// Commits to `of` as payload `id`: its bytes with `way` 0, and with `way` 1 the whole that they are cut from.
    pub(crate) fn commitment(&self, id: u64, way: u8, kind: Kind, of: &Whole) -> Option<Hash> {
        let mut salted = id.to_be_bytes().to_vec();
        salted.push(way);
        let salt = hmac::sign(&self.commit, &salted);
        let mut committed = Vec::with_capacity(80);
        for part in [LABEL, b"\0", kind.as_str().as_bytes(), b"\0", &of.length.to_be_bytes(), &of.digest] {
            committed.extend_from_slice(part);
        }
        hmac::sign(&hmac::Key::new(HMAC_SHA256, salt.as_ref()), &committed).as_ref().try_into().ok()
    }

    fn aad(&self, kind: Kind) -> Vec<u8> {
        [self.bound.as_slice(), kind.as_str().as_bytes()].concat()
    }
}

fn nonce(id: u64) -> Nonce {
    let mut nonce = [0; 12];
    for (to, from) in nonce.iter_mut().skip(4).zip(id.to_be_bytes()) {
        *to = from;
    }
    Nonce::assume_unique_for_key(nonce)
}

fn hash(bytes: &[u8]) -> Option<Hash> {
    digest(&SHA256, bytes).as_ref().try_into().ok()
}
