//! What was found about texts, for when they come again.
//!
//! Texts with what may be a credential are not kept. There are two generations: when the young one is full it becomes the
//! old one, whose texts are forgotten unless they come again.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::credentials;
use crate::statement::Statement;

/// Texts of one generation.
const MOST: usize = 1024;
/// Bytes of a text that is kept.
const LONGEST: usize = 4096;

#[derive(Default)]
struct Cache {
    young: HashMap<Box<str>, Vec<Statement>>,
    old: HashMap<Box<str>, Vec<Statement>>,
}

fn cache() -> &'static Mutex<Cache> {
    static CACHE: OnceLock<Mutex<Cache>> = OnceLock::new();
    CACHE.get_or_init(Mutex::default)
}

/// The statements of a text that was read before.
pub(crate) fn known(text: &str) -> Option<Vec<Statement>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut cache = cache().lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(statements) = cache.young.get(text) {
        return Some(statements.clone());
    }
    let (text, statements) = cache.old.remove_entry(text)?;
    cache.keep(text, statements.clone());
    Some(statements)
}

/// Keeps the statements of a text.
pub(crate) fn keep(text: &str, statements: &[Statement]) {
    if text.len() > LONGEST || credentials::mentions_any(text.as_bytes()) {
        return;
    }
    let mut cache = cache().lock().unwrap_or_else(PoisonError::into_inner);
    cache.keep(text.into(), statements.to_vec());
}

impl Cache {
    fn keep(&mut self, text: Box<str>, statements: Vec<Statement>) {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(text, statements);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_keeps_what_comes_again() {
        let mut cache = Cache::default();
        for number in 0..10 * MOST {
            cache.keep(format!("SELECT {number}").into(), Vec::new());
            assert!(cache.young.len() <= MOST && cache.old.len() <= MOST);
        }
        keep("SELECT 'kept'", &[Statement::opaque(b"")]);
        assert_eq!(known("SELECT 'kept'").map(|statements| statements.len()), Some(1));
        assert_eq!(known("SELECT 'never seen'"), None);
    }

    #[test]
    fn texts_with_credentials_are_not_kept() {
        keep("ALTER ROLE a PASSWORD 'x'", &[]);
        assert_eq!(known("ALTER ROLE a PASSWORD 'x'"), None);
        let long = format!("SELECT '{}'", "x".repeat(LONGEST));
        keep(&long, &[]);
        assert_eq!(known(&long), None);
    }
}
