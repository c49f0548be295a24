//! The wiring table: a protocol is one crate and one line here. Listeners, configuration, documentation and
//! `signet connect` iterate over it.

use wire::Protocol;

/// Every protocol that the gateway speaks.
pub(crate) const PROTOCOLS: &[&dyn Protocol] = &[&postgres::Postgres];

/// The protocol of that name.
pub(crate) fn named(name: &str) -> Option<&'static dyn Protocol> {
    PROTOCOLS.iter().copied().find(|protocol| protocol.manifest().name == name)
}
