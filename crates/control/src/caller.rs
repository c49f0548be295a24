//! Who asks for a use case.

use std::collections::BTreeSet;
use std::net::IpAddr;

use model::{By, CredentialId, PrincipalId};

use crate::Role;

/// Somebody who proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub id: PrincipalId,
    /// By which credential.
    pub credential: CredentialId,
    /// From which address.
    pub client: IpAddr,
    /// What that credential may be used as. A role counts when the person has it at the moment of the act, too.
    pub roles: BTreeSet<Role>,
}

impl Caller {
    /// As records name them.
    pub fn by(&self) -> By {
        By::Person { person: self.id.clone(), credential: self.credential.clone(), client: self.client.to_string() }
    }
}
