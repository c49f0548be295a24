//! Policies, and what a file of the estate would change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rfc3339;

/// A version of the policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Policy {
    /// Its number; a higher one is later.
    pub(crate) number: u64,
    /// SHA-256 over its files, hexadecimal.
    pub(crate) digest: String,
    /// Who vouches for it, `ISSUER/SUBJECT`; nobody = unattributed.
    pub(crate) author: Option<String>,
    /// Where it came from: `handed in`, or `folder PATH`.
    pub(crate) source: String,
    /// When it was kept.
    pub(crate) at: String,
    /// Its files: name and text. None in lists.
    pub(crate) files: Option<BTreeMap<String, String>>,
}

/// Policies that are to be in force.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyWish {
    /// Names, such as `payments.cedar`, and texts.
    pub(crate) files: BTreeMap<String, String>,
}

/// What a file says: people, groups, roles and resources, in TOML.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    /// Its text.
    pub(crate) document: String,
}

/// How what is differs from what a file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Plan {
    /// In the file only.
    pub(crate) create: Vec<Difference>,
    /// In both, and not the same.
    pub(crate) change: Vec<Difference>,
    /// In the gateway only, of a kind that the file is about.
    pub(crate) remove: Vec<Difference>,
    /// The same in both.
    pub(crate) unchanged: usize,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// What it is about: `person local/ada`, `resource prod`.
    pub(crate) what: String,
    /// What differs; empty for what is not there at all.
    pub(crate) fields: Vec<String>,
}

impl Policy {
    /// In a list.
    pub(crate) fn without_files(self) -> Self {
        Self { files: None, ..self }
    }
}

impl From<control::Policy> for Policy {
    fn from(policy: control::Policy) -> Self {
        Self {
            number: policy.number,
            digest: policy.digest,
            author: policy.author,
            source: policy.source,
            at: rfc3339(policy.at_us),
            files: Some(policy.files),
        }
    }
}

impl From<control::Plan> for Plan {
    fn from(plan: control::Plan) -> Self {
        let difference = |drift: control::Drift| Difference {
            what: drift.what,
            fields: drift.fields.into_iter().map(str::to_owned).collect(),
        };
        let all = |drifts: Vec<control::Drift>| drifts.into_iter().map(difference).collect();
        Self { create: all(plan.create), change: all(plan.change), remove: all(plan.remove), unchanged: plan.unchanged }
    }
}
