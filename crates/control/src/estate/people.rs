//! People, service accounts and agents, and their roles.

use std::collections::BTreeSet;

use identity::{LOCAL, Member, Origin, Roll};
use model::{Kind, PrincipalId};
use store::PersonRow;

use super::{Estate, names, standings};
use crate::roles::{self, apart};
use crate::{Caller, Error, Role};

/// Somebody as they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The stable key.
    pub id: PrincipalId,
    /// The name shown to people.
    pub name: String,
    /// Human, service or agent.
    pub kind: Kind,
    /// The same human being under another key.
    pub same_person_as: Option<PrincipalId>,
    /// Their groups.
    pub groups: Vec<String>,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// Disabled since.
    pub disabled_us: Option<u64>,
    /// Whether they may be here: neither they nor whoever answers for them is disabled.
    pub live: bool,
    /// Where the entry stands.
    pub source: Origin,
}

/// Somebody new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// The stable key. With the issuer `local` the subject is what they type at sign-in.
    pub id: PrincipalId,
    /// The name shown to people.
    pub name: String,
    /// Human, service or agent. An owner, or whom an agent acts for, must be a human who is listed.
    pub kind: Kind,
    /// The same human being under another key, which must be listed.
    pub same_person_as: Option<PrincipalId>,
}

/// What is to be changed of somebody; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonChange {
    /// The name shown to people.
    pub name: Option<String>,
    /// Human, service or agent.
    pub kind: Option<Kind>,
    /// The same human being under another key; `Some(None)` = nobody else.
    pub same_person_as: Option<Option<PrincipalId>>,
    /// Whether they are disabled: their sessions end, and those of whom they answer for.
    pub disabled: Option<bool>,
}

impl Estate {
    /// The caller themselves.
    ///
    /// # Errors
    /// When the store fails, or they may not be here.
    pub async fn myself(&self, by: &Caller) -> Result<Person, Error> {
        let roll = self.parts.people.fresh().await?;
        roll.get(&by.id)
            .filter(|member| roll.is_live(&member.id))
            .map(|member| shown(&roll, member))
            .ok_or(Error::NotFound)
    }

    /// Everybody, by key.
    ///
    /// # Errors
    /// When the caller may not see them.
    pub async fn people(&self, by: &Caller) -> Result<Vec<Person>, Error> {
        let roll = self.may(by, &roles::PEOPLE_LIST).await?;
        self.write_down(by, &roles::PEOPLE_LIST, &[]).await?;
        Ok(roll.all().map(|member| shown(&roll, member)).collect())
    }

    /// Adds somebody. They begin with nothing: no group, no role, no token.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is somebody of that key.
    pub async fn add_person(&self, by: &Caller, new: NewPerson) -> Result<Person, Error> {
        let _one = self.changing.lock().await;
        let roll = self.may(by, &roles::PEOPLE_ADD).await?;
        names::check_person(&new.id)?;
        if let Some(member) = roll.get(&new.id) {
            return Err(Error::Conflict(format!("there is {} already{}", new.id, in_file(member))));
        }
        let NewPerson { id, name, kind, same_person_as } = new;
        let row = PersonRow { id, name, kind, same_person_as, disabled_us: None, added_us: self.now() };
        check(&roll, &row)?;
        self.write_down(by, &roles::PEOPLE_ADD, &told(&row)).await?;
        if !self.parts.store.add_person(&row).await? {
            return Err(Error::Conflict(format!("there is {} already", row.id)));
        }
        self.now_shown(&row.id).await
    }

