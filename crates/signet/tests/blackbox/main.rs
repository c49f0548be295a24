//! Black-box tests: the built binary between stock clients and real servers, judged from outside.
//!
//! Run one subject with `cargo test -p signet --test blackbox attacks::framing`, after `scripts/setup.sh test`. Settings:
//!
//! - `SIGNET_DIRECT=1` points the client tests at PostgreSQL itself: what fails then is the test, not the gateway.
//! - `SIGNET_SOAK=1` runs PostgreSQL's suites whole; `SIGNET_KILLS=200` kills so often (default 20); `SIGNET_SEED=n`
//!   chooses when.
//! - `SIGNET_BIN=path` tests another build; `SIGNET_KEEP=1` leaves the folders of the tests behind.
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
mod decisions;
mod demo;
mod drain;
mod evidence;
mod evidence_order;
mod full_disk;
mod harness;
mod house;
mod masks;
mod packs;
mod policy;
mod replay;
mod sessions;
mod suites;
mod torn_tail;
