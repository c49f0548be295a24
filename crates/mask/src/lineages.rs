//! Where what commands show comes from, kept for when they come again: it costs a parse, and depends on the text and on what
//! the database holds, and on nothing else.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use model::{Action, Catalogue, Certainty, Lineage};

/// Databases whose lineages are kept; with more, those of the one that was not asked for longest are forgotten.
const MOST: usize = 64;
/// What may be kept for one database, in bytes; when it is full, it begins anew.
const ROOM: usize = 1 << 20;
/// A text or lineage that is larger is not kept.
const LARGEST: usize = 8 << 10;

/// The databases that were asked for last, the latest at the end.
#[derive(Default)]
pub(crate) struct Lineages(Mutex<Vec<Kept>>);

struct Kept {
    /// Kept weakly, so that an old catalogue goes. While this stands, no other can have its address.
    catalogue: Weak<Catalogue>,
    lineages: HashMap<Key, Arc<Lineage>>,
    used: usize,
}

/// All that a lineage depends on besides the catalogue.
#[derive(PartialEq, Eq)]
struct Key {
    text: Bytes,
    behind: Option<Bytes>,
    certainty: Certainty,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.text, &self.behind).hash(state);
    }
}

impl Lineages {
    /// The lineage of a command there, which is made only when it is not known.
    pub(crate) fn lineage(
        &self,
        catalogue: &Arc<Catalogue>,
        action: &Action,
        make: &dyn Fn() -> Lineage,
    ) -> Arc<Lineage> {
        let key = Key { text: action.text.clone(), behind: action.behind.clone(), certainty: action.certainty };
        if let Some(found) = self.found(catalogue, &key) {
            return found;
        }
        // Others need not wait for this: at worst it is made twice.
        let made = Arc::new(make());
        // A text with a secret is not kept for longer than it runs.
        if action.credentials.text.is_empty() {
            self.keep(catalogue, &key, &made);
        }
        made
    }

    fn found(&self, catalogue: &Arc<Catalogue>, key: &Key) -> Option<Arc<Lineage>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        place(&mut kept, catalogue)?.lineages.get(key).map(Arc::clone)
    }

    fn keep(&self, catalogue: &Arc<Catalogue>, key: &Key, lineage: &Arc<Lineage>) {
        let size = key.size() + size(lineage);
        if size > LARGEST {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.catalogue.strong_count() > 0);
        if place(&mut kept, catalogue).is_none() {
            if kept.len() >= MOST {
                kept.remove(0);
            }
            kept.push(Kept { catalogue: Arc::downgrade(catalogue), lineages: HashMap::new(), used: 0 });
        }
        let Some(kept) = kept.last_mut() else { return };
        if kept.used + size > ROOM {
            (kept.lineages, kept.used) = (HashMap::new(), 0);
        }
        if kept.lineages.insert(key.copied(), Arc::clone(lineage)).is_none() {
            kept.used += size;
        }
    }
}

/// What is kept for that database, which is moved to the end.
fn place<'k>(kept: &'k mut [Kept], catalogue: &Arc<Catalogue>) -> Option<&'k mut Kept> {
    let at = kept.iter().rposition(|one| one.catalogue.as_ptr() == Arc::as_ptr(catalogue))?;
    kept.get_mut(at..)?.rotate_left(1);
    kept.last_mut()
}

impl Key {
    fn size(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.behind.as_ref().map_or(0, Bytes::len)
    }

    /// With texts of its own: these are pieces of what came in, which would stay with them.
    fn copied(&self) -> Self {
        let behind = self.behind.as_deref().map(Bytes::copy_from_slice);
        Self { text: Bytes::copy_from_slice(&self.text), behind, certainty: self.certainty }
    }
}

fn size(lineage: &Lineage) -> usize {
    let flows = lineage.outputs.as_deref().unwrap_or_default();
    let sources: usize = flows.iter().map(|flow| size_of_val(flow) + size_of_val(flow.sources.as_slice())).sum();
    size_of_val(lineage) + sources + size_of_val(lineage.uses.as_slice()) + size_of_val(lineage.relations.as_slice())
}

#[cfg(test)]
mod tests;
