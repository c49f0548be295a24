//! The boundary between the engine and a protocol: the `Protocol` and `Stream` traits, their inputs and outputs, and the
//! bounds-checked `Reader` that every codec is built on. No socket, clock, random source or lock.

mod ask;
mod input;
mod manifest;
mod opening;
mod out;
mod reader;
mod replies;
mod show;
mod stream;

pub use ask::{Answer, Ask, Claim, Go, InterruptKey, Kdf, Known, Mint, Plan, Ticket, Upstream, Wanted};
pub use input::{Head, Input, Stop, TlsFacts};
pub use manifest::{ClientHelp, Manifest, Reach};
pub use opening::{Entropy, EntropySpent, Opening, Route};
pub use out::{Out, Why};
pub use reader::{Malformed, Reader};
pub use replies::Replies;
pub use show::{Raw, Show, escaped, is_hidden};
pub use stream::{Lane, Probe, Protocol, Side, Stream, Violation};

#[cfg(test)]
mod tests;
