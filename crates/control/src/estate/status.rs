//! How the gateway is, for whoever looks in the morning. Numbers and names alone, so looking leaves no record.

use super::Estate;
use crate::roles;
use crate::{Caller, Error};

/// How the gateway is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether records are taken; when not, nothing happens.
    pub journal: bool,
    /// The number of the policy in force; 0 = that of the configuration file alone.
    pub policy: u64,
    /// Policies that are only observed for now; none when the caller may not read policies.
    pub observed: Option<Vec<ObservedPolicy>>,
}

/// A policy that does not decide yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedPolicy {
    /// Its id.
    pub id: String,
    /// From when on it is in force, microseconds since 1970 UTC.
    pub until_us: u64,
}

impl Estate {
    /// How the gateway is.
    ///
    /// # Errors
    /// When the caller is no longer known.
    pub async fn status(&self, by: &Caller) -> Result<Status, Error> {
        self.may(by, &roles::LIVE_OWN).await?;
        let reads_policies = self.may(by, &roles::POLICIES_READ).await.is_ok();
        Ok(Status {
            journal: !self.parts.journal.failed(),
            policy: self.parts.force.number(),
            observed: reads_policies.then(|| self.parts.force.observed(self.now())),
        })
    }
}
