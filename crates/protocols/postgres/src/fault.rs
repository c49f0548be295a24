//! Why a conversation cannot go on. Every fault ends in a native FATAL error when the client can still be told.

use model::{Class, Public};
use wire::{EntropySpent, Malformed, Side, Violation};

use crate::sqlstate;

/// Why a conversation cannot go on.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nobody broke the protocol, but this is as far as it goes.
    Refused {
        /// What the client is told.
        public: Public,
        /// The SQLSTATE, when the class does not say it well enough.
        code: Option<&'static str>,
    },
    /// A peer broke the protocol.
    Broken { side: Side, what: Public },
}

impl Fault {
    /// The client may not go on.
    pub(crate) fn refused(public: Public) -> Self {
        Self::Refused { public, code: None }
    }

    /// The same with an SQLSTATE of its own.
    pub(crate) fn refused_as(code: &'static str, public: Public) -> Self {
        Self::Refused { public, code: Some(code) }
    }

    /// The client broke the protocol.
    pub(crate) fn client(what: &'static str) -> Self {
        Self::Broken { side: Side::Client, what: Public::new(Class::Protocol, what) }
    }

    /// The target broke the protocol.
    pub(crate) fn target(what: &'static str) -> Self {
        Self::Broken { side: Side::Target, what: Public::new(Class::Target, what) }
    }

    /// The side that sent a malformed frame broke the protocol.
    pub(crate) fn malformed(side: Side) -> impl Fn(Malformed) -> Self {
        move |Malformed(what)| match side {
            Side::Client => Self::client(what),
            Side::Target => Self::target(what),
        }
    }

    /// What the client is told, and under which SQLSTATE.
    pub(crate) fn public(&self) -> (&'static str, &Public) {
        match self {
            Self::Refused { public, code } => (code.unwrap_or(sqlstate::of(public.class)), public),
            Self::Broken { what, .. } => (sqlstate::of(what.class), what),
        }
    }

    /// The violation to report, when a peer is to blame.
    pub(crate) fn violation(self) -> Option<Violation> {
        match self {
            Self::Refused { .. } => None,
            Self::Broken { side, what } => Some(Violation { side, what }),
        }
    }
}

impl From<EntropySpent> for Fault {
    fn from(_: EntropySpent) -> Self {
        Self::refused(Public::internal())
    }
}
