//! Who somebody is at this moment: which human answers for them, their groups and roles and since when.

use std::collections::BTreeMap;

use model::{Principal, PrincipalId};
use ports::Later;
use store::StoreError;

use crate::Role;

/// What holds of a principal at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The principal as policies see it.
    pub principal: Principal,
    /// The human who answers for it: itself with its aliases resolved, a service's owner, or whom an agent acts for.
    pub human: PrincipalId,
    /// Its groups, and since when it has been in each (microseconds since 1970 UTC).
    pub groups: BTreeMap<String, u64>,
    /// Its roles, and since when it has had each.
    pub roles: BTreeMap<Role, u64>,
}

/// Where standings are looked up. Read anew at each call, never from a cache that another gateway could outdate.
pub trait Standings: Send + Sync {
    /// The standing of that principal; none when it is not known, or was taken out.
    fn standing(&self, id: &PrincipalId) -> Later<Result<Option<Standing>, StoreError>>;
}
