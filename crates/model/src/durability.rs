//! What waits for the journal's storage.

/// What waits for the journal's storage. Every record made in another mode than `Strict` says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A command waits until its record is on stable storage, one that is proven to only read may run meanwhile; no answer
    /// leaves before the record of its command, no last message before the record of the outcome. A crash of the gateway
    /// loses nothing that happened or was shown.
    #[default]
    Strict,
    /// Every command goes at once, and only its answer waits. A crash of the gateway loses nothing that was shown, but what
    /// it forwarded in its last milliseconds may have taken effect without a record.
    OutputCommit,
    /// Nothing waits. A crash of the gateway loses the records that were not on stable storage yet: what came since the last
    /// write to disk began, which is milliseconds on a sound disk, and never more than the journal holds in memory.
    Async,
}

impl Durability {
    /// The word used in records and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::OutputCommit => "output-commit",
            Self::Async => "async",
        }
    }
}
