//! Grants: what approved requests for access, for breaking the glass and for revealing give, until when.

mod live;
mod review;
#[cfg(test)]
mod tests;

use model::{Kind, PrincipalId, RequestId, Requirement, ResourceName};
use store::{EndedRow, GrantRow, RequestKind};

pub use live::Grants;
pub use review::{OpenReview, Review};

use crate::requests::list::LONGEST_PAGE;
use crate::requests::view::allows;
use crate::requests::words;
use crate::roles;
use crate::{Caller, Control, Error, Page, Paged, Standing};

/// What somebody was given for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The request it comes from, whose name it bears.
    pub id: RequestId,
    /// Access, breaking the glass, or revealing.
    pub kind: RequestKind,
    /// Who has it.
    pub principal: PrincipalId,
    /// On what.
    pub resource: ResourceName,
    /// As which upstream account; none = as any that they may use.
    pub account: Option<String>,
    /// The policies that asked for approval; of revealing, the one that is lifted.
    pub policies: Vec<String>,
    /// What that one masked when it was asked for: people agreed to that.
    pub masks: Vec<String>,
    /// In a list, why that one masks on, though the grant is not over.
    pub unlifted: Option<&'static str>,
    /// Why it was asked for: the purpose, in the requester's words.
    pub reason: Option<String>,
    /// What people agreed to: of access, it stands in `context.approvals` of connecting.
    pub met: Vec<Requirement>,
    /// From when, microseconds since 1970 UTC.
    pub from_us: u64,
    /// Until when.
    pub until_us: u64,
    /// When and by whom it was taken back.
    pub revoked: Option<(u64, Option<PrincipalId>)>,
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            principal: row.principal,
            resource: row.resource,
            account: row.account,
            policies: row.policies,
            masks: row.masks,
            unlifted: None,
            reason: row.reason,
            met: row.met,
            from_us: row.from_us,
            until_us: row.until_us,
            revoked: row.revoked.map(|ended| (ended.at_us, ended.by)),
        }
    }
}

impl Control {
    /// Grants that the caller may see, newest first; `live` = only those that hold now or later. Their own, those they agreed
    /// to, and for auditors and administrators all.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_grants(&self, by: &Caller, live: bool, page: Page) -> Result<Paged<Grant>, Error> {
        let standing = self.standing_of(by).await?;
        if allows(by, &standing, &roles::GRANTS_READ) {
            self.reads(by, &roles::GRANTS_READ, &[]).await?;
        }
        let limit = page.limit.clamp(1, LONGEST_PAGE);
        let live_at = live.then(|| self.now());
        let rows = self.parts.store.grants(live_at, page.after, limit).await?;
        let full = u32::try_from(rows.len()).unwrap_or(u32::MAX) == limit;
        let next = rows.last().map(|row| row.id).filter(|_| full);
        let mut items = Vec::new();
        for row in rows {
            if self.may_see(by, &standing, &row).await? {
                items.push(self.with_effect(row.into()));
            }
        }
        Ok(Paged { items, next })
    }

    /// The grant, with what keeps it from giving anything by the policy in force.
    fn with_effect(&self, grant: Grant) -> Grant {
        let reveals = grant.kind == RequestKind::Reveal && grant.revoked.is_none() && grant.until_us > self.now();
        let policy = grant.policies.first().filter(|_| reveals);
        let unlifted = policy.and_then(|policy| self.parts.access.unlifted(policy, &grant.met, &grant.masks));
        Grant { unlifted, ..grant }
    }

    /// Takes a grant back at once; sessions that need it end. Its person may, who approved it may, an administrator may.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is over.
    pub async fn revoke_grant(&self, by: &Caller, id: RequestId, reason: String) -> Result<Grant, Error> {
        let reason = words(&reason, "the reason")?;
        let standing = self.standing_of(by).await?;
        let row = self.parts.store.grant(id).await?.ok_or(Error::NotFound)?;
        if !self.may_see(by, &standing, &row).await? {
            return Err(Error::NotFound);
        }
        let involved = is_theirs(&standing, &row) || self.has_agreed(&standing, id).await?;
        let rule = if involved { &roles::GRANTS_GIVE_UP } else { &roles::GRANTS_REVOKE };
        if !allows(by, &standing, rule) {
            return Err(rule.refusal());
        }
        let over = || Error::conflict(format!("grant {id} is over"));
        if row.revoked.is_some() || row.until_us <= self.now() {
            return Err(over());
        }
        let details = [("grant", id.to_string()), ("principal", row.principal.to_string()), ("reason", reason.clone())];
        self.act(by.by(), rule.name, &details).await?;
        let ended = EndedRow { at_us: self.now(), by: Some(by.id.clone()), reason: Some(reason) };
        if !self.parts.store.revoke_grant(id, &ended).await? {
            return Err(over());
        }
        self.refresh_grants().await?;
        self.changes.tell();
        Ok(self.parts.store.grant(id).await?.ok_or(Error::NotFound)?.into())
    }

    async fn may_see(&self, by: &Caller, standing: &Standing, row: &GrantRow) -> Result<bool, Error> {
        let reader = allows(by, standing, &roles::GRANTS_READ);
        Ok(reader || is_theirs(standing, row) || self.has_agreed(standing, row.id).await?)
    }

    /// Whether somebody agreed to the request of a grant.
    pub(crate) async fn has_agreed(&self, standing: &Standing, id: RequestId) -> Result<bool, Error> {
        let request = self.request_row(id).await?;
        Ok(standing.principal.kind == Kind::Human && self.behind(&request).await?.has_agreed(standing))
    }
}

fn is_theirs(standing: &Standing, row: &GrantRow) -> bool {
    match standing.principal.kind {
        Kind::Human => standing.human == row.human,
        Kind::Service { .. } | Kind::Agent { .. } => standing.principal.id == row.principal,
    }
}
