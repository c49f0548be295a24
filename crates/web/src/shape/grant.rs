//! Grants, and the reviews of broken glass.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339, word};

/// What somebody was given for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Grant {
    /// The request it comes from, whose name it bears.
    pub(crate) id: String,
    /// `access`, `break_glass` or `reveal`.
    pub(crate) kind: String,
    /// Who has it.
    pub(crate) principal: Person,
    /// On what.
    pub(crate) resource: String,
    /// As which upstream account; none = as any that they may use.
    pub(crate) account: Option<String>,
    /// The policies that asked for approval; of `reveal`, the one that masks nothing meanwhile.
    pub(crate) policies: Vec<String>,
    /// What that one masked when it was asked for: people agreed to that, and only that is shown.
    pub(crate) masks: Vec<String>,
    /// In a list, why that one masks on, though the grant is not over.
    pub(crate) unlifted: Option<String>,
    /// Why it was asked for.
    pub(crate) reason: Option<String>,
    /// What people agreed to.
    pub(crate) met: Vec<String>,
    /// From when.
    pub(crate) from: String,
    /// Until when.
    pub(crate) until: String,
    /// When it was taken back.
    pub(crate) revoked: Option<String>,
    /// By whom.
    pub(crate) revoked_by: Option<Person>,
}

/// The review of a broken glass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Review {
    /// What is reviewed.
    pub(crate) grant: Grant,
    /// Why it was asked for.
    pub(crate) reason: String,
    /// Whose task it is.
    pub(crate) owner: Person,
    /// Until when.
    pub(crate) due: String,
    /// Whether that is past and nobody did it.
    pub(crate) overdue: bool,
    /// When it was done.
    pub(crate) done: Option<String>,
    /// By whom.
    pub(crate) done_by: Option<Person>,
    /// What they found.
    pub(crate) findings: Option<String>,
}

impl From<control::Grant> for Grant {
    fn from(grant: control::Grant) -> Self {
        let (revoked, revoked_by) =
            grant.revoked.map_or((None, None), |(at, by)| (Some(rfc3339(at)), by.map(Person::from)));
        Self {
            id: grant.id.to_string(),
            kind: word(&grant.kind),
            principal: grant.principal.into(),
            resource: grant.resource.to_string(),
            account: grant.account,
            policies: grant.policies,
            masks: grant.masks,
            unlifted: grant.unlifted.map(str::to_owned),
            reason: grant.reason,
            met: grant.met.iter().map(ToString::to_string).collect(),
            from: rfc3339(grant.from_us),
            until: rfc3339(grant.until_us),
            revoked,
            revoked_by,
        }
    }
}

impl From<control::Review> for Review {
    fn from(review: control::Review) -> Self {
        let (done, done_by, findings) = match review.done {
            Some((at, by, findings)) => (Some(rfc3339(at)), by.map(Person::from), Some(findings)),
            None => (None, None, None),
        };
        Self {
            grant: review.grant.into(),
            reason: review.reason,
            owner: review.owner.into(),
            due: rfc3339(review.due_us),
            overdue: review.overdue,
            done,
            done_by,
            findings,
        }
    }
}
