//! What the server itself calls a write: every statement of PostgreSQL's own regression and isolation suites is first tried at its
//! place in a transaction that may only read. What the server refuses there must not be read as harmless, and what it parses must
//! not be opaque.
//!
//! A sample of the suites, or all of them with `SIGNET_SOAK=1`. The suites run through a proxy that makes the trials, so their own
//! verdict counts for nothing here.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test ends by panicking, and says why"
)]

mod between;
mod commands;
mod report;
mod server;
mod trial;
mod wire;

use std::sync::Arc;

use between::Between;
use report::Report;
use server::Matched;

/// Runs a suite, and says what was tried.
fn judge(suite: &str, least: usize) {
    let server = Matched::start();
    let report = Arc::new(Report::default());
    let between = Between::start(server.port, Arc::clone(&report));
    server.run(suite, between.port());
    report.judge(suite, least);
}

#[test]
fn regression() {
    judge("regress", 5_000);
}

#[test]
fn isolation() {
    judge("isolation", 200);
}
