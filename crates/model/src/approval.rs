//! What humans must agree to before a command may happen, and the terms on which it waits for them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::identity::PrincipalId;

/// The most different people that one requirement may ask for.
pub const MOST_APPROVERS: u16 = 16;

/// Names a request for approval: of a held command, of access, of breaking the glass. Time-ordered (UUID version 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub Uuid);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whose agreement counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Approvers {
    /// Members of that group, at the moment when the approval is used.
    Group(String),
    /// Exactly that person.
    Person(PrincipalId),
}

/// What must be met before a command may happen. Written `group:NAME`, `2 of group:NAME` or `person:ISSUER/SUBJECT`; that text
/// is what policies compare.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Requirement {
    /// How many different people, 1 to 16; 1 for a person.
    pub needed: u16,
    /// Of whom.
    pub of: Approvers,
}

/// Why a requirement was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an approval is asked for as `group:NAME`, `N of group:NAME` (N from 2 to 16) or `person:ISSUER/SUBJECT`")]
pub struct RequirementError;

impl FromStr for Requirement {
    type Err = RequirementError;

    /// There is exactly one way to write each requirement.
    fn from_str(text: &str) -> Result<Self, RequirementError> {
        let named = |name: &str| !name.is_empty() && name.len() <= 128 && !name.chars().any(char::is_control);
        if let Some(person) = text.strip_prefix("person:") {
            let (issuer, subject) = person.rsplit_once('/').ok_or(RequirementError)?;
            let id = PrincipalId { issuer: issuer.to_owned(), subject: subject.to_owned() };
            let good = named(issuer) && named(subject);
            return good.then_some(Self { needed: 1, of: Approvers::Person(id) }).ok_or(RequirementError);
        }
        let (needed, group) = match text.split_once(" of ") {
            Some((number, group)) if !text.starts_with("group:") => {
                let needed: u16 = number.parse().map_err(|_| RequirementError)?;
                let plain = (2..=MOST_APPROVERS).contains(&needed) && needed.to_string() == number;
                (plain.then_some(needed).ok_or(RequirementError)?, group)
            }
            _ => (1, text),
        };
        let name = group.strip_prefix("group:").filter(|name| named(name)).ok_or(RequirementError)?;
        Ok(Self { needed, of: Approvers::Group(name.to_owned()) })
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.of, self.needed) {
            (Approvers::Person(id), _) => write!(f, "person:{id}"),
            (Approvers::Group(name), 0 | 1) => write!(f, "group:{name}"),
            (Approvers::Group(name), needed) => write!(f, "{needed} of group:{name}"),
        }
    }
}

impl TryFrom<String> for Requirement {
    type Error = RequirementError;

    fn try_from(text: String) -> Result<Self, RequirementError> {
        text.parse()
    }
}

impl From<Requirement> for String {
    fn from(requirement: Requirement) -> Self {
        requirement.to_string()
    }
}

/// How a held command waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// In the live session, which goes on when the decision is made.
    #[default]
    Session,
    /// It is refused; the same command of the same person passes once after the approval. For clients that time out.
    Resubmit,
}

/// The terms on which a command waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldTerms {
    /// What must be met, all of it.
    pub requirements: Vec<Requirement>,
    /// How long a decision is waited for, and how long an approval of `Wait::Resubmit` is good for.
    pub expires: Duration,
    /// How it waits.
    pub wait: Wait,
}
