//! A key that nothing is sealed under: what is made with it is never turned back, so a lost one loses no secret.

use std::path::Path;

use zeroize::Zeroizing;

use crate::EnvelopeError;
use crate::envelope::file::{KEY, Keys};

/// The first key of a file, which is of the same form as that of the envelope.
pub struct OwnKey {
    /// The key.
    pub bytes: Zeroizing<[u8; KEY]>,
    /// Whether its file was made just now: then its owner must be told what losing it means.
    pub just_made: bool,
}

impl OwnKey {
    /// Reads the file, and makes it where there is none.
    ///
    /// # Errors
    /// When it can be read by others, is no key file, or cannot be made.
    pub fn open(path: &Path) -> Result<Self, EnvelopeError> {
        let (keys, just_made) = match Keys::read(path)? {
            Some(keys) => (keys, false),
            None => (Keys::make(path)?, true),
        };
        Ok(Self { bytes: keys.first().bytes.clone(), just_made })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_made_once_for_its_owner_alone_and_the_first_line_is_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mask.key");
        let made = OwnKey::open(&path).unwrap();
        assert!(made.just_made);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = OwnKey::open(&path).unwrap();
        assert!(!read.just_made && read.bytes == made.bytes);
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{}\n{before}", "07".repeat(KEY))).unwrap();
        assert_eq!(*OwnKey::open(&path).unwrap().bytes, [7; KEY]);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(OwnKey::open(&path).is_err());
    }
}
