//! What answers the questions of a stream in a run without an engine.

use model::{Action, Challenge, Class, Kind, Principal, PrincipalId, Public, Secret, TlsMode};
use wire::{Claim, Kdf, Known, Plan, Upstream, Wanted};

/// What is decided about a command.
pub enum Decision {
    /// It may happen.
    Allow,
    /// It may happen, and this is done with its result.
    Plan(Plan),
    /// It may happen, and has run for as long as it may when nothing else can happen any more.
    Overdue,
    /// It may not.
    Deny(Public),
    /// A human is asked, and the waiting ends so, when nothing else can happen any more.
    Hold(HoldEnds),
    /// The decide step is taken out: there is no answer, ever.
    Silence,
}

/// How the waiting for a human ends.
#[derive(Clone, Debug)]
pub enum HoldEnds {
    /// Somebody says yes.
    Approved,
    /// Somebody says no, or time runs out.
    Refused(Public),
    /// The client cancels, on another connection.
    Cancelled,
    /// The client is gone.
    Left,
}

/// Decides about the commands of one run.
pub type Decide = Box<dyn FnMut(&Action) -> Decision>;

/// Allows everything.
pub fn allow_all() -> Decide {
    Box::new(|_| Decision::Allow)
}

/// What a denied client is told.
pub fn denied() -> Public {
    Public::new(Class::Denied, "not here")
}

/// Answers the questions that are not about commands.
pub trait Desk {
    /// What a person is challenged with.
    fn challenge(&mut self, _user: &str) -> Challenge {
        Challenge { salt: b"0123456789abcdef".to_vec(), iterations: 4096 }
    }

    /// Who it is.
    ///
    /// # Errors
    /// When that is not proved.
    fn identify(&mut self, _claim: &Claim) -> Result<Known, Public> {
        Ok(Known { principal: ada(), signature: None })
    }

    /// A key derivation.
    fn derive(&mut self, _kdf: &Kdf) -> Secret {
        panic!("this desk derives no keys")
    }

    /// Whether the target may be reached, and how.
    ///
    /// # Errors
    /// When it may not.
    fn connect(&mut self, _wanted: &Wanted) -> Result<Upstream, Public> {
        Ok(Upstream {
            user: "app".to_owned(),
            password: Some(Secret::new("hunter2")),
            tls: TlsMode::Disable,
            database: None,
        })
    }
}

/// Knows everybody as Ada and lets her connect.
pub struct OpenDesk;

impl Desk for OpenDesk {}

/// The same before a target that asks nobody for a password, so that none is configured.
pub struct TrustedDesk;

impl Desk for TrustedDesk {
    fn connect(&mut self, wanted: &Wanted) -> Result<Upstream, Public> {
        Ok(Upstream { password: None, ..OpenDesk.connect(wanted)? })
    }
}

/// Ada, whom everybody knows.
pub fn ada() -> Principal {
    Principal {
        id: PrincipalId { issuer: "local".to_owned(), subject: "ada".to_owned() },
        name: "Ada".to_owned(),
        kind: Kind::Human,
        groups: Vec::new(),
    }
}
