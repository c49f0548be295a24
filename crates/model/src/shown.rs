//! What a client was shown for a command.

use bytes::Bytes;

/// The bytes that went to the client for one command, as far as they are kept, and what identifies all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The beginning, up to the cap of the policy; all of it when `total` is its length. When the result is recorded whole
    /// in parts, what no part has.
    pub kept: Bytes,
    /// Bytes in all.
    pub total: u64,
    /// SHA-256 of all of them.
    pub digest: [u8; 32],
    /// Bytes that stand in earlier `result.part` records.
    pub in_parts: u64,
}

impl Shown {
    /// Whether something is left out.
    pub fn is_cut(&self) -> bool {
        let kept = u64::try_from(self.kept.len()).unwrap_or(u64::MAX);
        self.in_parts.saturating_add(kept) < self.total
    }
}
