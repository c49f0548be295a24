//! The file: TOML, every key known, nothing of it a secret.

use std::collections::{BTreeMap, BTreeSet};

use identity::LOCAL;
use model::{Kind, PrincipalId, TlsMode};
use serde::Deserialize;

use super::super::{NewAccount, NewPerson, NewResource, NewSecret, names};
use crate::{Error, Role};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    person: Option<Vec<Person>>,
    group: Option<Vec<Group>>,
    resource: Option<Vec<Resource>>,
    /// Kinds that it is about though it names none: `people`, `groups`, `resources`.
    #[serde(default)]
    manages: Vec<Managed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Managed {
    People,
    Groups,
    Resources,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    #[serde(default = "local")]
    issuer: String,
    subject: String,
    name: Option<String>,
    owner: Option<String>,
    on_behalf_of: Option<String>,
    same_person_as: Option<String>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    roles: BTreeSet<Role>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    members: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    name: String,
    protocol: String,
    address: String,
    #[serde(default)]
    tls: TlsMode,
    tls_name: Option<String>,
    tls_ca: Option<String>,
    #[serde(default)]
    server_names: Vec<String>,
    database: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    record: Record,
    account: Vec<Account>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Record {
    #[default]
    Beginning,
    Full,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    name: String,
    user: Option<String>,
    #[serde(default)]
    inspection: bool,
    secret: Option<Secret>,
}

/// Where a secret is found. Without it the one that was handed in stays.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Secret {
    File(String),
    Env(String),
}

/// Somebody as the file has them.
pub(super) struct Listed {
    pub(super) new: NewPerson,
    pub(super) disabled: bool,
    pub(super) roles: BTreeSet<Role>,
}

/// What the file says; of a kind that it is not about, nothing.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) people: Option<BTreeMap<PrincipalId, Listed>>,
    pub(super) memberships: Option<BTreeSet<(String, PrincipalId)>>,
    pub(super) resources: Option<BTreeMap<String, NewResource>>,
}

impl Document {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::Invalid(error.to_string()))
    }

    pub(super) fn wanted(self) -> Result<Wanted, Error> {
        let Self { person, group, resource, manages } = self;
        let mut wanted = Wanted::default();
        if person.is_some() || manages.contains(&Managed::People) {
            let listed = person.unwrap_or_default().into_iter().map(listed);
            let listed = listed.map(|listed| listed.map(|listed| (listed.new.id.clone(), listed)));
            wanted.people = Some(once(listed, ToString::to_string)?);
        }
        if group.is_some() || manages.contains(&Managed::Groups) {
            let groups = group.unwrap_or_default().into_iter().map(|group| Ok((group.name, group.members)));
            wanted.memberships = Some(memberships(once(groups, String::clone)?)?);
        }
        if resource.is_some() || manages.contains(&Managed::Resources) {
            let resources = resource.unwrap_or_default().into_iter().map(|resource| {
                let name = resource.name.clone();
                settled(resource).map(|new| (name.clone(), new)).map_err(|why| invalid(&name, &why))
            });
            wanted.resources = Some(once(resources, String::clone)?);
        }
        Ok(wanted)
    }
}

/// Everything by its key, which no two have.
fn once<K: Ord, V>(
    all: impl Iterator<Item = Result<(K, V), Error>>,
    name: impl Fn(&K) -> String,
) -> Result<BTreeMap<K, V>, Error> {
    let mut found = BTreeMap::new();
    for one in all {
        let (key, value) = one?;
        let named = name(&key);
        if found.insert(key, value).is_some() {
            return Err(invalid(&named, "it stands there twice"));
        }
    }
    Ok(found)
}

fn listed(person: Person) -> Result<Listed, Error> {
    let id = PrincipalId { issuer: person.issuer, subject: person.subject };
    names::check_person(&id)?;
    let kind = match (person.owner, person.on_behalf_of) {
        (None, None) => Kind::Human,
        (Some(owner), None) => Kind::Service { owner: key(&owner)? },
        (None, Some(human)) => Kind::Agent { on_behalf_of: key(&human)? },
        (Some(_), Some(_)) => return Err(invalid(&id.to_string(), "it has an owner or acts for somebody, not both")),
    };
    let name = person.name.unwrap_or_else(|| id.subject.clone());
    let same_person_as = person.same_person_as.as_deref().map(key).transpose()?;
    let roles = person.roles.into_iter().filter(|role| *role != Role::User).collect();
    Ok(Listed { new: NewPerson { id, name, kind, same_person_as }, disabled: person.disabled, roles })
}

fn memberships(groups: BTreeMap<String, BTreeSet<String>>) -> Result<BTreeSet<(String, PrincipalId)>, Error> {
    let mut all = BTreeSet::new();
    for (group, members) in groups {
        names::check("the name of a group", &group)?;
        for member in members {
            all.insert((group.clone(), key(&member)?));
        }
    }
    Ok(all)
}

fn settled(resource: Resource) -> Result<NewResource, String> {
    let accounts = resource.account.into_iter().map(|account| NewAccount {
        user: account.user.unwrap_or_else(|| account.name.clone()),
        name: account.name,
        inspection: account.inspection,
        secret: match account.secret {
            None => NewSecret::Keep,
            Some(Secret::File(name)) => NewSecret::File(name),
            Some(Secret::Env(name)) => NewSecret::Env(name),
        },
    });
    Ok(NewResource {
        name: resource.name.parse()?,
        protocol: resource.protocol,
        address: resource.address.parse().map_err(|error: model::AddressError| error.to_string())?,
        tls: resource.tls,
        tls_name: resource.tls_name,
        tls_ca: resource.tls_ca,
        server_names: resource.server_names,
        default_database: resource.database,
        labels: resource.labels,
        record_whole: resource.record == Record::Full,
        accounts: accounts.collect(),
    })
}

/// `ISSUER/SUBJECT`; without an issuer it is of this gateway.
fn key(text: &str) -> Result<PrincipalId, Error> {
    let (issuer, subject) = text.rsplit_once('/').unwrap_or((LOCAL, text));
    let id = PrincipalId { issuer: issuer.to_owned(), subject: subject.to_owned() };
    names::check_person(&id)?;
    Ok(id)
}

fn invalid(what: &str, why: &str) -> Error {
    Error::Invalid(format!("{}: {why}", names::cut(what)))
}

fn local() -> String {
    LOCAL.to_owned()
}
