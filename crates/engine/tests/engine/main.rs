//! The engine over in-memory legs and a virtual clock, with the toy protocol and a house of fake ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

extern crate signet_engine as engine;

mod cancels;
mod ends;
mod flow;
mod gates;
mod holds;
mod limits;
mod rogues;
mod scene;
mod sessions;
mod shown;
mod strangers;
mod streams;
