//! The evidence journal: an append-only file whose records are on stable storage before anything they tell of happens.
//!
//! `FileJournal` implements `ports::Journal`. Callers serialise; a lock gives the order; one thread writes. It takes all
//! that is queued, writes it with one call, makes it durable with one fdatasync, and only then moves the durable mark.
//! What arrives meanwhile is the next batch, so a busy gateway shares its fsyncs and an idle one never waits for company.
//!
//! Nothing is retried. After a failed write or fsync the page cache may claim what the disk does not hold, so the journal
//! stays failed until a restart has read back what is really there.

mod error;
mod frame;
mod journal;
mod keys;
mod log;
mod places;
mod queue;
mod reader;
mod record;
mod recovery;
mod segment;
mod sequencer;
mod storage;
mod waiters;
mod wal;
mod writer;

use std::sync::Arc;

pub use error::{OpenError, ReadError};
pub use journal::{FileJournal, Options};
pub use keys::KeyError;
pub use log::{Refusal, Standing, Trouble};
pub use places::Places;
pub use reader::{Entry, Follower, Records, follow, read};
pub use recovery::Recovery;

/// Tells microseconds since 1970 UTC. The caller owns the clock; the journal needs it for the records of its own.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

#[cfg(test)]
mod tests;
