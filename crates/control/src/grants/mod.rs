//! Grants: what approved requests for access and for breaking the glass give, until when.

use model::{PrincipalId, RequestId, Requirement};
use store::RequestKind;

use crate::{Caller, Control, Error, Page, Paged};

/// What somebody was given for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The request it comes from, whose name it bears.
    pub id: RequestId,
    /// Access, or breaking the glass.
    pub kind: RequestKind,
    /// Who has it.
    pub principal: PrincipalId,
    /// On what.
    pub resource: String,
    /// As which upstream account; none = as any that they may use.
    pub account: Option<String>,
    /// What people agreed to: stands in `context.approvals` of connecting.
    pub met: Vec<Requirement>,
    /// From when, microseconds since 1970 UTC.
    pub from_us: u64,
    /// Until when.
    pub until_us: u64,
    /// When and by whom it was taken back.
    pub revoked: Option<(u64, PrincipalId)>,
}

/// The review of a broken glass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// What is reviewed.
    pub grant: Grant,
    /// Why it was asked for.
    pub reason: String,
    /// Whose task it is.
    pub owner: PrincipalId,
    /// Until when.
    pub due_us: u64,
    /// Whether that is past and nobody did it.
    pub overdue: bool,
    /// When it was done, by whom, and what they found.
    pub done: Option<(u64, PrincipalId, String)>,
}

impl Control {
    /// Grants that the caller may see, newest first; `live` = only those that hold now or later.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_grants(&self, by: &Caller, live: bool, page: Page) -> Result<Paged<Grant>, Error> {
        let _ = (by, live, page);
        Err(Error::NotFound)
    }

    /// Takes a grant back at once; sessions that need it end. Its person may, who approved it may, an administrator may.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is over.
    pub async fn revoke_grant(&self, by: &Caller, id: RequestId, reason: String) -> Result<Grant, Error> {
        let _ = (by, id, reason);
        Err(Error::NotFound)
    }

    /// Reviews of broken glass that the caller may see, those not done first, by due date. At most 200.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_reviews(&self, by: &Caller) -> Result<Vec<Review>, Error> {
        let _ = by;
        Err(Error::NotFound)
    }

    /// Reviews a broken glass after its time: somebody who neither asked for it nor agreed to it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is not over yet, or reviewed already.
    pub async fn review(&self, by: &Caller, id: RequestId, findings: String) -> Result<Review, Error> {
        let _ = (by, id, findings);
        Err(Error::NotFound)
    }
}
