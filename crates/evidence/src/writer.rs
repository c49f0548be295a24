//! The one thread that writes: take all, write once, sync once, publish.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use crate::queue::{Batch, Queue};
use crate::sequencer::State;
use crate::wal::{END, Storage};

pub(crate) struct Writer<S> {
    pub(crate) queue: Arc<Queue>,
    pub(crate) storage: S,
}

impl<S: Storage> Writer<S> {
    /// Runs until the journal is closed or fails.
    pub(crate) fn run(mut self) {
        // Also when this thread panics: nobody may wait for a mark that will not move.
        let _end = EndOnDrop(self.queue.clone());
        while let Some(mut batch) = self.queue.take() {
            if let Err(failure) = self.store(&mut batch) {
                let reason = failure.error.to_string();
                self.queue.fail(reason.clone());
                if failure.leaves_words() {
                    self.last_words(batch.before, &reason);
                }
                return;
            }
            self.queue.publish(batch);
        }
        // Storage holds, but somebody else failed the journal.
        if let Some((before, reason)) = self.queue.unsaid() {
            self.last_words(before, &reason);
        }
    }

    fn store(&mut self, batch: &mut Batch) -> Result<(), Failure> {
        if let Some(head) = batch.head.take() {
            self.storage.rotate(batch.first, &head).map_err(Failure::before_sync)?;
        }
        batch.bytes.extend_from_slice(&END);
        self.storage.write(&batch.bytes).map_err(Failure::before_sync)?;
        self.storage.sync().map_err(|error| Failure { error, in_sync: true })
    }

    /// The mark does not move for these words, and there is nobody left to tell when they fail: the journal has failed already.
    fn last_words(&mut self, before: State, reason: &str) {
        if let Some(frame) = self.queue.last_words(before, reason) {
            let _ = self.storage.last_words(&frame);
        }
    }
}

struct Failure {
    error: io::Error,
    in_sync: bool,
}

impl Failure {
    fn before_sync(error: io::Error) -> Self {
        Self { error, in_sync: false }
    }

    /// The reserve is there for a full disk that is seen by a write: after a failed fsync it cannot be known what the file
    /// holds, and nothing is added to it.
    fn leaves_words(&self) -> bool {
        let full = matches!(self.error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        full && !self.in_sync
    }
}

struct EndOnDrop(Arc<Queue>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail("the writer of the journal panicked".to_owned());
        }
        self.0.end();
    }
}
