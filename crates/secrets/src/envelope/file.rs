//! The key file: read strictly, written all at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::{digest, rand};
use zeroize::Zeroizing;

use super::{EnvelopeError, KeyId};

/// Bytes of a key.
pub(crate) const KEY: usize = 32;
/// Keys in a file at most: who rotates also retires.
const MOST: usize = 16;
/// Every key with its line ending, and one byte that tells of more.
const LONGEST: u64 = (MOST * (2 * KEY + 2) + 1) as u64;

/// One key.
pub(crate) struct Key {
    pub(super) id: KeyId,
    pub(crate) bytes: Zeroizing<[u8; KEY]>,
}

/// The keys of a file, the newest apart: there is always one.
pub(crate) struct Keys {
    newest: Key,
    older: Vec<Key>,
}

impl Key {
    fn of(bytes: Zeroizing<[u8; KEY]>) -> Self {
        let mut text = Zeroizing::new(Vec::with_capacity(64));
        text.extend_from_slice(b"signet key name\n");
        text.extend_from_slice(&*bytes);
        let mut id = [0; 8];
        id.iter_mut().zip(digest::digest(&digest::SHA256, &text).as_ref()).for_each(|(place, byte)| *place = *byte);
        Self { id: KeyId(id), bytes }
    }

    fn random() -> Result<Self, EnvelopeError> {
        let mut bytes = Zeroizing::new([0; KEY]);
        rand::fill(&mut *bytes).map_err(|_| EnvelopeError::Random)?;
        Ok(Self::of(bytes))
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; KEY]);
        if line.len() != 2 * KEY {
            return None;
        }
        for (place, pair) in bytes.iter_mut().zip(line.chunks_exact(2)) {
            let [high, low] = pair else { return None };
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *place = (digit(*high)? << 4) | digit(*low)?;
        }
        Some(Self::of(bytes))
    }
}

impl Keys {
    /// Makes a file with one new key. It must not be there yet.
    pub(crate) fn make(path: &Path) -> Result<Self, EnvelopeError> {
        let keys = Self { newest: Key::random()?, older: Vec::new() };
        keys.write(path)?;
        Ok(keys)
    }

    /// The keys in the file; none when there is no file.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, EnvelopeError> {
        let wrong = |why: String| EnvelopeError::File { path: path.to_owned(), why };
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let facts = file.metadata().map_err(|error| wrong(error.to_string()))?;
        let mode = facts.permissions().mode() & 0o777;
        if !facts.is_file() || mode & 0o077 != 0 {
            let why = format!("others may read or write it (mode {mode:03o}); make it private with chmod 600");
            return Err(wrong(if facts.is_file() { why } else { "it is no file".to_owned() }));
        }
        // With its full size at once, so that growing leaves no copy behind.
        let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(LONGEST).unwrap_or(4096).saturating_add(1)));
        Read::by_ref(&mut file).take(LONGEST).read_to_end(&mut text).map_err(|error| wrong(error.to_string()))?;
        Self::parse(&text).map(Some).map_err(wrong)
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let mut keys = Vec::new();
        let lines = text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n');
        for (line, number) in lines.zip(1..) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let wrong =
                || format!("line {number} is no key of 64 hexadecimal digits; put the file back from its backup");
            keys.push(Key::parse(line).ok_or_else(wrong)?);
        }
        if keys.len() > MOST {
            return Err(format!("it holds more than {MOST} keys; retire the old ones"));
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or("it holds no key")?;
        Ok(Self { newest, older: keys.collect() })
    }

    pub(crate) fn first(&self) -> &Key {
        &self.newest
    }

    pub(super) fn of(&self, id: KeyId) -> Option<&Key> {
        self.all().find(|key| key.id == id)
    }

    pub(super) fn with_new(self) -> Result<Self, EnvelopeError> {
        let Self { newest, mut older } = self;
        older.insert(0, newest);
        Ok(Self { newest: Key::random()?, older })
    }

    pub(super) fn newest_only(self) -> (Self, Vec<KeyId>) {
        let dropped = self.older.iter().map(|key| key.id).collect();
        (Self { newest: self.newest, older: Vec::new() }, dropped)
    }

    /// Puts these keys into the file in one step: after a crash it holds the old ones or these.
    pub(super) fn write(&self, path: &Path) -> Result<(), EnvelopeError> {
        let wrong = |error: io::Error| EnvelopeError::File { path: path.to_owned(), why: error.to_string() };
        if self.older.len() >= MOST {
            let why = format!("it would hold more than {MOST} keys; retire the old ones first");
            return Err(EnvelopeError::File { path: path.to_owned(), why });
        }
        replace(path, &self.text()).map_err(wrong)
    }

    fn text(&self) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(Vec::with_capacity(MOST.saturating_mul(2 * KEY + 1)));
        for key in self.all() {
            for byte in key.bytes.iter() {
                text.extend([byte >> 4, byte & 15].map(digit));
            }
            text.push(b'\n');
        }
        text
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

/// One hexadecimal digit.
fn digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0'.saturating_add(nibble) } else { b'a'.saturating_add(nibble.saturating_sub(10)) }
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
