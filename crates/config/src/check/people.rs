//! Checks of `[[person]]`, and what their wildcards stand for.

use std::collections::{BTreeMap, BTreeSet};

use model::{Login, ResourceName};

use super::unique;
use crate::document;
use crate::problem::Problems;
use crate::{Access, Person, Target};

const ALL: &str = "*";

pub(super) fn settle(
    people: Vec<document::Person>,
    targets: &BTreeMap<ResourceName, Target>,
    problems: &mut Problems,
) -> BTreeMap<String, Person> {
    let mut settled = BTreeMap::new();
    let mut names = BTreeSet::new();
    for person in people {
        let key = format!("person.{}", person.name.escape_debug());
        unique(&mut names, &key, &person.name, problems);
        if Login::parse(&person.name).is_ok_and(|login| login.account.is_none()) {
            let access =
                person.access.iter().flat_map(|access| self::access(&key, access, targets, problems)).collect();
            settled.insert(
                person.name.clone(),
                Person { name: person.name, groups: person.groups, roles: person.roles, access },
            );
        } else {
            problems.add(
                format!("{key}.name"),
                format!("{:?} cannot be a person's name", person.name),
                "Write 1 to 128 bytes without +, / and control characters; + separates person and account at sign-in.",
            );
        }
    }
    settled
}

fn access(
    key: &str,
    access: &document::Access,
    targets: &BTreeMap<ResourceName, Target>,
    problems: &mut Problems,
) -> Vec<Access> {
    let named = |name: &ResourceName| access.resource == ALL || access.resource == name.as_str();
    let reached: Vec<_> = targets.iter().filter(|(name, _)| named(name)).map(|(_, target)| target).collect();
    if reached.is_empty() && access.resource != ALL {
        problems.add(
            format!("{key}.access"),
            format!("there is no resource {:?}", access.resource),
            format!("Use the name of a [[resource]]{}.", list(targets.keys().map(ResourceName::as_str))),
        );
    }
    let accounts: Vec<Access> = reached.into_iter().map(|target| allowed(target, &access.accounts)).collect();
    for account in access.accounts.iter().filter(|account| *account != ALL) {
        let known = accounts.iter().any(|access| access.accounts.contains(account));
        if !known && !accounts.is_empty() {
            problems.add(
                format!("{key}.access"),
                format!("resource {:?} has no account {account:?}", access.resource),
                "Use the name of a [[resource.account]] of it, or \"*\" for all of them.",
            );
        }
    }
    accounts
}

/// The accounts of a target that a list stands for; no list is its default account.
fn allowed(target: &Target, wanted: &[String]) -> Access {
    let resource = &target.resource;
    let every = wanted.iter().any(|account| account == ALL);
    let accounts = if wanted.is_empty() {
        resource.accounts.first().map(|account| account.name.clone()).into_iter().collect()
    } else {
        let names = resource.accounts.iter().map(|account| &account.name);
        names.filter(|name| every || wanted.contains(name)).cloned().collect()
    };
    Access { resource: resource.name.clone(), accounts }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) }
}
