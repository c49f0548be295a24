//! People, groups, tokens.

use control::Origin;
use model::Kind;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// Somebody as they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Somebody {
    /// The stable key.
    pub(crate) id: Person,
    /// The name shown to people.
    pub(crate) name: String,
    /// Human, service or agent.
    pub(crate) kind: Being,
    /// The same human being under another key.
    pub(crate) same_person_as: Option<Person>,
    /// Their groups.
    pub(crate) groups: Vec<String>,
    /// Their roles.
    pub(crate) roles: Vec<String>,
    /// Disabled since.
    pub(crate) disabled: Option<String>,
    /// Whether they may be here: neither they nor whoever answers for them is disabled.
    pub(crate) live: bool,
    /// Where the entry stands: `file` or `store`. What stands in the file cannot be changed here.
    pub(crate) source: String,
}

/// What kind of being somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Being {
    /// A person.
    Human,
    /// A program with an owner.
    Service {
        /// Who answers for it.
        owner: Person,
    },
    /// An AI agent that acts for a person.
    Agent {
        /// For whom.
        on_behalf_of: Person,
    },
}

/// Somebody new.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSomebody {
    /// The stable key. With the issuer `local` the subject is what they type at sign-in.
    pub(crate) id: Person,
    /// The name shown to people.
    pub(crate) name: String,
    /// Human, service or agent.
    pub(crate) kind: Being,
    /// The same human being under another key.
    pub(crate) same_person_as: Option<Person>,
}

/// What is to be changed of somebody; what is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SomebodyChange {
    /// The name shown to people.
    pub(crate) name: Option<String>,
    /// Human, service or agent.
    pub(crate) kind: Option<Being>,
    /// The same human being under another key; `null` = nobody else.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Person>)]
    pub(crate) same_person_as: Option<Option<Person>>,
    /// Whether they are disabled: their sessions end, and those of whom they answer for.
    pub(crate) disabled: Option<bool>,
}

/// A field that is there, be it `null`.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// A group: its members. One without any is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Group {
    /// Its name.
    pub(crate) name: String,
    /// Its members.
    pub(crate) members: Vec<Member>,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Member {
    /// Who.
    pub(crate) person: Person,
    /// Since when.
    pub(crate) since: String,
    /// Who put them there: `ISSUER/SUBJECT`, or `configuration`.
    pub(crate) added_by: String,
    /// Where it stands: `file` or `store`.
    pub(crate) source: String,
}

/// A token as it is shown: never what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Its public name.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) person: Person,
    /// When it was made.
    pub(crate) created: String,
    /// Not valid from then on.
    pub(crate) expires: String,
    /// Revoked since.
    pub(crate) revoked: Option<String>,
    /// Who made it for its person, and may know it: it carries no role but `user`.
    pub(crate) made_by: Option<String>,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    /// Its public name.
    pub(crate) id: String,
    /// What its person types as the password. It is not shown again.
    pub(crate) token: String,
    /// Not valid from then on.
    pub(crate) expires: String,
}

/// The word for where something stands.
pub(crate) fn source(origin: Origin) -> String {
    match origin {
        Origin::File => "file",
        Origin::Store => "store",
    }
    .to_owned()
}

impl From<control::Person> for Somebody {
    fn from(person: control::Person) -> Self {
        Self {
            id: person.id.into(),
            name: person.name,
            kind: person.kind.into(),
            same_person_as: person.same_person_as.map(Person::from),
            groups: person.groups,
            roles: person.roles.iter().map(ToString::to_string).collect(),
            disabled: person.disabled_us.map(rfc3339),
            live: person.live,
            source: source(person.source),
        }
    }
}

impl From<Kind> for Being {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Human => Self::Human,
            Kind::Service { owner } => Self::Service { owner: owner.into() },
            Kind::Agent { on_behalf_of } => Self::Agent { on_behalf_of: on_behalf_of.into() },
        }
    }
}

impl From<Being> for Kind {
    fn from(being: Being) -> Self {
        match being {
            Being::Human => Self::Human,
            Being::Service { owner } => Self::Service { owner: owner.into() },
            Being::Agent { on_behalf_of } => Self::Agent { on_behalf_of: on_behalf_of.into() },
        }
    }
}

impl From<NewSomebody> for control::NewPerson {
    fn from(new: NewSomebody) -> Self {
        let same_person_as = new.same_person_as.map(Into::into);
        Self { id: new.id.into(), name: new.name, kind: new.kind.into(), same_person_as }
    }
}

impl From<SomebodyChange> for control::PersonChange {
    fn from(change: SomebodyChange) -> Self {
        Self {
            name: change.name,
            kind: change.kind.map(Kind::from),
            same_person_as: change.same_person_as.map(|same| same.map(Into::into)),
            disabled: change.disabled,
        }
    }
}

impl From<control::Group> for Group {
    fn from(group: control::Group) -> Self {
        let member = |member: control::Membership| Member {
            person: member.person.into(),
            since: rfc3339(member.since_us),
            added_by: member.added_by,
            source: source(member.source),
        };
        Self { name: group.name, members: group.members.into_iter().map(member).collect() }
    }
}

impl From<control::Token> for Token {
    fn from(token: control::Token) -> Self {
        Self {
            id: token.id,
            person: token.person.into(),
            created: rfc3339(token.created_us),
            expires: rfc3339(token.expires_us),
            revoked: token.revoked_us.map(rfc3339),
            made_by: token.made_by,
        }
    }
}
