//! What calling a built-in function comes to, as a verb.
//!
//! `effects.txt` has a line for every function that is neither immutable nor stable or that reaches more than its arguments, with
//! the reason. A test holds it against the list of all functions. Those that it does not list only read.

use model::Verb;

use super::{find, function, is_type};

/// `name verb reason`, sorted by bytes.
pub(super) static EFFECTS: &str = include_str!("effects.txt");

/// The verb of calling what has this name; `None` when that is no built-in function. A type that is called is a cast.
pub(crate) fn called(name: &str) -> Option<Verb> {
    if function(name).is_none() {
        return is_type(name).then_some(Verb::Read);
    }
    let Some(line) = find(EFFECTS, name) else { return Some(Verb::Read) };
    let word = line.split(' ').next().unwrap_or_default();
    // A word that is none would be a fault of the list's; the tests look for that.
    Some(Verb::ALL.into_iter().find(|verb| verb.as_str() == word).unwrap_or(Verb::Unknown))
}
