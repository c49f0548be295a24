//! A value that is never printed and is wiped from memory when dropped.

use std::fmt;

use zeroize::Zeroizing;

/// Bytes that must not be shown: a password, a token, a derived key. `Debug` prints nothing of it, there is no
/// `Display`, no `Serialize`, and the memory is overwritten on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes over `bytes`; the caller keeps no copy.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes themselves. Every call is a place where the secret leaves this type, so it has a name to search for.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text.
    ///
    /// # Errors
    /// When it is not valid UTF-8.
    pub fn reveal_str(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
