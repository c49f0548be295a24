//! The verifiers against forged logs: a log made from nothing by code of its own, whole and attacked in every way of the
//! reference, through `signet-verify` and through `tools/verify.py`.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "test code"
)]

mod cases;
mod checkpoints;
mod command;
mod difference;
mod files;
mod foreign;
mod forge;
mod forms;
mod heads;
mod hostile;
mod lives;
mod payloads;
mod records;
mod resigned;
mod scene;
mod schema;
mod size;
