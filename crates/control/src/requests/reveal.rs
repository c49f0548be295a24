//! Asking to be shown for a time what one policy masks.

use std::time::Duration;

use store::{RequestKind, RequestRow};

use super::create::lasting;
use super::{AccessTerms, Request, RevealWish, words};
use crate::{Caller, Control, Error};

/// The longest that can be asked for.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Control {
    /// Asks that one policy masks nothing for the caller on a resource, for a time. Whom that policy names in its `@approve`
    /// must agree, as for any other request. What it masks now is what they agree to: no more is shown when it masks more later.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when the caller may not use the resource, or nobody can agree to it.
    pub async fn create_reveal(&self, by: &Caller, wish: RevealWish) -> Result<Request, Error> {
        let reason = words(&wish.reason, "the reason")?;
        let lasts_us = lasting(wish.lasts, LONGEST)?;
        let standing = self.standing_of(by).await?;
        let unknown = || Error::not_allowed("no such resource, or you may not use it");
        let resource = self.parts.resources.named(&wish.resource).ok_or_else(unknown)?;
        let needed = self.parts.access.to_reveal(by, &standing, &resource, &wish.policy);
        let AccessTerms { terms, policies, masks, policy_version } =
            needed.map_err(|reason| Error::not_allowed(reason.message))?;
        let row = RequestRow {
            policies,
            masks,
            policy_version,
            requirements: terms.requirements,
            reason: Some(reason),
            lasts_us: Some(lasts_us),
            ..self.blank(RequestKind::Reveal, by, &standing, &resource, terms.expires)
        };
        self.create(by, &standing, row).await
    }
}
