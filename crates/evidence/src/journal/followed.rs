//! The journal as the publisher sees it: what is durable, what may be used again, and how it is made to fail.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::ReadError;
use crate::log::{ClockState, Grip, Source};
use crate::queue::Queue;
use crate::sequencer::Clocked;
use crate::wal::{self, Follower, Frame, Spares};

/// Reads the segments up to the durable mark.
pub(super) struct Followed {
    pub(super) queue: Arc<Queue>,
    pub(super) spares: Arc<Spares>,
    folder: PathBuf,
    first: u64,
    follower: Follower,
}

impl Followed {
    /// Begins with record `first`, the oldest that the folder has.
    pub(super) fn new(queue: Arc<Queue>, spares: Arc<Spares>, folder: &Path, first: u64) -> Self {
        Self { queue, spares, folder: folder.to_owned(), first, follower: Follower::new(folder, first) }
    }

    /// Segments all of whose records are below `sequence`. The one behind them has a record that is below it too, so its head is
    /// durable, and nothing is needed of those before.
    fn below(&self, sequence: u64) -> Result<Vec<PathBuf>, ReadError> {
        let segments = wal::list(&self.folder).map_err(ReadError::file(&self.folder))?;
        let pairs = segments.iter().zip(segments.iter().skip(1));
        Ok(pairs.take_while(|(_, next)| next.first < sequence).map(|(segment, _)| segment.path.clone()).collect())
    }
}

impl Source for Followed {
    fn first(&self) -> u64 {
        self.first
    }

    fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        self.follower.below(self.queue.durable())
    }

    fn has_below(&mut self, sequence: u64) -> Result<bool, ReadError> {
        Ok(!self.below(sequence)?.is_empty())
    }

    fn recycle(&mut self, below: u64) -> Result<(), ReadError> {
        for path in self.below(below)? {
            self.spares.give(&path).map_err(ReadError::file(&path))?;
        }
        Ok(())
    }
}

/// What the publisher may do to the journal.
pub(super) struct OnQueue(pub(super) Arc<Queue>);

impl Grip for OnQueue {
    fn heads(&self, clock: ClockState) {
        let ClockState { source, offset_us, error_us, synced } = clock;
        // A journal that is full or has failed has no heads.
        let _ = self.0.heads(Clocked { source, offset_us, error_us, synced });
    }

    fn fail(&self, reason: String) {
        self.0.fail(reason);
    }
}
