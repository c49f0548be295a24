//! What the policy must know of the moment: groups, grants, the time. Somebody else keeps it; here it is only asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{PrincipalId, Requirement, ResourceName};
use ports::Later;

/// What a grant is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Access: what was met counts for beginning a session, never for commands.
    Access,
    /// The glass is broken: `context.break_glass` is true.
    BrokenGlass,
    /// A masking policy is lifted, while it masks nothing but what people agreed to be shown.
    Reveal {
        /// Its name.
        policy: String,
        /// The texts of its masks when it was asked for.
        masks: Vec<String>,
    },
}

/// What was asked for and agreed to, for a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it is for.
    pub gives: Gives,
    /// What humans have met.
    pub met: Vec<Requirement>,
    /// When it begins: microseconds since 1970 UTC.
    pub from_us: u64,
    /// When it ends: it is over at this very moment.
    pub until_us: u64,
    /// What it was asked for.
    pub purpose: Option<String>,
}

impl Grant {
    /// Whether it lasts at that moment.
    pub fn lasts(&self, now_us: u64) -> bool {
        self.from_us <= now_us && now_us < self.until_us
    }
}

/// Live facts. Asked for every decision, so all answers come from memory.
pub trait Facts: Send + Sync {
    /// The groups of a principal now. `as_signed_in` are those that the identity provider named at sign-in; empty when the
    /// principal is not the one who signed in (the human behind a service or an agent).
    fn groups(&self, id: &PrincipalId, as_signed_in: &[String]) -> Arc<[String]>;

    /// Grants of that principal on that resource and account that are not over; those for all accounts of a resource are
    /// among them.
    fn grants(&self, id: &PrincipalId, resource: &ResourceName, account: &str) -> Vec<Grant>;

    /// Ends at the first change of groups or grants after this call (not after the first poll).
    fn changed(&self) -> Later<()>;

    /// Ends when the clock has reached that time.
    fn sleep_until(&self, us: u64) -> Later<()>;

    /// Microseconds since 1970 UTC.
    fn now_us(&self) -> u64;
}

/// Facts that never change: for trying policies without a gateway.
#[derive(Clone, Debug, Default)]
pub struct Fixed {
    /// Groups, by principal.
    pub groups: BTreeMap<PrincipalId, Vec<String>>,
    /// Grants of everybody on everything.
    pub grants: Vec<Grant>,
    /// The time.
    pub now_us: u64,
}

impl Facts for Fixed {
    fn groups(&self, id: &PrincipalId, _: &[String]) -> Arc<[String]> {
        self.groups.get(id).map(|groups| groups.as_slice().into()).unwrap_or_default()
    }

    fn grants(&self, _: &PrincipalId, _: &ResourceName, _: &str) -> Vec<Grant> {
        self.grants.clone()
    }

    fn changed(&self) -> Later<()> {
        Box::pin(std::future::pending())
    }

    fn sleep_until(&self, _: u64) -> Later<()> {
        Box::pin(std::future::pending())
    }

    fn now_us(&self) -> u64 {
        self.now_us
    }
}
