//! From what happened to what is written down: each event becomes a type, a body, and payloads that are sealed under the
//! key of its chain (docs/evidence-format.md, sections 3 and 4). Its place in the log it gets from the sequencer.

mod body;
mod chains;
mod object;
mod payloads;
mod sealer;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use body::{
    Entry, clock_step, gateway_failclosed, gateway_recovered, gateway_stopped, genesis, heads, hold_withdrawn,
    outcome_of, session_end,
};
pub(crate) use chains::Chains;
pub(crate) use object::{Object, list};

use uuid::Uuid;

use crate::sequencer::Change;

/// Bytes that the sequencer adds to a leaf around its body and its references, at most.
const AROUND: usize = 1024;

/// A record that has no place in the log yet.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) kind: &'static str,
    /// Its chain; none is that of the gateway's run.
    pub(crate) sid: Option<Uuid>,
    /// The clock on the wall, microseconds since 1970 UTC.
    pub(crate) wall: u64,
    pub(crate) body: Body,
    /// The list of references; empty when there are no payloads.
    pub(crate) references: Vec<u8>,
    /// The wrapped key of the chain, when it begins.
    pub(crate) key: Vec<u8>,
    pub(crate) payloads: Vec<u8>,
    pub(crate) change: Change,
}

/// What the type says.
#[derive(Debug)]
pub(crate) enum Body {
    /// JSON.
    Ready(Vec<u8>),
    /// That of a `session.end`: how much there was in the session, the sequencer knows.
    End {
        /// Why.
        cause: String,
    },
}

impl Draft {
    /// One without payloads.
    pub(crate) fn plain(sid: Option<Uuid>, wall: u64, entry: Entry) -> Self {
        let Entry { kind, body, change } = entry;
        Self { kind, sid, wall, body, references: Vec::new(), key: Vec::new(), payloads: Vec::new(), change }
    }

    /// Bytes of its leaf, at most.
    pub(crate) fn leaf_bound(&self) -> usize {
        let body = match &self.body {
            Body::Ready(body) => body.len(),
            // A byte is six when it is escaped.
            Body::End { cause } => cause.len().saturating_mul(6),
        };
        body.saturating_add(self.references.len()).saturating_add(AROUND)
    }

    /// Bytes of leaf, key and ciphertexts, at most.
    pub(crate) fn bound(&self) -> usize {
        self.leaf_bound().saturating_add(self.key.len()).saturating_add(self.payloads.len())
    }
}
