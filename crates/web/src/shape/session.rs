//! Sessions that are under way.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Person, rfc3339};

/// A session that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its name.
    pub(crate) id: String,
    /// Who.
    pub(crate) principal: Person,
    /// Their name for people.
    pub(crate) name: String,
    /// By which credential.
    pub(crate) credential: String,
    /// On what.
    pub(crate) resource: String,
    /// As which upstream account.
    pub(crate) account: String,
    /// In which database or the like, as the client named it.
    pub(crate) database: Option<String>,
    /// From which address.
    pub(crate) client: String,
    /// What the client program calls itself: proves nothing.
    pub(crate) program: Option<String>,
    /// The protocol.
    pub(crate) protocol: String,
    /// When it began.
    pub(crate) since: String,
    /// What it is doing now: `idle`, `running` or `held`.
    pub(crate) activity: String,
    /// Commands allowed so far.
    pub(crate) commands: u64,
}

impl From<engine::LiveSession> for Session {
    fn from(session: engine::LiveSession) -> Self {
        Self {
            id: session.id.to_string(),
            principal: session.principal.id.into(),
            name: session.principal.name,
            credential: session.credential.0,
            resource: session.resource.to_string(),
            account: session.account,
            database: session.database,
            client: session.client.to_string(),
            program: session.program,
            protocol: session.protocol.to_owned(),
            since: rfc3339(session.since_us),
            activity: session.activity.as_str().to_owned(),
            commands: session.commands,
        }
    }
}
