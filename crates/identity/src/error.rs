//! Why tokens could not be managed.

/// Identity could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A name that nobody could sign in by.
    #[error("a person's name is 1 to 128 bytes, without `+` and control characters")]
    Name,
    /// A lifetime that is none.
    #[error("a token lives at least a second")]
    Lifetime,
    /// There is no such token.
    #[error("there is no token {0}")]
    NoToken(String),
    /// The operating system gave no random bytes.
    #[error("no random bytes are to be had")]
    Random,
    /// The derivation of a key was interrupted.
    #[error("deriving the token's keys was interrupted")]
    Interrupted,
}
