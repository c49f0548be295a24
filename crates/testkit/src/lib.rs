//! What every protocol and the engine are tried with: a toy protocol, a driver without sockets, the conformance suite,
//! replay of recorded traffic, in-memory legs, and a house of fake ports. Test code: it may panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "test code"
)]

pub mod conformance;
pub mod driver;
pub mod house;
pub mod legs;
pub mod masks;
pub mod peer;
pub mod plumbing;
pub mod random;
pub mod recording;
pub mod replay;
pub mod toy;