    /// Changes somebody: also disables them, and takes that back.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when the caller answers for them, before or after: nobody changes who they themselves are.
    pub async fn change_person(&self, by: &Caller, id: &PrincipalId, change: PersonChange) -> Result<Person, Error> {
        let _one = self.changing.lock().await;
        let roll = self.may(by, &roles::PEOPLE_CHANGE).await?;
        let before = self.row(&roll, id).await?;
        let mut row = before.clone();
        row.name = change.name.unwrap_or(row.name);
        row.kind = change.kind.unwrap_or(row.kind);
        row.same_person_as = change.same_person_as.unwrap_or(row.same_person_as);
        row.disabled_us = match change.disabled {
            None => row.disabled_us,
            Some(false) => None,
            Some(true) => Some(row.disabled_us.unwrap_or(self.now())),
        };
        check(&roll, &row)?;
        if (&row.kind, &row.same_person_as, row.disabled_us)
            != (&before.kind, &before.same_person_as, before.disabled_us)
        {
            apart::SELF_CHANGE.check(&roll, &by.id, id)?;
            // Nor does anybody make somebody who has something their own.
            let after = answerer(&row.kind, row.same_person_as.as_ref()).unwrap_or(id);
            apart::SELF_CHANGE.check(&roll, &by.id, after)?;
        }
        self.write_down(by, &roles::PEOPLE_CHANGE, &told(&row)).await?;
        if !self.parts.store.change_person(&row).await? {
            return Err(Error::Conflict(format!("{id} was changed meanwhile; look again")));
        }
        self.now_shown(id).await
    }

    /// Removes somebody with their groups and roles, and revokes their tokens. Their sessions end.
    ///
    /// # Errors
    /// [`Error::Conflict`] while they answer for somebody.
    pub async fn remove_person(&self, by: &Caller, id: &PrincipalId) -> Result<(), Error> {
        let _one = self.changing.lock().await;
        let roll = self.may(by, &roles::PEOPLE_REMOVE).await?;
        let row = self.row(&roll, id).await?;
        apart::SELF_CHANGE.check(&roll, &by.id, id)?;
        if let Some(other) = roll.all().find(|other| answers(other) == Some(id)) {
            return Err(Error::Conflict(format!("{id} answers for {}; change or remove that first", other.id)));
        }
        self.write_down(by, &roles::PEOPLE_REMOVE, &told(&row)).await?;
        let tokens_of = (id.issuer == LOCAL).then_some(id.subject.as_str());
        self.parts.store.remove_person(id, tokens_of, self.now()).await?;
        self.changed().await
    }

    /// Gives somebody a role. Giving it again changes nothing.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] when the caller answers for them.
    pub async fn give_role(&self, by: &Caller, to: &PrincipalId, role: Role) -> Result<Person, Error> {
        let _one = self.changing.lock().await;
        let roll = self.may(by, &roles::ROLES_GIVE).await?;
        let member = roll.get(to).ok_or(Error::NotFound)?;
        apart::SELF_ROLE.check(&roll, &by.id, to)?;
        if role == Role::User {
            return Err(Error::Invalid("everybody is a user".to_owned()));
        }
        if role == Role::Approver && member.kind != Kind::Human {
            return Err(Error::Invalid("only humans approve".to_owned()));
        }
        self.write_down(by, &roles::ROLES_GIVE, &[("person", to.to_string()), ("role", role.to_string())]).await?;
        self.parts.store.give_role(to, role.as_str(), &by.id.to_string(), self.now()).await?;
        self.now_shown(to).await
    }

    /// Takes a role from somebody. It ends at once, in what they are doing too.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it stands in the configuration file.
    pub async fn take_role(&self, by: &Caller, from: &PrincipalId, role: Role) -> Result<Person, Error> {
        let _one = self.changing.lock().await;
        let roll = self.may(by, &roles::ROLES_TAKE).await?;
        let member = roll.get(from).ok_or(Error::NotFound)?;
        let since = member.roles.get(role.as_str());
        if member.origin == Origin::File && since == Some(&0) {
            return Err(Error::Conflict(format!("the role {role} of {from} {}", names_the_file())));
        }
        self.write_down(by, &roles::ROLES_TAKE, &[("person", from.to_string()), ("role", role.to_string())]).await?;
        self.parts.store.take_role(from, role.as_str()).await?;
        self.now_shown(from).await
    }

