//! What the policy is told of the moment: groups as they are now, grants that hold, the time.

use std::sync::Arc;
use std::time::Duration;

use identity::{Clock, LOCAL, Local};
use model::{PrincipalId, ResourceName};
use policy::{Facts, Gives};
use ports::Later;

use crate::{Grant, Grants, RequestKind};

/// The longest sleep, in case the clock of the machine is set.
const AT_MOST: Duration = Duration::from_secs(60);

/// The facts of the moment, all from memory.
pub struct Moment {
    /// Who people are.
    pub people: Arc<Local>,
    /// What was given for a time.
    pub grants: Arc<Grants>,
    /// The wall clock.
    pub clock: Clock,
}

impl Facts for Moment {
    fn groups(&self, id: &PrincipalId, as_signed_in: &[String]) -> Arc<[String]> {
        if id.issuer == LOCAL { self.people.groups_of(id).into() } else { as_signed_in.into() }
    }

    fn grants(&self, id: &PrincipalId, resource: &ResourceName, account: &str) -> Vec<policy::Grant> {
        let now = self.now_us();
        let mut grants = self.grants.access(id, resource, account, now);
        grants.extend(self.grants.broken_glass(id, resource, now));
        grants.extend(self.grants.revealed(id, resource, now));
        grants.into_iter().map(as_policy_sees).collect()
    }

    fn changed(&self) -> Later<()> {
        let (mut people, mut grants) = (self.people.changes(), self.grants.subscribe());
        Box::pin(async move {
            // Their senders live as long as the house does.
            tokio::select! {
                _ = people.changed() => {}
                _ = grants.changed() => {}
            }
        })
    }

    fn sleep_until(&self, us: u64) -> Later<()> {
        let clock = Arc::clone(&self.clock);
        Box::pin(async move {
            while let Some(left) = us.checked_sub(clock()).filter(|left| *left > 0) {
                tokio::time::sleep(Duration::from_micros(left).min(AT_MOST)).await;
            }
        })
    }

    fn now_us(&self) -> u64 {
        (self.clock)()
    }
}

fn as_policy_sees(grant: Grant) -> policy::Grant {
    let gives = match grant.kind {
        RequestKind::BreakGlass => Gives::BrokenGlass,
        RequestKind::Reveal => {
            Gives::Reveal { policy: grant.policies.into_iter().next().unwrap_or_default(), masks: grant.masks }
        }
        // Commands have no grants.
        RequestKind::Access | RequestKind::Command => Gives::Access,
    };
    policy::Grant { gives, met: grant.met, from_us: grant.from_us, until_us: grant.until_us, purpose: grant.reason }
}
