//! The journal, as the publisher sees it.

use crate::error::ReadError;
use crate::wal::Frame;

/// Gives the records that are durable, in their order, and takes back what need not be kept.
pub(crate) trait Source: Send {
    /// Index of the oldest record that the journal holds: the one that `next` gives first.
    fn first(&self) -> u64;

    /// The next record that is durable; `None` when there is none now.
    fn next(&mut self) -> Result<Option<Frame>, ReadError>;

    /// Whether a segment has only records below this one, so that it could be given up.
    fn has_below(&mut self, sequence: u64) -> Result<bool, ReadError>;

    /// Gives up such segments: their records are durable in the log.
    fn recycle(&mut self, below: u64) -> Result<(), ReadError>;
}
