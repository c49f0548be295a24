//! The one thread that writes: take all, write once, sync once, publish.

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use model::{Event, Record};

use crate::Clock;
use crate::frame::Draft;
use crate::queue::{Batch, Queue};
use crate::storage::Storage;

pub(crate) struct Writer<S> {
    pub(crate) queue: Arc<Queue>,
    pub(crate) storage: S,
    pub(crate) segment_bytes: u64,
    pub(crate) clock: Clock,
}

impl<S: Storage> Writer<S> {
    /// Runs until the journal is closed or storage fails.
    pub(crate) fn run(mut self) {
        // Also when this thread panics: nobody may wait for a mark that will not move.
        let _end = EndOnDrop(self.queue.clone());
        while let Some(batch) = self.queue.take() {
            if let Err(failure) = self.store(&batch) {
                self.queue.fail(failure.error.to_string());
                self.last_words(&failure);
                return;
            }
            self.queue.publish(batch);
        }
    }

    fn store(&mut self, batch: &Batch) -> Result<(), Failure> {
        if self.storage.size() >= self.segment_bytes {
            let first = self.queue.durable().saturating_add(1);
            self.storage.rotate(first).map_err(Failure::before_sync)?;
        }
        self.storage.write(&batch.bytes).map_err(Failure::before_sync)?;
        self.storage.sync().map_err(|error| Failure { error, in_sync: true })
    }

    /// Uses the reserve, but only for a full disk seen by a write: after a failed fsync it cannot be known what the file
    /// holds, and nothing is added to it. The mark does not move for these words.
    fn last_words(&mut self, failure: &Failure) {
        if failure.in_sync || failure.error.kind() != io::ErrorKind::StorageFull {
            return;
        }
        let event = Event::GatewayFailclosed { reason: failure.error.to_string() };
        let record = Record { time_us: (self.clock)(), session: None, position: None, event };
        let mut frame = Vec::new();
        if let Some(draft) = Draft::of(&record) {
            draft.put(self.queue.durable().saturating_add(1), &mut frame);
        }
        // There is nobody left to tell: the journal has failed already.
        let _ = self.storage.last_words(&frame);
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
