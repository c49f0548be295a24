//! Deciding requests: one at a time, each decision durable before the row changes.

use model::RequestId;
use store::{ApprovalRow, EndedRow, Move, RequestKind, RequestRow, RequestState};

use super::entitled::{Behind, rule_for};
use super::{Request, words};
use crate::roles;
use crate::{Caller, Control, Error, Standing};

/// An approver may agree to so many requests a minute: nobody reads faster.
const APPROVALS_A_MINUTE: u32 = 30;
const MINUTE_US: u64 = 60_000_000;

impl Control {
    /// Agrees to a request: of whichever kind. Agreeing again changes nothing and is no error.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] with what is in the way; [`Error::Conflict`] when it waits no more; [`Error::TooMany`] when the
    /// caller approves faster than anybody reads.
    pub async fn approve(&self, by: &Caller, id: RequestId, note: Option<String>) -> Result<Request, Error> {
        let note = note.map(|note| words(&note, "the note")).transpose()?;
        let _one_at_a_time = self.deciding.lock().await;
        let standing = self.standing_of(by).await?;
        let (row, behind) = self.seen(by, &standing, id).await?;
        if !behind.has_agreed(&standing) {
            self.waits_for(by, &standing, &row, &behind)?;
            self.not_too_fast(&standing).await?;
            let meets: Vec<_> = Behind::meets(&row, &standing).iter().map(ToString::to_string).collect();
            let mut details = about(&row);
            details.push(("meets", meets.join(", ")));
            details.extend(note.clone().map(|note| ("note", note)));
            self.act(by.by(), rule_for(row.kind).name, &details).await?;
            let approval = ApprovalRow { human: standing.human.clone(), by: by.id.clone(), at_us: self.now(), note };
            if !self.parts.store.add_approval(id, &approval).await? {
                return Err(no_longer_waits(&row));
            }
            self.changes.tell();
        }
        self.settle(id).await?;
        self.shown(by, &standing, id).await
    }

    /// Says no, for a reason that the requester is told. One who may approve may reject; one rejection ends the request.
    ///
    /// # Errors
    /// As with `approve`.
    pub async fn reject(&self, by: &Caller, id: RequestId, reason: String) -> Result<Request, Error> {
        let reason = words(&reason, "the reason")?;
        let _one_at_a_time = self.deciding.lock().await;
        let standing = self.standing_of(by).await?;
        let (row, behind) = self.seen(by, &standing, id).await?;
        self.waits_for(by, &standing, &row, &behind)?;
        let mut details = about(&row);
        details.push(("reason", reason.clone()));
        self.act(by.by(), roles::REQUESTS_REJECT.name, &details).await?;
        let at_us = self.now();
        let ended = EndedRow { at_us, by: Some(by.id.clone()), reason: Some(reason) };
        let step = Move { from: &[RequestState::Pending], to: RequestState::Rejected, alive_at: Some(at_us), ended };
        self.step(&row, &step).await?;
        self.shown(by, &standing, id).await
    }

    /// Takes one's own request back, or that of one's service or agent.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is decided already.
    pub async fn withdraw(&self, by: &Caller, id: RequestId) -> Result<Request, Error> {
        let _one_at_a_time = self.deciding.lock().await;
        let standing = self.standing_of(by).await?;
        let (row, behind) = self.seen(by, &standing, id).await?;
        if !behind.is_own(&row, &standing) {
            return Err(Error::not_allowed("only who asked takes a request back"));
        }
        let from: &[RequestState] = match row.kind {
            RequestKind::Command => &[RequestState::Pending, RequestState::Approved],
            _ => &[RequestState::Pending],
        };
        if !from.contains(&row.state) {
            return Err(no_longer_waits(&row));
        }
        self.act(by.by(), roles::REQUESTS_WITHDRAW.name, &about(&row)).await?;
        let ended = EndedRow { at_us: self.now(), by: Some(by.id.clone()), reason: None };
        self.step(&row, &Move { from, to: RequestState::Withdrawn, alive_at: None, ended }).await?;
        self.shown(by, &standing, id).await
    }

    /// The request, if the caller may know of it.
    async fn seen(&self, by: &Caller, standing: &Standing, id: RequestId) -> Result<(RequestRow, Behind), Error> {
        let row = self.parts.store.request(id).await?.ok_or(Error::NotFound)?;
        let behind = self.behind(&row).await?;
        self.sight(by, standing, &row, &behind).ok_or(Error::NotFound)?;
        Ok((row, behind))
    }

    /// Whether it waits, and for a decision of theirs.
    fn waits_for(&self, by: &Caller, standing: &Standing, row: &RequestRow, behind: &Behind) -> Result<(), Error> {
        behind.may_decide(row, standing, &by.roles).map_err(Error::not_allowed)?;
        if row.state != RequestState::Pending || row.expires_us <= self.now() {
            return Err(no_longer_waits(row));
        }
        let end = row.from_us.zip(row.lasts_us).map(|(from, lasts)| from.saturating_add(lasts));
        if end.is_some_and(|end| end <= self.now()) {
            return Err(Error::conflict("the time that it asks for is over"));
        }
        Ok(())
    }

    async fn not_too_fast(&self, standing: &Standing) -> Result<(), Error> {
        let since = self.now().saturating_sub(MINUTE_US);
        if self.parts.store.approvals_by(&standing.human, since).await? >= APPROVALS_A_MINUTE {
            let why =
                format!("you have approved {APPROVALS_A_MINUTE} requests within a minute: read on, and try again");
            return Err(Error::TooMany(why));
        }
        Ok(())
    }

    async fn step(&self, row: &RequestRow, step: &Move<'_>) -> Result<(), Error> {
        if !self.parts.store.move_request(row.id, step).await? {
            return Err(no_longer_waits(row));
        }
        self.changes.tell();
        Ok(())
    }

    /// The request as it is after an act.
    async fn shown(&self, by: &Caller, standing: &Standing, id: RequestId) -> Result<Request, Error> {
        let (row, behind) = self.seen(by, standing, id).await?;
        self.view(by, standing, row, &behind)
    }
}

fn no_longer_waits(row: &RequestRow) -> Error {
    Error::conflict(format!("request {} does not wait for a decision any more", row.id))
}

/// What records say of a request.
pub(super) fn about(row: &RequestRow) -> Vec<(&'static str, String)> {
    let mut about = vec![
        ("request", row.id.to_string()),
        ("kind", row.kind.as_str().to_owned()),
        ("requester", row.requester.to_string()),
        ("resource", row.resource.to_string()),
    ];
    about.extend(row.account.clone().map(|account| ("account", account)));
    about.extend((row.kind == RequestKind::Reveal).then(|| ("policy", row.policies.join(", "))));
    about.extend(row.command.as_ref().map(|command| ("session", command.session.to_string())));
    about.extend(row.command.as_ref().map(|command| ("command", command.number.to_string())));
    about
}
