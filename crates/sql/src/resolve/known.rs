//! What statements came to, for when they come again.
//!
//! There are two generations, as of texts that were read. Texts with what may be a credential are not kept.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use model::Verb;

use super::Resolved;
use crate::credentials;

/// Texts of one generation.
const MOST: usize = 2048;
/// Bytes of a text that is kept.
const LONGEST: usize = 4096;

/// The version of the catalogue, of which no two have the same, and the verb by the text alone.
pub(super) type Key = (u64, Verb);
type Texts = HashMap<Box<str>, Vec<(Key, Resolved)>>;

/// Catalogues and verbs of one text; with more the oldest goes.
const MOST_KEYS: usize = 8;

#[derive(Default)]
struct Known {
    young: Texts,
    old: Texts,
}

fn all() -> &'static Mutex<Known> {
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    KNOWN.get_or_init(Mutex::default)
}

/// What a statement came to.
pub(super) fn known(text: &str, key: Key) -> Option<Resolved> {
    if text.len() > LONGEST {
        return None;
    }
    let mut known = all().lock().unwrap_or_else(PoisonError::into_inner);
    if !known.young.contains_key(text) {
        let (text, of_text) = known.old.remove_entry(text)?;
        known.put(text, of_text);
    }
    let of_text = known.young.get(text)?;
    of_text.iter().find(|(of, _)| *of == key).map(|(_, resolved)| *resolved)
}

/// Keeps what a statement came to.
pub(super) fn keep(text: &str, key: Key, resolved: Resolved) {
    if text.len() > LONGEST || credentials::mentions_any(text.as_bytes()) {
        return;
    }
    let mut known = all().lock().unwrap_or_else(PoisonError::into_inner);
    let mut of_text = known.young.remove(text).unwrap_or_default();
    of_text.retain(|(of, _)| *of != key);
    if of_text.len() >= MOST_KEYS {
        of_text.remove(0);
    }
    of_text.push((key, resolved));
    known.put(text.into(), of_text);
}

impl Known {
    fn put(&mut self, text: Box<str>, of_text: Vec<(Key, Resolved)>) {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(text, of_text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_by_texts_and_by_catalogues() {
        let resolved = Resolved { verb: Verb::Call, resolved: true };
        for number in 0..5 * MOST as u64 {
            keep(&format!("SELECT {number}"), (1, Verb::Read), resolved);
            keep("SELECT 'of many catalogues'", (number, Verb::Read), resolved);
        }
        let known_now = all().lock().unwrap();
        assert!(known_now.young.len() <= MOST && known_now.old.len() <= MOST);
        assert!(known_now.young["SELECT 'of many catalogues'"].len() <= MOST_KEYS);
        drop(known_now);
        let newest = 5 * MOST as u64 - 1;
        assert_eq!(known("SELECT 'of many catalogues'", (newest, Verb::Read)), Some(resolved));
        assert_eq!(known("SELECT 'of many catalogues'", (newest, Verb::Write)), None);
        keep("ALTER ROLE a PASSWORD 'x'", (1, Verb::Grant), resolved);
        assert_eq!(known("ALTER ROLE a PASSWORD 'x'", (1, Verb::Grant)), None);
    }
}
