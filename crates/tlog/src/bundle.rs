//! Bundles of entries: for each entry, its length as two bytes, most significant first, then the entry.

/// Bytes of the longest entry.
pub const LONGEST: usize = 65_535;

/// What is wrong with a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry has more bytes than its length can say.
    #[error("the entry has more than 65535 bytes")]
    TooLong,
    /// It ends inside an entry.
    #[error("the bundle ends inside an entry")]
    Truncated,
}

/// Appends an entry.
///
/// # Errors
/// When it is too long; then nothing was appended.
pub fn push(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(leaf.len()).map_err(|_| BundleError::TooLong)?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(leaf);
    Ok(())
}

/// The entries of a bundle, to its last byte. After an error there is nothing more.
pub fn entries(bundle: &[u8]) -> Entries<'_> {
    Entries { rest: bundle }
}

/// Made by [`entries`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<&'a [u8], BundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.rest.split_first_chunk().and_then(|(length, rest)| {
            let length = usize::from(u16::from_be_bytes(*length));
            rest.split_at_checked(length)
        });
        let (entry, rest) = entry.unzip();
        self.rest = rest.unwrap_or_default();
        Some(entry.ok_or(BundleError::Truncated))
    }
}
