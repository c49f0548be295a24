//! What commands mean and databases hold, for who asks why something would be masked.

use std::sync::Arc;

use control::Meaning;
use model::{Action, Catalogue, Lineage, Public};
use ports::{Catalogues, Later, Who};

use crate::protocols;

/// By the wiring table, and the catalogues of the data path.
pub(crate) struct Meant(pub(crate) Arc<inspect::Catalogues>);

impl Meaning for Meant {
    fn read(&self, protocol: &str, text: &str) -> Vec<Action> {
        protocols::named(protocol).map(|protocol| protocol.read(text.as_bytes())).unwrap_or_default()
    }

    fn lineage(&self, protocol: &str, action: &Action, catalogue: &Catalogue) -> Lineage {
        protocols::named(protocol).map_or_else(Lineage::unknown, |protocol| protocol.lineage(action, catalogue))
    }

    fn catalogue(&self, who: Who<'_>) -> Later<Result<Arc<Catalogue>, Public>> {
        match self.0.known(who) {
            Some(known) => Box::pin(std::future::ready(Ok(known))),
            None => self.0.read(who),
        }
    }
}
