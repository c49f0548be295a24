//! The review of a broken glass: somebody who had no hand in it looks at it afterwards.

use model::{Kind, PrincipalId, RequestId};
use store::{EndedRow, GrantRow, ReviewRow};

use super::{Grant, is_theirs};
use crate::requests::view::allows;
use crate::requests::words;
use crate::roles::{self, apart};
use crate::{Caller, Control, Error, Standing};

/// A list has at most so many.
const MOST: u32 = 200;

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
    pub done: Option<(u64, Option<PrincipalId>, String)>,
}

/// A review that nobody has done yet: what one must know to see to it, and nothing of what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReview {
    /// What is to be reviewed.
    pub id: RequestId,
    /// Whose task it is.
    pub owner: PrincipalId,
    /// Until when.
    pub due_us: u64,
    /// Whether that is past.
    pub overdue: bool,
}

impl Control {
    /// Reviews of broken glass that the caller may see, those not done first, by due date. At most 200. That somebody looks
    /// at those of others is on record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list_reviews(&self, by: &Caller) -> Result<Vec<Review>, Error> {
        let standing = self.standing_of(by).await?;
        if allows(by, &standing, &roles::GLASS_READ) {
            self.reads(by, &roles::GLASS_READ, &[]).await?;
        }
        let mut reviews = Vec::new();
        for (row, grant) in self.visible_reviews(by, &standing).await? {
            reviews.push(self.review_of(row, grant.into()).await?);
        }
        Ok(reviews)
    }

    /// Those of them that nobody has done. Names and dates alone, so it leaves no record.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_reviews(&self, by: &Caller) -> Result<Vec<OpenReview>, Error> {
        let standing = self.standing_of(by).await?;
        let (now, visible) = (self.now(), self.visible_reviews(by, &standing).await?);
        let open = visible.into_iter().filter(|(row, _)| row.done.is_none());
        let open = open.map(|(row, grant)| {
            let overdue = row.due_us <= now;
            OpenReview { id: grant.id, owner: row.owner, due_us: row.due_us, overdue }
        });
        Ok(open.collect())
    }

    async fn visible_reviews(&self, by: &Caller, standing: &Standing) -> Result<Vec<(ReviewRow, GrantRow)>, Error> {
        let reader = allows(by, standing, &roles::GLASS_READ);
        let mut visible = Vec::new();
        for (id, row) in self.parts.store.reviews(MOST).await? {
            let grant = self.parts.store.grant(id).await?;
            visible.extend(grant.filter(|grant| reader || is_theirs(standing, grant)).map(|grant| (row, grant)));
        }
        Ok(visible)
    }

    /// Reviews a broken glass after its time: somebody who neither asked for it nor agreed to it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is not over yet, or reviewed already.
    pub async fn review(&self, by: &Caller, id: RequestId, findings: String) -> Result<Review, Error> {
        let findings = words(&findings, "what was found")?;
        let standing = self.standing_of(by).await?;
        let row = self.parts.store.review(id).await?.ok_or(Error::NotFound)?;
        let grant = self.parts.store.grant(id).await?.ok_or(Error::NotFound)?;
        self.may_review(by, &standing, id).await?;
        let ended = grant.revoked.as_ref().map_or(grant.until_us, |revoked| revoked.at_us);
        if ended > self.now() {
            return Err(Error::conflict("it is reviewed when it is over"));
        }
        let already = || Error::conflict("it was reviewed already");
        if row.done.is_some() {
            return Err(already());
        }
        let details =
            [("grant", id.to_string()), ("principal", grant.principal.to_string()), ("findings", findings.clone())];
        self.act(by.by(), roles::GLASS_REVIEW.name, &details).await?;
        let done = EndedRow { at_us: self.now(), by: Some(by.id.clone()), reason: Some(findings) };
        if !self.parts.store.finish_review(id, &done).await? {
            return Err(already());
        }
        self.changes.tell();
        let row = self.parts.store.review(id).await?.ok_or(Error::NotFound)?;
        self.review_of(row, grant.into()).await
    }

    async fn may_review(&self, by: &Caller, standing: &Standing, id: RequestId) -> Result<(), Error> {
        if !allows(by, standing, &roles::GLASS_REVIEW) {
            return Err(Error::NotFound);
        }
        let request = self.request_row(id).await?;
        let behind = self.behind(&request).await?;
        if behind.is_own(&request, standing) {
            return Err(Error::not_allowed(apart::SELF_REVIEW.refusal));
        }
        if behind.has_agreed(standing) {
            return Err(Error::not_allowed(apart::AGREE_REVIEW.refusal));
        }
        if standing.principal.kind != Kind::Human {
            return Err(Error::not_allowed("a person reviews it, not a service or an agent"));
        }
        Ok(())
    }

    async fn review_of(&self, row: ReviewRow, grant: Grant) -> Result<Review, Error> {
        let reason = self.request_row(grant.id).await?.reason.unwrap_or_default();
        let overdue = row.done.is_none() && row.due_us <= self.now();
        let done = row.done.map(|done| (done.at_us, done.by, done.reason.unwrap_or_default()));
        Ok(Review { grant, reason, owner: row.owner, due_us: row.due_us, overdue, done })
    }
}
