//! Who can reach a target.

use serde::Serialize;
use utoipa::ToSchema;

use super::Person;

/// Somebody who can begin a session on a target, or could ask to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Reach {
    /// Who.
    pub(crate) who: Person,
    /// Their name for people.
    pub(crate) name: String,
    /// As which upstream account.
    pub(crate) account: String,
    /// Whether they can now; if not, others must agree first.
    pub(crate) now: bool,
    /// The policies that say so.
    pub(crate) policies: Vec<String>,
    /// Who must agree first.
    pub(crate) requirements: Vec<String>,
    /// The version of the policy.
    pub(crate) policy_version: String,
}

impl From<control::Reach> for Reach {
    fn from(reach: control::Reach) -> Self {
        let control::Reach { who, name, account, now, policies, requirements, policy_version } = reach;
        Self { who: who.into(), name, account, now, policies, requirements, policy_version }
    }
}
