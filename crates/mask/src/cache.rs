//! What rules come to in a database, kept between commands: it is made of the whole catalogue, and asked for with each.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use model::{Catalogue, MaskRule};

use crate::resolution::Resolution;

/// Databases times sets of rules that are kept; with more, the one that was not asked for longest is made again.
const MOST: usize = 64;

/// The ones that were asked for last, the latest at the end.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Vec<Kept>>);

struct Kept {
    /// Kept weakly, so that an old catalogue goes. While this stands, no other can have its address.
    catalogue: Weak<Catalogue>,
    rules: Vec<MaskRule>,
    resolution: Arc<Resolution>,
}

impl Cache {
    /// What these rules come to there.
    pub(crate) fn resolution(&self, catalogue: &Arc<Catalogue>, rules: &[MaskRule]) -> Arc<Resolution> {
        if let Some(found) = self.found(catalogue, rules) {
            return found;
        }
        // Others need not wait for this: at worst it is made twice.
        let resolution = Arc::new(Resolution::new(catalogue, rules));
        let made =
            Kept { catalogue: Arc::downgrade(catalogue), rules: rules.to_vec(), resolution: Arc::clone(&resolution) };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.catalogue.strong_count() > 0);
        if kept.len() >= MOST {
            kept.remove(0);
        }
        kept.push(made);
        resolution
    }

    fn found(&self, catalogue: &Arc<Catalogue>, rules: &[MaskRule]) -> Option<Arc<Resolution>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |one: &Kept| one.catalogue.as_ptr() == Arc::as_ptr(catalogue) && one.rules == rules;
        let at = kept.iter().rposition(is_it)?;
        kept.get_mut(at..)?.rotate_left(1);
        kept.last().map(|one| Arc::clone(&one.resolution))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Positions;

    fn rules(text: &str) -> Vec<MaskRule> {
        MaskRule::read_all("p", Positions::NONE, text).unwrap()
    }

    #[test]
    fn a_resolution_is_made_once_for_the_same_rules_and_database() {
        let (cache, catalogue) = (Cache::default(), Arc::new(Catalogue::default()));
        let one = cache.resolution(&catalogue, &rules("a"));
        cache.resolution(&catalogue, &rules("b"));
        assert!(Arc::ptr_eq(&one, &cache.resolution(&catalogue, &rules("a"))));
        assert!(!Arc::ptr_eq(&one, &cache.resolution(&catalogue, &rules("b"))));
        assert!(!Arc::ptr_eq(&one, &cache.resolution(&Arc::new(Catalogue::default()), &rules("a"))));
    }

    #[test]
    fn it_is_bounded_and_forgets_catalogues_that_are_gone() {
        let (cache, catalogue) = (Cache::default(), Arc::new(Catalogue::default()));
        for at in 0..2 * MOST {
            cache.resolution(&catalogue, &rules(&format!("c{at}")));
        }
        assert_eq!(cache.0.lock().unwrap().len(), MOST);
        drop(catalogue);
        cache.resolution(&Arc::new(Catalogue::default()), &rules("a"));
        assert_eq!(cache.0.lock().unwrap().len(), 1);
    }
}
