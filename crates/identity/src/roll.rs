//! Everybody there is at one moment: people of the configuration file and of the store, in one list.

use std::collections::BTreeMap;

use model::{Kind, Principal, PrincipalId};
use store::{Membership, PersonRow};

use crate::{LOCAL, Person};

/// How many steps an alias or an owner may be away from the human who answers. A longer way is a circle.
const STEPS: usize = 8;

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the configuration file: only there can it be changed.
    File,
    /// In the store.
    Store,
}

/// One person, service or agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The stable key.
    pub id: PrincipalId,
    /// The name shown to people.
    pub name: String,
    /// Human, service or agent.
    pub kind: Kind,
    /// The same human being under another key.
    pub same_person_as: Option<PrincipalId>,
    /// Disabled since.
    pub disabled_us: Option<u64>,
    /// Where the entry stands.
    pub origin: Origin,
    /// Their groups, and since when they are in each.
    pub groups: BTreeMap<String, u64>,
    /// Their roles, and since when they have each: 0 for those of the configuration file.
    pub roles: BTreeMap<String, u64>,
}

/// Everybody. Names are compared byte by byte; who is not in it is nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll(BTreeMap<PrincipalId, Member>);

/// What the store adds to the people of the file.
pub(crate) struct Kept {
    pub(crate) people: Vec<PersonRow>,
    pub(crate) memberships: Vec<Membership>,
    pub(crate) roles: Vec<(PrincipalId, String, u64)>,
}

impl Roll {
    /// One list of both. Who stands in the file is what the file says; but disabled in the store is disabled.
    pub(crate) fn new(file: &[Person], kept: Kept) -> Self {
        let mut roll = Self::default();
        for row in kept.people {
            roll.0.insert(row.id.clone(), of_store(row));
        }
        for person in file {
            let mut member = of_file(person);
            member.disabled_us = roll.0.get(&member.id).and_then(|kept| kept.disabled_us);
            roll.0.insert(member.id.clone(), member);
        }
        for Membership { group, person, from_file, since_us, .. } in kept.memberships {
            let Some(member) = roll.0.get_mut(&person) else { continue };
            // What the file says of groups is believed of the file alone, which another gateway may have in another version.
            if from_file {
                member.groups.entry(group).and_modify(|since| *since = since_us);
            } else {
                let since = member.groups.entry(group).or_insert(since_us);
                *since = since_us.min(*since);
            }
        }
        for (id, role, since_us) in kept.roles {
            if let Some(member) = roll.0.get_mut(&id) {
                member.roles.entry(role).or_insert(since_us);
            }
        }
        roll
    }

    /// Everybody, by key.
    pub fn all(&self) -> impl Iterator<Item = &Member> {
        self.0.values()
    }

    /// The entry of that key.
    pub fn get(&self, id: &PrincipalId) -> Option<&Member> {
        self.0.get(id)
    }

    /// The human who answers for somebody: themselves with aliases resolved, a service's owner, whom an agent acts for.
    /// None when nobody does.
    pub fn human(&self, id: &PrincipalId) -> Option<PrincipalId> {
        self.chain(id).and_then(|chain| chain.last().map(|member| member.id.clone()))
    }

    /// Whether somebody may be here at all: they are listed and not disabled, and so is everybody who answers for them.
    pub fn is_live(&self, id: &PrincipalId) -> bool {
        self.chain(id).is_some_and(|chain| chain.iter().all(|member| member.disabled_us.is_none()))
    }

    /// The principal of that key, when it may be here.
    pub fn principal(&self, id: &PrincipalId) -> Option<Principal> {
        let Member { id, name, kind, groups, .. } = self.get(id).filter(|_| self.is_live(id))?;
        let groups = groups.keys().cloned().collect();
        Some(Principal { id: id.clone(), name: name.clone(), kind: kind.clone(), groups })
    }

    /// From somebody to the human who answers for them.
    fn chain(&self, id: &PrincipalId) -> Option<Vec<&Member>> {
        let mut chain = vec![self.get(id)?];
        while let Some(next) = chain.last().and_then(|member| answers(member)) {
            if chain.len() >= STEPS {
                return None;
            }
            chain.push(self.get(next)?);
        }
        Some(chain)
    }
}

/// Who answers for them, when it is somebody else.
fn answers(member: &Member) -> Option<&PrincipalId> {
    match &member.kind {
        Kind::Human => member.same_person_as.as_ref(),
        Kind::Service { owner } => Some(owner),
        Kind::Agent { on_behalf_of } => Some(on_behalf_of),
    }
}

fn of_file(person: &Person) -> Member {
    Member {
        id: PrincipalId { issuer: LOCAL.to_owned(), subject: person.name.clone() },
        name: person.name.clone(),
        kind: Kind::Human,
        same_person_as: None,
        disabled_us: None,
        origin: Origin::File,
        // Until it is known since when: never long enough.
        groups: person.groups.iter().map(|group| (group.clone(), u64::MAX)).collect(),
        roles: person.roles.iter().map(|role| (role.clone(), 0)).collect(),
    }
}

fn of_store(row: PersonRow) -> Member {
    let PersonRow { id, name, kind, same_person_as, disabled_us, .. } = row;
    let (groups, roles) = (BTreeMap::new(), BTreeMap::new());
    Member { id, name, kind, same_person_as, disabled_us, origin: Origin::Store, groups, roles }
}
