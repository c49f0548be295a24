//! Black-box tests: the built binary between stock clients and real servers, judged from outside.
//!
//! `SIGNET_DIRECT=1` points the client tests at PostgreSQL itself: what fails then is the test, not the gateway.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test ends by panicking, and says why"
)]

mod attacks;
mod clients;
mod crowds;
mod drain;
mod evidence_order;
mod full_disk;
mod harness;
mod house;
mod kills;
mod suites;
mod torn_tail;
