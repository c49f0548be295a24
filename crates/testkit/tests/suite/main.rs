//! The conformance suite on every protocol, and the rules of the house.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod fuzz;
mod house;
mod postgres;
mod toy;
