//! The roles of the product: which use cases somebody may call. What a policy says of their commands is another matter.

pub(crate) mod apart;
mod matrix;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use apart::{APART, Apart};
pub(crate) use matrix::*;
pub use matrix::{Leaves, MATRIX, Rule};

/// A role of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks after people, groups, resources and roles.
    Administrator,
    /// Writes policies.
    PolicyAuthor,
    /// Decides requests in which a requirement names them.
    Approver,
    /// Reads everything; each reading is on record.
    Auditor,
    /// Uses resources, asks for access.
    User,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Administrator, Self::PolicyAuthor, Self::Approver, Self::Auditor, Self::User];

    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::PolicyAuthor => "policy_author",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::User => "user",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    /// The exact word, and no other.
    fn from_str(word: &str) -> Result<Self, String> {
        let words = || Self::ALL.map(Self::as_str).join(", ");
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| format!("a role is one of {}", words()))
    }
}
