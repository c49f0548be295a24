//! Whose session a record belongs to: only the first record of a session says so.

use std::collections::HashMap;

use model::Login;
use serde_json::Value;

use super::text;

/// Whom a record is about, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    /// The person's name.
    pub(crate) person: String,
    /// The resource.
    pub(crate) resource: String,
}

/// Who is in the open sessions.
#[derive(Default)]
pub(crate) struct People {
    open: HashMap<String, Who>,
}

impl People {
    /// Somebody is in a session that began before.
    pub(crate) fn insert(&mut self, session: String, who: Who) {
        self.open.insert(session, who);
    }

    /// Who is in a session, if that is known.
    pub(crate) fn of(&self, session: &str) -> Option<&Who> {
        self.open.get(session)
    }

    /// Notes what a record tells of sessions, and says whom it is about.
    pub(crate) fn take(&mut self, record: &Value) -> Who {
        let session = text(record, "session");
        match text(record, "type") {
            "session.start" => {
                // Without the keys there is only a pseudonym.
                let person = record.get("principal").map_or(text(record, "actor"), |principal| text(principal, "name"));
                let who = Who { person: person.to_owned(), resource: text(record, "resource").to_owned() };
                self.open.insert(session.to_owned(), who.clone());
                who
            }
            "session.end" => self.open.remove(session).unwrap_or_default(),
            "signin.refused" => {
                let user = text(record, "user");
                let person = Login::parse(user).map_or_else(|_| user.to_owned(), |login| login.person);
                Who { person, resource: text(record, "resource").to_owned() }
            }
            _ => self.open.get(session).cloned().unwrap_or_default(),
        }
    }
}
