//! The evidence journal: every record is on stable storage before anything that it tells of happens, and a public log is made
//! of them.
//!
//! `FileJournal` implements `ports::Journal`. Callers draft and seal; under a lock a record gets its place in the log; one
//! thread writes. It takes all that is queued, writes it with one call, makes it durable with one fdatasync, and only then
//! moves the durable mark. What arrives meanwhile is the next batch, so a busy gateway shares its fsyncs and an idle one never
//! waits for company. A second thread reads back what is durable and publishes it each second.
//!
//! Nothing is retried. After a failed write or fsync the page cache may claim what the disk does not hold, so the journal
//! stays failed until a restart has read back what is really there.

mod clock;
mod error;
mod journal;
mod keys;
mod log;
mod places;
mod queue;
mod record;
mod sequencer;
mod waiters;
mod wal;
mod writer;

pub use clock::Clock;
pub use error::{OpenError, ReadError};
pub use journal::{FileJournal, Options, Recovery};
pub use keys::KeyError;
pub use log::{Closed, Entry, Parameters, Payload, Reader, Refusal, Sealed, Standing, Trouble, read, verifier_key};
pub use places::Places;

#[cfg(test)]
mod tests;
