//! The two traits of a protocol, and what it says when a peer breaks it.

use std::time::Instant;

use model::code::Object;
use model::{Action, Catalogue, Lineage, Mentions, Public};

use crate::{Input, InterruptKey, Manifest, Opening, Out};

/// One of the two ends of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The person, program or agent.
    Client,
    /// The resource.
    Target,
}

impl Side {
    /// The opposite end.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Target,
            Self::Target => Self::Client,
        }
    }
}

/// Parallel byte streams of one side: 0 is the main lane, 1 is the second (SSH stderr and its like).
pub type Lane = u8;

/// A protocol: what it is, and a fresh state machine for each conversation.
pub trait Protocol: Send + Sync + 'static {
    /// Name, ports, what it can do.
    fn manifest(&self) -> &'static Manifest;

    /// A conversation between a client and a target: a PostgreSQL connection, an SSH channel, an HTTP exchange.
    fn stream(&self, opening: Opening) -> Box<dyn Stream>;

    /// The client role on a target connection of its own. Such a stream has no client side.
    fn probe(&self, probe: Probe, opening: Opening) -> Box<dyn Stream>;

    /// The commands of a text as they would be asked about, for trying policies without a conversation. None when the protocol
    /// has no texts.
    fn read(&self, text: &[u8]) -> Vec<Action> {
        let _ = text;
        Vec::new()
    }

    /// What a command names, for finding it again. Without a grammar of its own a protocol knows nothing of it.
    fn mentions(&self, text: &[u8]) -> Mentions {
        let _ = text;
        Mentions::default()
    }

    /// The command with the verb that it has where its names stand for what the database holds: code of users behind a name
    /// makes it worse, and code that is known to be harmless makes it better. `shadowed`: the session may have things of its
    /// own by the same names, which nobody else sees. Asked before every command that has names in it, so it must be cheap when
    /// a text comes again. Without a grammar of its own a protocol knows nothing of it.
    fn resolve(&self, action: Action, catalogue: &Catalogue, shadowed: bool) -> Action {
        let _ = (catalogue, shadowed);
        action
    }

    /// All that the names in a command may stand for, and all that those lead to; in order, each once.
    fn objects(&self, action: &Action, catalogue: &Catalogue) -> Vec<Object> {
        let _ = (action, catalogue);
        Vec::new()
    }

    /// Where what a command shows comes from. Without a grammar of its own a protocol knows nothing of it.
    fn lineage(&self, action: &Action, catalogue: &Catalogue) -> Lineage {
        let _ = (action, catalogue);
        Lineage::unknown()
    }
}

/// What a connection of the gateway's own is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Cancel what runs under this key of the target.
    Cancel(InterruptKey),
}

/// One conversation as inputs and outputs. Deterministic: the same inputs give the same outputs, however the bytes were cut.
pub trait Stream: Send {
    /// Takes one input and says what follows from it.
    ///
    /// Called with `Data` only when `wants` of that side is positive and at least so many bytes are there; consumes whole
    /// frames with `split_to` and leaves the rest. Called again while it makes progress.
    ///
    /// # Errors
    /// When a peer broke the protocol. The engine sends what was queued, then closes both sides.
    fn input(&mut self, now: Instant, input: Input<'_>, out: &mut dyn Out) -> Result<(), Violation>;

    /// Bytes needed from this side before the next step; 0 while nothing may be taken from it (a question is open).
    /// More than `Limits::frame` plus a header ends the session.
    fn wants(&self, from: Side) -> usize;

    /// When to be called with `Input::Wake`, if nothing else happens before.
    fn wake_at(&self) -> Option<Instant> {
        None
    }

    /// How many bytes of its peers the stream keeps: names, buffers. The engine counts them with what the person may hold in
    /// memory, and ends a session that holds too much.
    fn holds(&self) -> usize {
        0
    }
}

/// A peer broke its protocol; the conversation cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{side:?} broke the protocol: {what}")]
pub struct Violation {
    /// Whose fault it is.
    pub side: Side,
    /// What was wrong; words of ours, never peer bytes.
    pub what: Public,
}
