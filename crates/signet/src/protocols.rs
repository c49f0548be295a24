//! The wiring table: a protocol is one crate and one line here. Listeners, configuration, documentation and
//! `signet connect` iterate over it.

use std::sync::Arc;

use control::Prober;
use inspect::Reader;
use wire::Protocol;

/// Every protocol that the gateway speaks.
pub(crate) const PROTOCOLS: &[&dyn Protocol] = &[&postgres::Postgres];

/// Who tries targets of a protocol; none = they cannot be tried.
pub(crate) fn prober(name: &str) -> Option<Arc<dyn Prober>> {
    match name {
        "postgres" => Some(Arc::new(inspect::Postgres)),
        _ => None,
    }
}

/// Who reads what targets of a protocol hold; none = what must be masked there is refused.
pub(crate) fn reader(name: &str) -> Option<Arc<dyn Reader>> {
    match name {
        "postgres" => Some(Arc::new(inspect::Postgres)),
        _ => None,
    }
}

/// The protocol of that name.
pub(crate) fn named(name: &str) -> Option<&'static dyn Protocol> {
    PROTOCOLS.iter().copied().find(|protocol| protocol.manifest().name == name)
}
