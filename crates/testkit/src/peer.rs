//! Scripted peers: the other end of a leg as a state machine, used by the driver and behind in-memory legs alike.

use bytes::Bytes;
use wire::{Head, Lane};

/// What a peer hears from the gateway.
#[derive(Debug)]
pub enum Heard<'a> {
    /// Bytes.
    Bytes(Lane, &'a [u8]),
    /// A structured beginning.
    Head(&'a Head),
    /// The leg is inside TLS now.
    Secured,
    /// The gateway will send nothing more.
    End,
}

/// What a peer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Bytes.
    Bytes(Lane, Bytes),
    /// A structured beginning.
    Head(Head),
    /// It will send nothing more.
    End,
    /// A client's wish to cancel, on a connection of its own.
    Cancel,
}

/// A scripted peer.
pub trait Peer: Send {
    /// What it says before it has heard anything.
    fn begin(&mut self, _say: &mut Vec<Said>) {}

    /// Hears something, and says what it says to that.
    fn hears(&mut self, heard: Heard<'_>, say: &mut Vec<Said>);

    /// The other end of one more connection to the same peer: where a probe arrives.
    fn aside(&mut self) -> Option<Box<dyn Peer>> {
        None
    }

    /// Something happened on that other connection.
    fn nudged(&mut self, _say: &mut Vec<Said>) {}

    /// What it was made to do, in a form to be compared: the rows that are there in the end.
    fn effects(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Says bytes on the main lane.
pub fn say(said: &mut Vec<Said>, bytes: impl Into<Bytes>) {
    said.push(Said::Bytes(0, bytes.into()));
}
