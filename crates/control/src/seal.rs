//! What keeps the texts of commands unreadable in the store.

/// Something could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store's key file: {0}")]
pub struct SealError(pub String);

/// Encrypts what must not be readable in the store, under a key that is not in it.
pub trait Sealer: Send + Sync {
    /// Seals. `aad` says what it is, and must be the same when it is opened.
    ///
    /// # Errors
    /// When there is no key.
    fn seal(&self, plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, SealError>;

    /// Opens what `seal` made, also under an earlier key.
    ///
    /// # Errors
    /// When it was changed, is of something else, or its key is gone.
    fn open(&self, sealed: &[u8], aad: &[u8]) -> Result<Vec<u8>, SealError>;
}
