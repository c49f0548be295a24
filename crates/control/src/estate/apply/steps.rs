//! The steps from what is to what a file says.

use std::collections::{BTreeMap, BTreeSet};

use identity::{Member, Origin, Roll};
use model::{Kind as Being, PrincipalId, ResourceName};
use store::{ResourceRow, SecretRow};

use super::super::people::{NewPerson, PersonChange, names_the_file};
use super::super::plan::Drift;
use super::super::{Estate, NewResource, NewSecret};
use super::document::{Document, Listed};
use crate::{Error, Role};

/// Which list of the plan a step stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Create,
    Change,
    Remove,
}

/// One step.
pub(super) struct Step {
    pub(super) kind: Kind,
    pub(super) drift: Drift,
    pub(super) way: Way,
}

/// How a step is done.
pub(super) enum Way {
    AddPerson(NewPerson),
    ChangePerson(PrincipalId, PersonChange),
    RemovePerson(PrincipalId),
    GiveRole(PrincipalId, Role),
    TakeRole(PrincipalId, Role),
    AddMember(String, PrincipalId),
    RemoveMember(String, PrincipalId),
    AddResource(Box<NewResource>),
    ChangeResource(Box<NewResource>),
    RemoveResource(ResourceName),
}

/// The steps as they are found, and what needs none. What is taken away comes at the end, and of people those first who
/// answer for nobody.
#[derive(Default)]
struct Steps {
    first: Vec<Step>,
    last: Vec<Step>,
    unchanged: usize,
}

impl Steps {
    fn add(&mut self, kind: Kind, drift: Drift, way: Way) {
        let list = if kind == Kind::Remove { &mut self.last } else { &mut self.first };
        list.push(Step { kind, drift, way });
    }
}

impl Estate {
    /// The steps, in order, and how much needs none.
    pub(super) async fn compare(&self, document: Document) -> Result<(Vec<Step>, usize), Error> {
        let wanted = document.wanted()?;
        let roll = self.parts.people.fresh().await?;
        let mut steps = Steps::default();
        if let Some(people) = wanted.people {
            compare_people(&roll, people, &mut steps)?;
        }
        if let Some(memberships) = wanted.memberships {
            self.compare_memberships(memberships, &mut steps).await?;
        }
        if let Some(resources) = wanted.resources {
            self.compare_resources(resources, &mut steps).await?;
        }
        let Steps { mut first, last, unchanged } = steps;
        first.extend(last);
        Ok((first, unchanged))
    }

    async fn compare_memberships(
        &self,
        wanted: BTreeSet<(String, PrincipalId)>,
        steps: &mut Steps,
    ) -> Result<(), Error> {
        let mut there = BTreeMap::new();
        for group in self.read_groups().await? {
            for member in group.members {
                // Who stands in both is not taken out by taking the one of the store away.
                let in_file = there.entry((group.name.clone(), member.person)).or_insert(false);
                *in_file |= member.source == Origin::File;
            }
        }
        for (group, person) in &wanted {
            if there.contains_key(&(group.clone(), person.clone())) {
                steps.unchanged = steps.unchanged.saturating_add(1);
            } else {
                let drift = Drift::new(format_args!("member {person} of {group}"));
                steps.add(Kind::Create, drift, Way::AddMember(group.clone(), person.clone()));
            }
        }
        for ((group, person), in_file) in there {
            if !in_file && !wanted.contains(&(group.clone(), person.clone())) {
                let drift = Drift::new(format_args!("member {person} of {group}"));
                steps.add(Kind::Remove, drift, Way::RemoveMember(group, person));
            }
        }
        Ok(())
    }

    async fn compare_resources(&self, wanted: BTreeMap<String, NewResource>, steps: &mut Steps) -> Result<(), Error> {
        let mut there: BTreeMap<_, _> =
            self.parts.store.resources().await?.into_iter().map(|row| (row.name.to_string(), row)).collect();
        for (name, new) in wanted {
            let drift = Drift::new(format_args!("resource {name}"));
            if self.inventory.view(&new.name).is_some_and(|view| view.source == Origin::File) {
                return Err(Error::Conflict(format!("resource {name} {}", names_the_file())));
            }
            let Some(row) = there.remove(&name) else {
                steps.add(Kind::Create, drift, Way::AddResource(Box::new(new)));
                continue;
            };
            match differing(&row, &new) {
                fields if fields.is_empty() => steps.unchanged = steps.unchanged.saturating_add(1),
                fields => steps.add(Kind::Change, Drift { fields, ..drift }, Way::ChangeResource(Box::new(new))),
            }
        }
        for (name, row) in there {
            steps.add(Kind::Remove, Drift::new(format_args!("resource {name}")), Way::RemoveResource(row.name));
        }
        Ok(())
    }
}

