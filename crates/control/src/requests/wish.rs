//! What people ask for besides commands, and who says what that needs.

use std::sync::Arc;
use std::time::Duration;

use model::{Account, HoldTerms, PrincipalId, Public, Resource};

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

/// What access needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTerms {
    /// Who must agree, and how long that is waited for.
    pub terms: HoldTerms,
    /// The policies that say so.
    pub policies: Vec<String>,
    /// The version of them.
    pub policy_version: String,
}

/// Who decides requests for access: the policy, over what would happen if they connected now.
pub trait AccessPolicy: Send + Sync {
    /// What must be met before that principal may connect.
    ///
    /// # Errors
    /// When they may connect without, or never: in words for them.
    fn terms(
        &self,
        by: &Caller,
        standing: &Standing,
        resource: &Arc<Resource>,
        account: &Account,
    ) -> Result<AccessTerms, Public>;
}
