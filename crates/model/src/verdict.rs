//! What was decided about a session or a command.

use std::sync::Arc;
use std::time::Duration;

use crate::approval::HoldTerms;
use crate::mask_rule::MaskRule;
use crate::public::Public;
use crate::rate::Rate;

/// What an allowed command must put up with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Obligations {
    /// What must be masked. A protocol that cannot do so refuses the command.
    pub mask: Vec<MaskRule>,
    /// How much of its result is recorded.
    pub record: Recording,
    /// Rows that its result may have; with more it is cancelled at the target and refused.
    pub max_rows: Option<u64>,
    /// Rows that its person may be shown in a time, this command's among them.
    pub rates: Vec<Rate>,
    /// Bytes that its result may have towards the client; with more it is cancelled at the target and refused.
    pub max_bytes: Option<u64>,
    /// How long it may run; after that it is cancelled at the target and refused.
    pub timeout: Option<Duration>,
}

/// How much of what a command shows is recorded. All of it is counted and identified by its digest in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Its beginning, up to so many bytes; a record says that it was cut.
    UpTo(u64),
    /// All of it.
    Whole,
}

impl Default for Recording {
    /// The first 64 KiB.
    fn default() -> Self {
        Self::UpTo(64 * 1024)
    }
}

/// The answer of the policy, with the version of the policy that gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// For the records.
    pub version: Arc<str>,
    /// Policy ids that would have decided otherwise, but are only observed for now.
    pub observed: Vec<String>,
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
        /// Who must agree, and how it waits.
        terms: HoldTerms,
    },
}
