//! Attacks, on the wire and on those who decide (the names A1, F1 ... are those of the project's attack list). Every test
//! asserts three things: the target did not see it, the client got a defined answer, and the journal holds the event.

mod approvals;
mod bound;
mod brought;
mod cancelling;
mod credentials;
mod framing;
mod guards;
mod held;
mod hostile_target;
mod huge;
mod in_the_middle;
mod injection;
mod interface;
mod leftovers;
mod masked;
mod memory;
mod names;
mod opening;
mod people;
mod policies;
mod prepared;
mod proxied;
mod readable;
mod refused;
mod shown;
mod targets;
mod tls_edges;
mod unasked;
mod whole;

use crate::harness::wire::{Ending, Wire};
use crate::harness::{Gateway, Postgres, Setup, direct};

/// A server, a gateway, and nothing else; none in direct mode, because these tests are about the gateway alone.
fn scene() -> Option<(Postgres, Gateway)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    Some((server, gateway))
}

/// Broken rules end in a native error or in a closed connection, and in nothing after that.
fn assert_ends(wire: &mut Wire) -> Ending {
    let ending = wire.ending();
    if let Ending::Refused { sqlstate, message } = &ending {
        assert!(sqlstate.len() == 5 && !message.is_empty(), "{ending:?}");
    }
    wire.assert_closes();
    ending
}
