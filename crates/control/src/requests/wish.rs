//! What people ask for besides commands, and who says what that needs.

use std::sync::Arc;
use std::time::Duration;

use model::{Account, HoldTerms, PrincipalId, Public, Requirement, Resource};

use crate::{Caller, Standing};

/// Access for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessWish {
    /// To what.
    pub resource: String,
    /// As which upstream account; none = the resource's default.
    pub account: Option<String>,
    /// From when (microseconds since 1970 UTC); none = from the approval on.
    pub from_us: Option<u64>,
    /// For how long; at most seven days.
    pub lasts: Duration,
    /// Why.
    pub reason: String,
}

/// To break the glass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakGlassWish {
    /// On what.
    pub resource: String,
    /// For how long from the second agreement on; at most four hours.
    pub lasts: Duration,
    /// Why.
    pub reason: String,
    /// Who reviews it afterwards: neither the requester nor one of those who agree.
    pub reviewer: PrincipalId,
}

/// To be shown what one policy masks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevealWish {
    /// On what.
    pub resource: String,
    /// The policy that masks it.
    pub policy: String,
    /// For how long from the approval on; at most a day.
    pub lasts: Duration,
    /// Why.
    pub reason: String,
}

/// What access needs, or to be shown what is masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTerms {
    /// Who must agree, and how long that is waited for.
    pub terms: HoldTerms,
    /// The policies that say so.
    pub policies: Vec<String>,
    /// Of revealing, the texts of what that policy masks.
    pub masks: Vec<String>,
    /// The version of them.
    pub policy_version: String,
}

/// Who says what requests need: the policy, over what would happen if they connected now.
pub trait AccessPolicy: Send + Sync {
    /// What must be met before that principal may connect; for who may connect already, before commands that a policy holds
    /// one by one are let through for a time.
    ///
    /// # Errors
    /// When they need no access for a time, or get none: in words for them.
    fn terms(
        &self,
        by: &Caller,
        standing: &Standing,
        resource: &Arc<Resource>,
        account: &Account,
    ) -> Result<AccessTerms, Public>;

    /// What must be met before that policy masks nothing for that principal there.
    ///
    /// # Errors
    /// When they may not use the resource at all, or nobody can agree to it: in words for them.
    fn to_reveal(
        &self,
        by: &Caller,
        standing: &Standing,
        resource: &Arc<Resource>,
        policy: &str,
    ) -> Result<AccessTerms, Public>;

    /// Why a grant to be shown what that policy masks gives nothing now; `None` when it does. `met` is who agreed, `approved`
    /// the texts of the masks that they agreed to lift.
    fn unlifted(&self, policy: &str, met: &[Requirement], approved: &[String]) -> Option<&'static str>;
}
