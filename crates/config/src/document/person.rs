//! `[[person]]`: somebody who may be given tokens, and what for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Somebody who may be given tokens (`signet token create`).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// What they type as user name: at most 128 bytes, without `+` and control characters.
    pub(crate) name: String,
    /// Groups they belong to; they stand in every record.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// What they may reach. Without it, nothing.
    #[serde(default)]
    pub(crate) access: Vec<Access>,
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
