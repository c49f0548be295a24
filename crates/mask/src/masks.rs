//! The masks of commands.

use std::sync::Arc;

use model::{Mask, Public};
use ports::ToMask;

use crate::Keys;
use crate::cache::Cache;
use crate::lineages::Lineages;
use crate::refusal::{outside, refusal};
use crate::result::ResultMask;

/// Makes the masks of commands, by the rules of policies and what the database holds.
pub struct Masks {
    keys: Arc<Keys>,
    cache: Cache,
    lineages: Lineages,
}

impl Masks {
    /// With these keys.
    pub fn new(keys: Keys) -> Self {
        Self { keys: Arc::new(keys), cache: Cache::default(), lineages: Lineages::default() }
    }
}

impl ports::Masks for Masks {
    fn mask(&self, command: ToMask<'_>) -> Result<Option<Arc<dyn Mask>>, Public> {
        let mask = ResultMask {
            keys: Arc::clone(&self.keys),
            resource: command.who.resource.name.to_string(),
            catalogue: Arc::clone(command.catalogue),
            resolution: self.cache.resolution(command.catalogue, command.rules),
            lineage: self.lineages.lineage(command.catalogue, command.action, command.lineage),
            verb: command.action.own_verb(),
            in_transaction: command.action.facts.in_transaction,
            unsettled: command.unsettled,
        };
        if let Some(refusal) = outside(command.action.name).or_else(|| refusal(mask.command())) {
            return Err(refusal);
        }
        if mask.command().is_clear() {
            return Ok(None);
        }
        Ok(Some(Arc::new(mask)))
    }
}
