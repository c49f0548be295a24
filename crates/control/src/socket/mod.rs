//! How operators' commands reach the running gateway: a socket in its data directory, over which they have written down
//! what they are about to do or to read. A command does nothing before the gateway has answered with the record's place.
//!
//! One connection, one line of JSON each way. Who asks is what the operating system says of the other end, never what
//! the request says. Trust: who may connect (the gateway's user and root) may write such records, and nothing else.

mod client;
mod error;
mod request;
mod server;
mod users;

use std::path::{Path, PathBuf};

pub use client::ask;
pub use error::{AskError, ServeError};
pub use request::{Deed, Note};
pub use server::{Listening, serve};
pub use users::name_of;

/// The socket of the gateway that keeps its data there.
pub fn socket(data_dir: &Path) -> PathBuf {
    data_dir.join("control.sock")
}

#[cfg(test)]
mod tests;
