//! Asking for access, and to break the glass.

use std::sync::Arc;
use std::time::Duration;

use model::{Kind, PrincipalId, Resource};
use store::{RequestKind, RequestRow, RequestState};

use super::decide::about;
use super::view::allows;
use super::{AccessTerms, AccessWish, BreakGlassWish, MOST_WAITING, Request, words};
use crate::roles;
use crate::{Caller, Control, Error, Standing};

/// The longest access that can be asked for.
const LONGEST_ACCESS: Duration = Duration::from_secs(7 * 24 * 3600);
/// The longest time for which a glass can be broken.
const LONGEST_BREAK_GLASS: Duration = Duration::from_secs(4 * 3600);
/// The shortest time of either.
const SHORTEST: Duration = Duration::from_secs(60);
/// Access is asked for at most so long before it begins.
const EARLIEST_US: u64 = 30 * 24 * 3600 * 1_000_000;
/// How long two people are waited for who agree to break the glass.
const GLASS_WAITS: Duration = Duration::from_secs(3600);

impl Control {
    /// Asks for access for a time. Anybody may ask; the policy says who must agree.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when the policy would let them in anyway, or never; [`Error::TooMany`] when too much waits already.
    pub async fn create_access(&self, by: &Caller, wish: AccessWish) -> Result<Request, Error> {
        let reason = words(&wish.reason, "the reason")?;
        let lasts_us = lasting(wish.lasts, LONGEST_ACCESS)?;
        self.begins_in_time(wish.from_us, lasts_us)?;
        let standing = self.standing_of(by).await?;
        let not_for_you = || Error::not_allowed("no such resource or account, or you may not use it");
        let resource = self.parts.resources.named(&wish.resource).ok_or_else(not_for_you)?;
        let account = resource.account(wish.account.as_deref()).ok_or_else(not_for_you)?;
        let needed = self.parts.access.terms(by, &standing, &resource, account);
        let AccessTerms { terms, policies, policy_version, .. } =
            needed.map_err(|reason| Error::not_allowed(reason.message))?;
        if terms.requirements.is_empty() {
            return Err(Error::not_allowed("the policy names nobody who could agree"));
        }
        let blank = self.blank(RequestKind::Access, by, &standing, &resource, terms.expires);
        let row = RequestRow {
            account: Some(account.name.clone()),
            policies,
            policy_version,
            requirements: terms.requirements,
            reason: Some(reason),
            from_us: wish.from_us,
            lasts_us: Some(lasts_us),
            ..blank
        };
        self.create(by, &standing, row).await
    }

    /// Asks to break the glass on a resource: two other people must agree, and somebody else reviews it afterwards.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too long, has no reason, or nobody to review it.
    pub async fn create_break_glass(&self, by: &Caller, wish: BreakGlassWish) -> Result<Request, Error> {
        let reason = words(&wish.reason, "the reason")?;
        let lasts_us = lasting(wish.lasts, LONGEST_BREAK_GLASS)?;
        let standing = self.standing_of(by).await?;
        if standing.principal.kind != Kind::Human {
            return Err(Error::not_allowed("only people break the glass, not services and agents"));
        }
        let unknown = || Error::not_allowed("no such resource, or you may not use it");
        let resource = self.parts.resources.named(&wish.resource).ok_or_else(unknown)?;
        self.can_review(&wish.reviewer, &standing).await?;
        let blank = self.blank(RequestKind::BreakGlass, by, &standing, &resource, GLASS_WAITS);
        let row = RequestRow { reason: Some(reason), lasts_us: Some(lasts_us), reviewer: Some(wish.reviewer), ..blank };
        self.create(by, &standing, row).await
    }

    fn begins_in_time(&self, from_us: Option<u64>, lasts_us: u64) -> Result<(), Error> {
        let now = self.now();
        let over = from_us.is_some_and(|from| from.saturating_add(lasts_us) <= now);
        if over || from_us.is_some_and(|from| from > now.saturating_add(EARLIEST_US)) {
            return Err(Error::Invalid("the time asked for is over, or more than 30 days ahead".to_owned()));
        }
        Ok(())
    }

    async fn can_review(&self, reviewer: &PrincipalId, requester: &Standing) -> Result<(), Error> {
        let found = self.parts.standings.standing(reviewer).await?;
        let fit = found.is_some_and(|found| {
            found.principal.kind == Kind::Human
                && found.human != requester.human
                && roles::GLASS_REVIEW.roles.iter().any(|role| found.roles.contains_key(role))
        });
        let why = "the reviewer is somebody else, a person with the role auditor, approver or administrator";
        fit.then_some(()).ok_or_else(|| Error::Invalid(why.to_owned()))
    }

    /// What all requests of callers have in common.
    pub(super) fn blank(
        &self,
        kind: RequestKind,
        by: &Caller,
        standing: &Standing,
        resource: &Arc<Resource>,
        waits: Duration,
    ) -> RequestRow {
        let created_us = self.now();
        RequestRow {
            id: self.request_id(),
            kind,
            state: RequestState::Pending,
            revision: 0,
            gateway: self.parts.gateway.clone(),
            run: self.parts.run,
            requester: by.id.clone(),
            requester_name: standing.principal.name.clone(),
            human: standing.human.clone(),
            resource: resource.name.clone(),
            account: None,
            database: None,
            client: by.client.to_string(),
            program: None,
            policies: Vec::new(),
            masks: Vec::new(),
            policy_version: String::new(),
            requirements: Vec::new(),
            created_us,
            expires_us: created_us.saturating_add(micros(waits)),
            command: None,
            reason: None,
            from_us: None,
            lasts_us: None,
            reviewer: None,
            ended: None,
            approvals: Vec::new(),
        }
    }

    pub(super) async fn create(&self, by: &Caller, standing: &Standing, row: RequestRow) -> Result<Request, Error> {
        if !allows(by, standing, &roles::REQUESTS_MAKE) {
            return Err(roles::REQUESTS_MAKE.refusal());
        }
        let too_many = || {
            Error::TooMany(format!(
                "{MOST_WAITING} of your requests wait already: withdraw some, or wait for decisions"
            ))
        };
        if self.parts.store.waiting_of(&row.human, row.created_us).await? >= MOST_WAITING {
            return Err(too_many());
        }
        let mut details = about(&row);
        details.extend(row.reason.clone().map(|reason| ("reason", reason)));
        details.extend(row.lasts_us.map(|lasts| ("lasts_us", lasts.to_string())));
        details.extend(row.reviewer.as_ref().map(|reviewer| ("reviewer", reviewer.to_string())));
        self.act(by.by(), roles::REQUESTS_MAKE.name, &details).await?;
        if !self.parts.store.create_request(&row, MOST_WAITING).await? {
            return Err(too_many());
        }
        self.changes.tell();
        let row = self.request_row(row.id).await?;
        let behind = self.behind(&row).await?;
        self.view(by, standing, row, &behind)
    }
}

pub(super) fn lasting(lasts: Duration, longest: Duration) -> Result<u64, Error> {
    if lasts < SHORTEST || lasts > longest {
        let hours = longest.as_secs() / 3600;
        return Err(Error::Invalid(format!("it lasts at least a minute and at most {hours} hours")));
    }
    Ok(micros(lasts))
}

pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
