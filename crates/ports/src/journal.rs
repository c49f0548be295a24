//! Where records go before anything has an effect.

use model::Record;

use crate::Later;

/// Position of a record in the journal: records with a lower or equal mark than the durable one are on stable storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(pub u64);

/// The journal takes no more records. Not recovered from: nothing may happen until the operators have acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal takes no records")]
pub struct JournalDown;

/// The evidence journal.
pub trait Journal: Send + Sync {
    /// Puts a record in the order of things, without waiting for storage. Never blocks.
    ///
    /// # Errors
    /// When the journal has failed, or more is waiting for storage than it may hold in memory.
    fn append(&self, record: Record) -> Result<Mark, JournalDown>;

    /// The newest mark that is on stable storage. Cheap: asked before every write to a peer.
    fn durable(&self) -> Mark;

    /// Whether so much waits for storage that nothing more should be taken from clients until the durable mark has reached
    /// the one returned. Sessions that heed it never see a full journal.
    fn pressed(&self) -> Option<Mark> {
        None
    }

    /// Whether the journal has failed; from then on `durable` never moves.
    fn failed(&self) -> bool;

    /// How often storage was synced for records since the start: how well they share it. For the operators.
    fn syncs(&self) -> u64 {
        0
    }

    /// Waits until `durable` has reached `mark`.
    fn reached(&self, mark: Mark) -> Later<Result<(), JournalDown>>;
}
