//! `[[person]]`: somebody who may be given tokens, and what for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Somebody who may be given tokens (`signet token create`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// What they type as user name: at most 128 bytes, without `+`, `/` and control characters.
    pub(crate) name: String,
    /// Groups they belong to; they stand in every record.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// What they may do with the gateway itself. Everybody may use what policy lets them use, ask, and take back.
    #[serde(default)]
    pub(crate) roles: Vec<Role>,
    /// What they may reach, as far as no policy forbids it. Without it, what policies permit.
    #[serde(default)]
    pub(crate) access: Vec<Access>,
}

/// What somebody may do with the gateway itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Resources, people, groups, roles, tokens of others, sessions.
    Administrator,
    /// Policies.
    PolicyAuthor,
    /// Deciding requests, where a policy names them or a group of theirs; breaking the glass.
    Approver,
    /// Reading what others did.
    Auditor,
}

impl Role {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::PolicyAuthor => "policy_author",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
        }
    }
}

/// One thing that a person may reach.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Access {
    /// The name of a resource; `"*"` for all of them.
    pub(crate) resource: String,
    /// The accounts there that they may use; `"*"` for all of them. Without it, the resource's default account.
    #[serde(default)]
    pub(crate) accounts: Vec<String>,
}
