//! What was decided about a session or a command.

use crate::public::Public;

/// What an allowed command must put up with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obligations {
    /// Column names whose values must be masked. A protocol that cannot do so refuses the command.
    pub mask: Vec<String>,
}

/// The answer of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may happen.
    Allow {
        /// Policy ids that decided.
        policies: Vec<String>,
        /// What comes with it.
        obligations: Obligations,
    },
    /// It may not.
    Deny {
        /// Policy ids that decided.
        policies: Vec<String>,
        /// What the client is told.
        reason: Public,
    },
    /// A human must say yes first.
    Hold {
        /// Policy ids that decided.
        policies: Vec<String>,
        /// What the client is told while it waits.
        notice: Public,
    },
}
