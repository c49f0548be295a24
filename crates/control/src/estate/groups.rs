//! Who is in which group. A group is its members: one without any is no group, and means nobody.

use std::collections::BTreeMap;

use identity::Origin;
use model::PrincipalId;

use super::people::names_the_file;
use super::{Estate, names};
use crate::roles::{self, apart};
use crate::{Caller, Error};

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its members, by key.
    pub members: Vec<Membership>,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub person: PrincipalId,
    /// Since when, microseconds since 1970 UTC.
    pub since_us: u64,
    /// Who put them there: `ISSUER/SUBJECT`, or `configuration`.
    pub added_by: String,
    /// Where it stands.
    pub source: Origin,
}

impl Estate {
    /// All groups, by name.
    ///
    /// # Errors
    /// When the caller may not see them.
    pub async fn groups(&self, by: &Caller) -> Result<Vec<Group>, Error> {
        self.may(by, &roles::GROUPS_LIST).await?;
        self.write_down(by, &roles::GROUPS_LIST, &[]).await?;
        self.read_groups().await
    }

    /// Puts somebody into a group. Doing it again changes nothing: the first time counts.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when the caller answers for them.
    pub async fn add_member(&self, by: &Caller, group: &str, person: &PrincipalId) -> Result<(), Error> {
        let _one = self.changing.lock().await;
        let roll = self.may(by, &roles::GROUPS_ADD).await?;
        names::check("the name of a group", group)?;
        roll.get(person).ok_or(Error::NotFound)?;
        apart::SELF_GROUP.check(&roll, &by.id, person)?;
        self.write_down(by, &roles::GROUPS_ADD, &told(group, person)).await?;
        let membership = store::Membership {
            group: group.to_owned(),
            person: person.clone(),
            from_file: false,
            since_us: self.now(),
            added_by: by.id.to_string(),
        };
        self.parts.store.add_membership(&membership).await?;
        self.changed().await
    }

    /// Takes somebody out of a group. Approvals that they gave as its members count no more.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it stands in the configuration file.
    pub async fn remove_member(&self, by: &Caller, group: &str, person: &PrincipalId) -> Result<(), Error> {
        let _one = self.changing.lock().await;
        self.may(by, &roles::GROUPS_REMOVE).await?;
        let found = self.read_groups().await?.into_iter().find(|found| found.name == group).ok_or(Error::NotFound)?;
        let theirs = || found.members.iter().filter(|member| member.person == *person);
        if theirs().any(|member| member.source == Origin::File) {
            return Err(Error::Conflict(format!("the group {group} of {person} {}", names_the_file())));
        }
        theirs().next().ok_or(Error::NotFound)?;
        self.write_down(by, &roles::GROUPS_REMOVE, &told(group, person)).await?;
        self.parts.store.remove_membership(group, person).await?;
        self.changed().await
    }

    pub(super) async fn read_groups(&self) -> Result<Vec<Group>, Error> {
        let mut groups: BTreeMap<String, Vec<Membership>> = BTreeMap::new();
        for row in self.parts.store.memberships().await? {
            let source = if row.from_file { Origin::File } else { Origin::Store };
            let member = Membership { person: row.person, since_us: row.since_us, added_by: row.added_by, source };
            groups.entry(row.group).or_default().push(member);
        }
        Ok(groups.into_iter().map(|(name, members)| Group { name, members }).collect())
    }
}

fn told(group: &str, person: &PrincipalId) -> [(&'static str, String); 2] {
    [("group", group.to_owned()), ("person", person.to_string())]
}
