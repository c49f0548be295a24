//! Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature as Ed25519, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::base64::{decode, decode_array, encode};

/// Signature lines of a note, at most.
pub const MOST_SIGNATURES: usize = 64;
/// Bytes of a note, at most.
pub const LONGEST: usize = 64 * 1024;

/// The only kind of signature that is understood here.
const ED25519: u8 = 0x01;

/// What is wrong with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More bytes than a note may have.
    #[error("the note has more than 64 KiB")]
    TooLong,
    /// Not UTF-8, or a control character.
    #[error("the note is not plain text")]
    Text,
    /// No empty line with signatures behind it.
    #[error("the note has no signatures")]
    Unsigned,
    /// A line that is no signature.
    #[error("a signature line is malformed")]
    Signature,
    /// More signatures than a note may have.
    #[error("the note has more than 64 signatures")]
    TooMany,
    /// Two signatures of one key.
    #[error("two signatures are of one key")]
    Twice,
}

/// The text is not a verifier key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a verifier key of the form NAME+KEYID+BASE64 (Ed25519)")]
pub struct KeyError;

/// One signature, not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub id: u32,
    /// What the key made of the text; its form is the key's own.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Its line, newline included.
    pub fn line(&self) -> String {
        let bytes = [&self.id.to_be_bytes()[..], &self.bytes].concat();
        format!("\u{2014} {} {}\n", self.name, encode(&bytes))
    }

    fn parse(line: &str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let bytes = decode(bytes).ok()?;
        let (id, bytes) = bytes.split_first_chunk()?;
        let whole = is_name(name) && !bytes.is_empty();
        whole.then(|| Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_owned() })
    }
}

/// A note in its one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed, the newline at its end included.
    pub text: String,
    /// By whom, in the order of the lines.
    pub signatures: Vec<Signature>,
}

impl Note {
    /// Reads a note; nothing may stand behind it.
    ///
    /// # Errors
    /// When it is not in its one form.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > LONGEST {
            return Err(NoteError::TooLong);
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Text)?;
        if note.chars().any(|letter| letter < ' ' && letter != '\n') {
            return Err(NoteError::Text);
        }
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Unsigned)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Unsigned)?;
        let mut signatures: Vec<Signature> = Vec::new();
        for line in lines.split('\n') {
            let signature = Signature::parse(line).ok_or(NoteError::Signature)?;
            if signatures.len() == MOST_SIGNATURES {
                return Err(NoteError::TooMany);
            }
            if signatures.iter().any(|other| (&other.name, other.id) == (&signature.name, signature.id)) {
                return Err(NoteError::Twice);
            }
            signatures.push(signature);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// Whether the note is signed by the key.
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        let mut signatures = self.signatures.iter();
        let signature = signatures.find(|signature| signature.name == key.name && signature.id == key.id());
        signature.is_some_and(|signature| key.verify(self.text.as_bytes(), &signature.bytes))
    }
}

/// As it stands in a file.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| f.write_str(&signature.line()))
    }
}

/// A public Ed25519 key and its name: `<name>+<key id>+<base64(0x01 || public key)>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public: [u8; 32],
    key: VerifyingKey,
}

impl VerifierKey {
    /// The key of this name.
    ///
    /// # Errors
    /// When the name could not stand in a note, or the bytes are no point of the curve.
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(&public).map_err(|_| KeyError)?;
        if !is_name(name) || key.is_weak() {
            return Err(KeyError);
        }
        Ok(Self { name: name.to_owned(), public, key })
    }

    /// Its name; for a log, the origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        key_id(&self.name, &self.public)
    }

    /// The public key.
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// Whether the signature (64 bytes) is this key's over the text.
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Ed25519::from_slice(signature) else { return false };
        self.key.verify_strict(text, &signature).is_ok()
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError);
        };
        let [ED25519, public @ ..] = decode_array::<33>(key).map_err(|_| KeyError)? else { return Err(KeyError) };
        let key = Self::new(name, public)?;
        if id == format!("{:08x}", key.id()) { Ok(key) } else { Err(KeyError) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519][..], &self.public].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id(), encode(&key))
    }
}

/// The id of an Ed25519 key.
pub fn key_id(name: &str, public: &[u8; 32]) -> u32 {
    let [a, b, c, d, ..]: [u8; 32] =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(public).finalize().into();
    u32::from_be_bytes([a, b, c, d])
}

/// Whether a key may be called so.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|letter| letter.is_whitespace() || letter.is_control() || letter == '+')
}
