//! What a run found.

use tlog::merkle::Hash;

use crate::verdict::{Failure, Note, Verdict};

/// What was found, and what it was found in.
#[derive(Clone, Debug)]
pub struct Report {
    /// The gravest of all failures.
    pub verdict: Verdict,
    /// The first thousand failures.
    pub failures: Vec<Failure>,
    /// Failures behind those.
    pub more_failures: u64,
    /// The first thousand notes.
    pub notes: Vec<Note>,
    /// Notes behind those.
    pub more_notes: u64,
    /// What was read.
    pub facts: Facts,
    /// Two signed checkpoints that contradict each other, as they stand.
    pub fork: Option<[String; 2]>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Name of the log, as its checkpoint has it.
    pub origin: Option<String>,
    /// Records that the checkpoint covers.
    pub size: u64,
    /// Root of the tree of these records.
    pub root: Option<Hash>,
    /// The checkpoint, as it stands, when the key signed it.
    pub signed: Option<String>,
    /// The key that signed it.
    pub key: Option<String>,
    /// Size of the pin that the log was shown to continue.
    pub pinned: Option<u64>,
    /// Records that were read.
    pub records: u64,
    /// Records of a version that is not known here.
    pub newer: u64,
    /// Runs of the gateway that began.
    pub runs: u64,
    /// Sessions that began.
    pub sessions: u64,
    /// Sessions of identities that are the gateway's own.
    pub local_sessions: u64,
    /// Chains still open at the end.
    pub open_chains: u64,
    /// Time of the first record.
    pub first_us: Option<u64>,
    /// Time of the newest record.
    pub newest_us: Option<u64>,
    /// Ciphertexts that are what the records commit to.
    pub ciphertexts: u64,
    /// Payloads that were opened and are what the records commit to.
    pub opened: u64,
    /// Payloads that were erased.
    pub erased: u64,
}
