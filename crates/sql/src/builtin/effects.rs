//! What calling a built-in function comes to, as a verb.
//!
//! `effects.txt` has a line for every function that is neither immutable nor stable or that reaches more than its arguments, with
//! the reason. A test holds it against the list of all functions. Those that it does not list only read.

use model::Verb;

use super::{find, function, is_type};

/// `name verb reason`, sorted by bytes.
pub(super) static EFFECTS: &str = include_str!("effects.txt");

/// The verb of calling what stands in this schema, or in any; `None` when that is no built-in function.
pub(crate) fn called_in(schema: Option<&str>, name: &str) -> Option<Verb> {
    match schema {
        None | Some("pg_catalog") => called(name),
        // The functions of its views, which only compute. Nobody else makes any there.
        Some("information_schema") if name.starts_with("_pg_") => Some(Verb::Read),
        Some(_) => None,
    }
}

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
