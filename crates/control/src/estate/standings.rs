//! Who somebody is at this moment, for those who decide by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use identity::Roll;
use model::PrincipalId;
use ports::Later;
use store::StoreError;

use super::Estate;
use crate::{Role, Standing, Standings};

impl Standings for Estate {
    fn standing(&self, id: &PrincipalId) -> Later<Result<Option<Standing>, StoreError>> {
        let (people, id) = (Arc::clone(&self.parts.people), id.clone());
        Box::pin(async move { Ok(standing(&*people.fresh().await?, &id)) })
    }
}

pub(super) fn standing(roll: &Roll, id: &PrincipalId) -> Option<Standing> {
    let (principal, human, member) = (roll.principal(id)?, roll.human(id)?, roll.get(id)?);
    Some(Standing { principal, human, groups: member.groups.clone(), roles: roles_of(roll, id) })
}

/// The roles of somebody who may be here, and since when they have each. Everybody is a user.
pub(super) fn roles_of(roll: &Roll, id: &PrincipalId) -> BTreeMap<Role, u64> {
    let Some(member) = roll.get(id).filter(|_| roll.is_live(id)) else { return BTreeMap::new() };
    let mut roles = BTreeMap::from([(Role::User, 0)]);
    roles.extend(member.roles.iter().filter_map(|(word, since)| Some((word.parse().ok()?, *since))));
    roles
}
