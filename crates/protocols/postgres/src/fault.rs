//! Why a conversation cannot go on. Every fault ends in a native FATAL error when the client can still be told.

use model::{Class, Public};
use wire::{EntropySpent, Malformed, Side, Violation};

use crate::sqlstate;

/// Why a conversation cannot go on.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nobody broke the protocol, but this is as far as it goes. The engine knows why, or learns it from the cause.
    Refused {
        /// What the client is told.
        public: Public,
        /// The SQLSTATE, when the class does not say it well enough.
        code: Option<&'static str>,
    },
    /// A peer broke the protocol, or asked at the door for what is not served: the engine writes it down.
    Broken { side: Side, what: Public, code: Option<&'static str> },
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
        Self::Broken { side: Side::Client, what: Public::new(Class::Protocol, what), code: None }
    }

    /// The client asked at the door for what is not served here.
    pub(crate) fn unserved(public: Public) -> Self {
        Self::Broken { side: Side::Client, what: public, code: None }
    }

    /// The same with an SQLSTATE of its own.
    pub(crate) fn unserved_as(code: &'static str, public: Public) -> Self {
        Self::Broken { side: Side::Client, what: public, code: Some(code) }
    }

    /// The target broke the protocol.
    pub(crate) fn target(what: &'static str) -> Self {
        Self::Broken { side: Side::Target, what: Public::new(Class::Target, what), code: None }
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
            Self::Refused { public, code } | Self::Broken { what: public, code, .. } => {
                (code.unwrap_or(sqlstate::of(public.class)), public)
            }
        }
    }

    /// The violation to report when a peer is to blame, else the cause of a close in good order.
    pub(crate) fn violation(self) -> Result<Violation, &'static str> {
        match self {
            Self::Broken { side, what, .. } => Ok(Violation { side, what }),
            Self::Refused { public, .. } => Err(match public.class {
                Class::Target => "target failed",
                Class::Shutdown => "stopped",
                Class::Internal => "internal error",
                _ => "refused",
            }),
        }
    }
}

impl From<EntropySpent> for Fault {
    fn from(_: EntropySpent) -> Self {
        Self::refused(Public::internal())
    }
}
