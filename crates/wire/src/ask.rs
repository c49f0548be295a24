//! The questions that a stream asks, and the answers: nothing reaches a target without one.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use model::{Action, Challenge, Mask, Meter, Principal, Proof, Public, Secret, TlsMode};

/// Names one question of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Ticket {
    /// For the engine and test drivers, which number the questions.
    pub fn new(number: u64) -> Self {
        Self(number)
    }
}

/// A question.
pub enum Ask {
    /// What does this person need to prove who they are? Answered by `Challenge`, also for unknown people.
    Challenge {
        /// The sign-in name, as typed.
        user: String,
    },
    /// Who is this?
    Identify(Claim),
    /// Compute this off the reactor.
    Derive(Kdf),
    /// Let this session reach a resource.
    Connect(Wanted),
    /// May this happen? Answered in the same turn, unless a human is asked.
    Act(Action),
    /// Cancel what runs in the session of this key. There is no answer, so that nobody learns which keys exist.
    Interrupt(InterruptKey),
}

/// Evidence of an identity.
pub struct Claim {
    /// The sign-in name, as typed: `person` or `person+account`.
    pub user: String,
    /// What proves it.
    pub proof: Proof,
}

/// A verified identity, with what the protocol must send back.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who.
    pub principal: Principal,
    /// SCRAM ServerSignature.
    pub signature: Option<[u8; 32]>,
}

/// A key derivation: PBKDF2-HMAC-SHA-256 with a 32-byte result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kdf {
    /// The prepared password.
    pub password: Secret,
    /// Salt, as the peer sent it.
    pub salt: Bytes,
    /// Rounds; the protocol has checked them against its limit.
    pub iterations: u32,
}

/// Where a client wants to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The resource it named inside the protocol; `None` = that of the listener or server name.
    pub resource: Option<String>,
    /// The database (or its like) it named.
    pub database: Option<String>,
    /// What the client program calls itself.
    pub program: Option<String>,
    /// Settings that the client brings and the target is sent, by name: they are part of what its commands mean.
    pub settings: Vec<(Bytes, Bytes)>,
}

/// A reached target, and how to sign in to it.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The target's user name.
    pub user: String,
    /// The password, when there is one and the leg goes without TLS. Else it comes with `Input::Secured`.
    pub password: Option<Secret>,
    /// How the leg must be protected before anything secret is sent.
    pub tls: TlsMode,
    /// The database to use.
    pub database: Option<String>,
}

/// Names the session that a cancel is meant for. Holds a secret, so it is not printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InterruptKey(pub Bytes);

impl fmt::Debug for InterruptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InterruptKey(..)")
    }
}

/// The answer to a question.
pub enum Answer {
    /// To `Challenge`.
    Challenge(Challenge),
    /// To `Identify`.
    Known(Known),
    /// To `Derive`.
    Derived(Secret),
    /// To `Connect`: the target's leg is open.
    Connected(Upstream),
    /// To `Act`: forward it, and do this with its result.
    Go(Go, Plan),
    /// To `Act`: a human is being asked. Tell the client; `Go` or `Refuse` with the same ticket follows. May come again.
    Waiting(Public),
    /// No. Tell the client why.
    Refuse(Public),
}

/// What is done with the result of an allowed command.
#[derive(Clone, Default)]
pub struct Plan {
    /// What masks it; `None` = nothing is to be masked.
    pub mask: Option<Arc<dyn Mask>>,
    /// Rows that it may have. With more, the command is cancelled at the target, what is left of its answer is taken and
    /// not shown, and it ends as a refusal does.
    pub max_rows: Option<u64>,
    /// What counts its rows beside those of other commands; asked before each row is let go. When it says no, the same.
    pub meter: Option<Arc<dyn Meter>>,
    /// Bytes of the target's messages that it may have towards the client; with more, the same.
    pub max_bytes: Option<u64>,
}

impl Plan {
    /// Whether its result may be too large. Nothing may be forwarded behind such a command before it has ended: what came after
    /// it would be carried out although it is refused.
    pub fn is_limited(&self) -> bool {
        self.max_rows.is_some() || self.max_bytes.is_some() || self.meter.is_some()
    }
}

/// Leave to forward one command. Not `Clone`; consumed by its outcome. The engine honours only those it made itself.
#[derive(Debug)]
pub struct Go {
    ticket: Ticket,
    stamp: u64,
}

impl Go {
    /// The question it answers.
    pub fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// The maker's stamp; means nothing to anyone else.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }
}

/// Makes `Go`s. Only the engine's decide step and the test driver hold one (a house rule checks it), and the engine
/// accepts a `Go` only if its own stamp stands in it.
pub struct Mint {
    stamp: u64,
}

impl Mint {
    /// A mint with an unguessable stamp.
    pub fn new(stamp: u64) -> Self {
        Self { stamp }
    }

    /// Leave to forward the command of `ticket`.
    pub fn go(&self, ticket: Ticket) -> Go {
        Go { ticket, stamp: self.stamp }
    }

    /// Whether this mint made `go`.
    pub fn made(&self, go: &Go) -> bool {
        go.stamp == self.stamp
    }
}