    /// The entry of somebody who can be changed here.
    async fn row(&self, roll: &Roll, id: &PrincipalId) -> Result<PersonRow, Error> {
        let member = roll.get(id).ok_or(Error::NotFound)?;
        if member.origin == Origin::File {
            return Err(Error::Conflict(format!("{id} {}", names_the_file())));
        }
        self.parts.store.people().await?.into_iter().find(|row| row.id == *id).ok_or(Error::NotFound)
    }

    async fn now_shown(&self, id: &PrincipalId) -> Result<Person, Error> {
        self.changed().await?;
        let roll = self.parts.people.fresh().await?;
        roll.get(id).map(|member| shown(&roll, member)).ok_or(Error::NotFound)
    }
}

/// Whether the entry makes sense among the others.
fn check(roll: &Roll, row: &PersonRow) -> Result<(), Error> {
    names::check("a name", &row.name)?;
    let listed = |id: &PrincipalId| {
        let human = roll.get(id).is_some_and(|member| member.kind == Kind::Human);
        if human && *id != row.id {
            Ok(())
        } else {
            Err(Error::Invalid(format!("{id} is no other human who is listed")))
        }
    };
    match &row.kind {
        Kind::Human => {}
        _ if row.same_person_as.is_some() => {
            return Err(Error::Invalid("only humans are the same person as somebody".to_owned()));
        }
        _ if roll.all().any(|other| answers(other) == Some(&row.id)) => {
            return Err(Error::Invalid("who answers for others is human".to_owned()));
        }
        Kind::Service { owner: human } | Kind::Agent { on_behalf_of: human } => listed(human)?,
    }
    let Some(same) = &row.same_person_as else { return Ok(()) };
    listed(same)?;
    // One step is enough for everybody: the person that all the others are.
    let is_alias = roll.get(same).is_some_and(|member| member.same_person_as.is_some());
    if is_alias || roll.all().any(|other| other.same_person_as.as_ref() == Some(&row.id)) {
        return Err(Error::Invalid("name the same one of the keys of a person in each of the others".to_owned()));
    }
    Ok(())
}

fn answers(member: &Member) -> Option<&PrincipalId> {
    answerer(&member.kind, member.same_person_as.as_ref())
}

fn answerer<'a>(kind: &'a Kind, same_person_as: Option<&'a PrincipalId>) -> Option<&'a PrincipalId> {
    match kind {
        Kind::Human => same_person_as,
        Kind::Service { owner } => Some(owner),
        Kind::Agent { on_behalf_of } => Some(on_behalf_of),
    }
}

fn shown(roll: &Roll, member: &Member) -> Person {
    let mut roles: BTreeSet<Role> = member.roles.keys().filter_map(|word| word.parse().ok()).collect();
    roles.extend(standings::roles_of(roll, &member.id).into_keys());
    Person {
        id: member.id.clone(),
        name: member.name.clone(),
        kind: member.kind.clone(),
        same_person_as: member.same_person_as.clone(),
        groups: member.groups.keys().cloned().collect(),
        roles,
        disabled_us: member.disabled_us,
        live: roll.is_live(&member.id),
        source: member.origin,
    }
}

fn told(row: &PersonRow) -> Vec<(&'static str, String)> {
    let mut details = vec![("person", row.id.to_string()), ("name", row.name.clone())];
    match &row.kind {
        Kind::Human => details.push(("kind", "human".to_owned())),
        Kind::Service { owner } => details.extend([("kind", "service".to_owned()), ("owner", owner.to_string())]),
        Kind::Agent { on_behalf_of } => {
            details.extend([("kind", "agent".to_owned()), ("on_behalf_of", on_behalf_of.to_string())]);
        }
    }
    details.extend(row.same_person_as.iter().map(|same| ("same_person_as", same.to_string())));
    details.push(("disabled", row.disabled_us.is_some().to_string()));
    details
}

fn in_file(member: &Member) -> &'static str {
    if member.origin == Origin::File { ", in the configuration file" } else { "" }
}

/// The end of a sentence about something that cannot be changed here.
pub(super) fn names_the_file() -> &'static str {
    "stands in the configuration file: change it there, and restart the gateway"
}
