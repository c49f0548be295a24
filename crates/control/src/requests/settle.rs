//! What follows when enough people have agreed.

use model::{By, RequestId};
use store::{EndedRow, GrantRow, Move, RequestKind, RequestRow, RequestState, ReviewRow};

use super::decide::about;
use crate::{Control, Error};

/// A broken glass is to be reviewed within so many days after its end.
const REVIEW_WITHIN_US: u64 = 7 * 24 * 3600 * 1_000_000;

impl Control {
    /// Approves a request that enough people have agreed to. Does nothing when it waits for more, or no more.
    pub(super) async fn settle(&self, id: RequestId) -> Result<(), Error> {
        let Some(row) = self.parts.store.request(id).await? else { return Ok(()) };
        if row.state != RequestState::Pending {
            return Ok(());
        }
        let tally = self.tally(&row).await?;
        if !tally.enough {
            return Ok(());
        }
        if row.kind == RequestKind::Command {
            self.approved(&row).await?;
        } else {
            self.give(&row, tally.met).await?;
        }
        self.changes.tell();
        Ok(())
    }

    /// The one who waits uses it, once.
    async fn approved(&self, row: &RequestRow) -> Result<(), Error> {
        let at_us = self.now();
        let ended = EndedRow { at_us, by: None, reason: None };
        let step = Move { from: &[RequestState::Pending], to: RequestState::Approved, alive_at: Some(at_us), ended };
        self.parts.store.move_request(row.id, &step).await?;
        Ok(())
    }

    /// What was asked for holds from now on, or from when it was asked for; never longer than asked for.
    async fn give(&self, row: &RequestRow, met: Vec<model::Requirement>) -> Result<(), Error> {
        let now = self.now();
        let from_us = row.from_us.unwrap_or(now);
        let until_us = from_us.saturating_add(row.lasts_us.unwrap_or_default());
        let grant = GrantRow {
            id: row.id,
            kind: row.kind,
            principal: row.requester.clone(),
            human: row.human.clone(),
            resource: row.resource.clone(),
            account: row.account.clone(),
            policies: row.policies.clone(),
            masks: row.masks.clone(),
            reason: row.reason.clone(),
            met,
            from_us: from_us.max(now),
            until_us,
            revoked: None,
        };
        let due_us = until_us.saturating_add(REVIEW_WITHIN_US);
        let review = row.reviewer.clone().map(|owner| ReviewRow { owner, due_us, done: None });
        let mut details = about(row);
        details.push(("from_us", grant.from_us.to_string()));
        details.push(("until_us", until_us.to_string()));
        let by = By::Gateway { gateway: "enough people agreed" };
        self.act(by, "grant.give", &details).await?;
        if self.parts.store.approve_with_grant(row.id, &grant, review.as_ref(), now).await? {
            self.refresh_grants().await?;
        }
        Ok(())
    }
}
