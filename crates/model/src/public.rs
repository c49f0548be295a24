//! A message that may be shown to a client: it never holds peer bytes, secrets, or addresses of targets.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a message is about. Each protocol maps it to a native code (PostgreSQL: an SQLSTATE).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Identity was not proved.
    Unauthenticated,
    /// Policy says no.
    Denied,
    /// A person said no, or nobody answered in time.
    NotApproved,
    /// The client took it back.
    Cancelled,
    /// The thing named does not exist, or this person may not know that it does.
    NotFound,
    /// The client broke the protocol.
    Protocol,
    /// The client asked for something that is not offered here.
    Unsupported,
    /// A limit was reached.
    Limit,
    /// The target could not be reached, or broke its protocol.
    Target,
    /// The evidence journal cannot take records, so nothing may happen.
    Journal,
    /// The gateway is stopping, or the session's time is over.
    Shutdown,
    /// The gateway failed.
    Internal,
}

/// Text for the client: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Public {
    /// What it is about.
    pub class: Class,
    /// What happened, one sentence, lower case, no full stop.
    pub message: Cow<'static, str>,
    /// What the person can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Cow<'static, str>>,
}

impl Public {
    /// A message without a hint.
    pub fn new(class: Class, message: impl Into<Cow<'static, str>>) -> Self {
        Self { class, message: message.into(), hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What clients are told when the journal takes no records.
    pub fn journal_down() -> Self {
        Self::new(Class::Journal, "the evidence journal is unavailable, so nothing may happen here")
            .with_hint("Tell the operators of the gateway; nothing was done.")
    }

    /// What clients are told when the gateway itself failed. Details are in the gateway's log, never here.
    pub fn internal() -> Self {
        Self::new(Class::Internal, "the gateway failed and closed this session")
            .with_hint("The operators find the cause in the gateway's log.")
    }
}

impl fmt::Display for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
