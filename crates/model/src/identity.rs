//! Who is asking: a verified principal, and how a sign-in name names a person and an upstream account.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The key of an identity: who vouches for it, and the name that voucher gave. Never an e-mail address, which can be
/// handed to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PrincipalId {
    /// The identity provider; `local` for people of the configuration file.
    pub issuer: String,
    /// The provider's own stable name for the person.
    pub subject: String,
}

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.issuer, self.subject)
    }
}

/// What kind of being a principal is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person.
    Human,
    /// A program with an owner.
    Service {
        /// The person who answers for it.
        owner: PrincipalId,
    },
    /// An AI agent that acts for a person.
    Agent {
        /// The person on whose behalf it acts.
        on_behalf_of: PrincipalId,
    },
}

/// A verified identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The stable key.
    pub id: PrincipalId,
    /// The name shown to people.
    pub name: String,
    /// Human, service or agent.
    pub kind: Kind,
    /// Groups as they were when the identity was verified.
    pub groups: Vec<String>,
}

/// Names the credential that proved an identity (a token's public id, a certificate's serial), never the credential.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CredentialId(pub String);

/// What a person is challenged with to prove a password or token: SCRAM-SHA-256 salt and rounds (RFC 5802).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The salt of this person; stable, also for people who do not exist.
    pub salt: Vec<u8>,
    /// PBKDF2 rounds.
    pub iterations: u32,
}

/// Evidence of an identity, as protocols collect it.
#[derive(Clone)]
pub enum Proof {
    /// A SCRAM-SHA-256 proof (RFC 5802 section 3).
    Scram {
        /// AuthMessage.
        auth_message: Vec<u8>,
        /// ClientProof.
        client_proof: [u8; 32],
    },
}

/// What a client typed as its user name: `person`, or `person+account` for an upstream account the person may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The person.
    pub person: String,
    /// The upstream account asked for; `None` = the resource's default.
    pub account: Option<String>,
}

/// Why a sign-in name was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a user name is `person` or `person+account`, at most 128 bytes, without control characters, and without / in the person"
)]
pub struct LoginError;

impl Login {
    /// Parses a user name. The first `+` separates person and account.
    ///
    /// # Errors
    /// When a part is empty, the name exceeds 128 bytes, or it holds control characters, or the person a slash: `ISSUER/SUBJECT`
    /// must name one person only.
    pub fn parse(user: &str) -> Result<Self, LoginError> {
        if user.is_empty() || user.len() > 128 || user.chars().any(char::is_control) {
            return Err(LoginError);
        }
        match user.split_once('+') {
            None if user.contains('/') => Err(LoginError),
            Some((person, _)) if person.contains('/') => Err(LoginError),
            None => Ok(Self { person: user.to_owned(), account: None }),
            Some((person, account)) if !person.is_empty() && !account.is_empty() => {
                Ok(Self { person: person.to_owned(), account: Some(account.to_owned()) })
            }
            Some(_) => Err(LoginError),
        }
    }
}
