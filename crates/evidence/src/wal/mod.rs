//! The write-ahead log: segments, the frames in them, and how they are read. What stands here is private to the gateway; the
//! public form is made of it (`docs/evidence-format.md`).
//!
//! A segment is made whole and full of zeros before its first record, and used again when all of it was published: so
//! writing to it changes no length and no allocation, and an fdatasync moves nothing but the records. The price is that the
//! end of the records is not the end of the file:
//!
//! - Behind the last frame stand 64 zero bytes, written with it. They are the end.
//! - Behind them may stand frames of an earlier use of the file. Their sequences are lower.
//! - After a loss of power any part of the last batch may be missing, not only its tail. Each frame says with which record its
//!   batch begins, and a batch is written when all before it is durable. So a frame whose batch begins behind a bad place proves
//!   that the bad place was whole once: damage, on which no gateway starts. A frame of the same batch proves nothing, and
//!   belongs to what was torn.

mod frame;
mod medium;
mod read;
mod recover;
mod segment;
mod spare;
mod storage;
mod tail;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use frame::Header;
pub(crate) use frame::{END, Frame, HEADER, LONGEST, Parts, room};
pub(crate) use medium::{Medium, System};
pub(crate) use read::Follower;
pub(crate) use recover::{Current, Found, recover};
pub(crate) use segment::{Head, list, prepare, private, sync_folder};
pub(crate) use spare::{Maker, Spares};
pub(crate) use storage::{Disk, Storage, reserve};