fn compare_people(roll: &Roll, wanted: BTreeMap<PrincipalId, Listed>, steps: &mut Steps) -> Result<(), Error> {
    let mut gone: Vec<_> = roll.all().filter(|member| member.origin == Origin::Store).collect();
    gone.retain(|member| !wanted.contains_key(&member.id));
    let mut listed: Vec<_> = wanted.into_values().collect();
    // Whoever others refer to comes before them.
    listed.sort_by_key(|listed| depth(&listed.new.kind, listed.new.same_person_as.is_some()));
    for listed in listed {
        match roll.get(&listed.new.id) {
            None => create(listed, steps),
            Some(member) if member.origin == Origin::File => {
                return Err(Error::Conflict(format!("person {} {}", member.id, names_the_file())));
            }
            Some(member) => change(member, listed, steps),
        }
    }
    gone.sort_by_key(|member| std::cmp::Reverse(depth(&member.kind, member.same_person_as.is_some())));
    for member in gone {
        steps.add(Kind::Remove, Drift::new(format_args!("person {}", member.id)), Way::RemovePerson(member.id.clone()));
    }
    Ok(())
}

/// How many others must be there first.
fn depth(kind: &Being, alias: bool) -> u8 {
    match kind {
        Being::Human if alias => 1,
        Being::Human => 0,
        Being::Service { .. } | Being::Agent { .. } => 2,
    }
}

fn create(listed: Listed, steps: &mut Steps) {
    let Listed { new, disabled, roles } = listed;
    let id = new.id.clone();
    steps.add(Kind::Create, Drift::new(format_args!("person {id}")), Way::AddPerson(new));
    if disabled {
        let drift = Drift { fields: vec!["disabled"], ..Drift::new(format_args!("person {id}")) };
        let change = PersonChange { disabled: Some(true), ..PersonChange::default() };
        steps.add(Kind::Create, drift, Way::ChangePerson(id.clone(), change));
    }
    for role in roles {
        let drift = Drift::new(format_args!("role {role} of {id}"));
        steps.add(Kind::Create, drift, Way::GiveRole(id.clone(), role));
    }
}

fn change(member: &Member, listed: Listed, steps: &mut Steps) {
    let Listed { new, disabled, roles } = listed;
    let mut fields = Vec::new();
    let mut differs = |field, same: bool| {
        if !same {
            fields.push(field);
        }
        !same
    };
    let change = PersonChange {
        name: differs("name", member.name == new.name).then_some(new.name),
        kind: differs("kind", member.kind == new.kind).then_some(new.kind),
        same_person_as: differs("same_person_as", member.same_person_as == new.same_person_as)
            .then_some(new.same_person_as),
        disabled: differs("disabled", member.disabled_us.is_some() == disabled).then_some(disabled),
    };
    if fields.is_empty() {
        steps.unchanged = steps.unchanged.saturating_add(1);
    } else {
        let drift = Drift { fields, ..Drift::new(format_args!("person {}", member.id)) };
        steps.add(Kind::Change, drift, Way::ChangePerson(member.id.clone(), change));
    }
    let there: BTreeSet<Role> = member.roles.keys().filter_map(|word| word.parse().ok()).collect();
    for role in roles.difference(&there) {
        let drift = Drift::new(format_args!("role {role} of {}", member.id));
        steps.add(Kind::Create, drift, Way::GiveRole(member.id.clone(), *role));
    }
    for role in there.difference(&roles) {
        let drift = Drift::new(format_args!("role {role} of {}", member.id));
        steps.add(Kind::Remove, drift, Way::TakeRole(member.id.clone(), *role));
    }
}

/// What of a target is not as the file has it. Of secrets, only where they are found.
fn differing(row: &ResourceRow, new: &NewResource) -> Vec<&'static str> {
    let accounts = row.accounts.len() == new.accounts.len()
        && row.accounts.iter().zip(&new.accounts).all(|(there, new)| {
            let secret = match (&there.secret, &new.secret) {
                (SecretRow::File(there), NewSecret::File(new)) | (SecretRow::Env(there), NewSecret::Env(new)) => {
                    there == new
                }
                (_, NewSecret::Keep) => true,
                _ => false,
            };
            secret && (&there.name, &there.user, there.inspection) == (&new.name, &new.user, new.inspection)
        });
    let same = [
        ("protocol", row.protocol == new.protocol),
        ("address", row.address == new.address),
        ("tls", row.tls == new.tls),
        ("tls_name", row.tls_name == new.tls_name),
        ("tls_ca", row.tls_ca.as_deref() == new.tls_ca.as_deref().map(str::as_bytes)),
        ("server_names", row.server_names == new.server_names),
        ("database", row.default_database == new.default_database),
        ("labels", row.labels == new.labels),
        ("record", row.record_whole == new.record_whole),
        ("accounts", accounts),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(field, _)| field).collect()
}
