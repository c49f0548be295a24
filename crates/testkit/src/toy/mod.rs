//! The toy protocol: the smallest one that uses the whole boundary between engine and protocol. Read `LIFECYCLE.md`, then
//! `stream.rs` from top to bottom; it is what a newcomer reads after the trait, and what the conformance suite is tried on.

mod actions;
mod answers;
pub mod client;
mod ending;
pub mod frame;
mod probe;
mod raw;
mod results;
mod stream;
pub mod subject;
pub mod target;
mod watch;

use model::Verb;
use wire::{Manifest, Opening, Probe, Protocol, Stream};

/// The toy protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct Toy;

static MANIFEST: Manifest = Manifest {
    name: "toy",
    title: "Toy",
    default_port: 7007,
    direct_tls: None,
    verbs: &[Verb::Read, Verb::Write, Verb::Transaction, Verb::Call, Verb::Unknown],
    plumbing: &[
        ("hello", "signs in to the target"),
        ("refused", "stands for a refused command inside a transaction; the target refuses it without effect"),
        ("cancel", "cancels what runs, on a connection of its own"),
        ("quit", "says goodbye to the target"),
    ],
    clients: |_| Vec::new(),
    show: || Box::new(wire::Raw::default()),
};

impl Protocol for Toy {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn stream(&self, opening: Opening) -> Box<dyn Stream> {
        Box::new(stream::ToyStream::new(opening))
    }

    fn probe(&self, probe: Probe, _: Opening) -> Box<dyn Stream> {
        let Probe::Cancel(key) = probe;
        Box::new(probe::Cancel::new(key))
    }
}
