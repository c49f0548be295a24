//! The people who may sign in, as a list that can be replaced while sessions live.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use model::{Kind, Principal, PrincipalId};

use crate::LOCAL;

/// A person of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name that is typed at sign-in.
    pub name: String,
    /// Groups, for policy.
    pub groups: Vec<String>,
}

type List = Arc<BTreeMap<String, Vec<String>>>;

/// The list in force.
pub(crate) struct People(RwLock<List>);

impl People {
    pub(crate) fn new(people: Vec<Person>) -> Self {
        Self(RwLock::new(listed(people)))
    }

    pub(crate) fn replace(&self, people: Vec<Person>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = listed(people);
    }

    /// The principal of that name, if such a person is listed.
    pub(crate) fn principal(&self, name: &str) -> Option<Principal> {
        let groups = self.list().get(name)?.clone();
        let id = PrincipalId { issuer: LOCAL.to_owned(), subject: name.to_owned() };
        Some(Principal { id, name: name.to_owned(), kind: Kind::Human, groups })
    }

    /// Whether the person behind that key is listed.
    pub(crate) fn has(&self, id: &PrincipalId) -> bool {
        id.issuer == LOCAL && self.list().contains_key(&id.subject)
    }

    fn list(&self) -> List {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn listed(people: Vec<Person>) -> List {
    Arc::new(people.into_iter().map(|person| (person.name, person.groups)).collect())
}
