//! The names of entities in policies. Every name is exact: case, spaces and marks count, and nothing is a wildcard.

use std::sync::LazyLock;

use cedar_policy::{EntityId, EntityTypeName, EntityUid};
use model::{Kind as Being, Principal, PrincipalId, Verb};

/// A type of entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Person,
    Service,
    Agent,
    Group,
    Resource,
    Env,
    Label,
    Action,
    Verb,
    Certainty,
    Phase,
}

/// In the order of `Kind`.
const NAMES: [&str; 11] =
    ["Person", "Service", "Agent", "Group", "Resource", "Env", "Label", "Action", "Verb", "Certainty", "Phase"];

static TYPES: LazyLock<[EntityTypeName; 11]> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the names stand above, and a test parses them all")]
    NAMES.map(|name| name.parse().expect("a name of ours is a name of Cedar's"))
});

impl Kind {
    /// The word in policies.
    pub(crate) fn name(self) -> &'static str {
        NAMES.get(self as usize).copied().unwrap_or_default()
    }

    /// The same as Cedar's type.
    pub(crate) fn type_name(self) -> EntityTypeName {
        #[expect(clippy::indexing_slicing, reason = "there is one name for each kind")]
        TYPES[self as usize].clone()
    }
}

/// An entity.
pub(crate) fn uid(kind: Kind, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.type_name(), EntityId::new(id))
}

/// `ISSUER/SUBJECT`. A slash in the subject is written `%2F` (and `%` as `%25`), so that no two principals share a name.
pub(crate) fn principal(id: &PrincipalId) -> String {
    format!("{}/{}", id.issuer, escaped(&id.subject, '/', "%2F"))
}

/// The entity of who asks.
pub(crate) fn asker(who: &Principal) -> EntityUid {
    let kind = match who.kind {
        Being::Human => Kind::Person,
        Being::Service { .. } => Kind::Service,
        Being::Agent { .. } => Kind::Agent,
    };
    uid(kind, &principal(&who.id))
}

/// `KEY=VALUE`. An equals sign in the key is written `%3D` (and `%` as `%25`).
pub(crate) fn label(key: &str, value: &str) -> String {
    format!("{}={value}", escaped(key, '=', "%3D"))
}

fn escaped(text: &str, mark: char, instead: &str) -> String {
    text.replace('%', "%25").replace(mark, instead)
}

/// What is wished for: to begin a session, a command, or to be shown its result unmasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    Connect,
    Command(Verb),
    Reveal,
}

/// The action of beginning a session.
pub(crate) const CONNECT: &str = "connect";
/// The action of being shown what is masked without it.
pub(crate) const REVEAL: &str = "reveal";
/// The group of all actions that are commands.
pub(crate) const COMMAND: &str = "command";

impl Deed {
    /// All of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Connect).chain(Verb::ALL.into_iter().map(Self::Command)).chain([Self::Reveal])
    }

    /// The name of its action.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connect => CONNECT,
            Self::Command(verb) => verb.as_str(),
            Self::Reveal => REVEAL,
        }
    }

    /// Its place in `all`.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Connect => 0,
            Self::Command(verb) => 1 + verb as usize,
            Self::Reveal => 1 + Verb::ALL.len(),
        }
    }

    /// Whether a policy that names that action means it.
    pub(crate) fn is(self, action: &str) -> bool {
        action == self.name() || (action == COMMAND && matches!(self, Self::Command(_)))
    }
}
