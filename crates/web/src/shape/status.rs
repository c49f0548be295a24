//! How the gateway is.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// How the gateway is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Status {
    /// Who asks.
    pub(crate) you: Person,
    /// Whether records are taken; when not, nothing happens.
    pub(crate) journal: bool,
    /// The number of the policy in force; 0 = that of the configuration file alone.
    pub(crate) policy: u64,
    /// Policies that decide nothing yet; none for those who may not read policies.
    pub(crate) observed: Option<Vec<Observed>>,
    /// Requests that wait, as far as the caller may see them.
    pub(crate) waiting: usize,
    /// Those of them that the caller could decide now.
    pub(crate) to_decide: usize,
    /// Whether there are more than were counted.
    pub(crate) more: bool,
    /// Reviews of broken glass that nobody has done, as far as the caller may see them.
    pub(crate) reviews: Vec<Due>,
}

/// A review that is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Due {
    /// Of which breaking of the glass.
    pub(crate) id: String,
    /// Whose task it is.
    pub(crate) owner: Person,
    /// Until when.
    pub(crate) due: String,
    /// Whether that is past.
    pub(crate) overdue: bool,
}

impl From<control::OpenReview> for Due {
    fn from(review: control::OpenReview) -> Self {
        let control::OpenReview { id, owner, due_us, overdue } = review;
        Self { id: id.to_string(), owner: owner.into(), due: rfc3339(due_us), overdue }
    }
}

/// A policy that decides nothing yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Observed {
    /// Its id.
    pub(crate) id: String,
    /// When that ends.
    pub(crate) until: String,
}

impl From<control::ObservedPolicy> for Observed {
    fn from(policy: control::ObservedPolicy) -> Self {
        Self { id: policy.id, until: rfc3339(policy.until_us) }
    }
}
