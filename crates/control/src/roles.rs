//! The roles of the product: which use cases somebody may call. What a policy says of their commands is another matter.

use std::fmt;

use serde::{Deserialize, Serialize};

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
