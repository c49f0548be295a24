//! Names by the words of a text, without its grammar: all that any of them may stand for.

use std::collections::BTreeSet;

use model::Catalogue;
use model::code::FIRST_OF_USERS;

use crate::lexer::{Kind, Lexer};

/// The server cuts longer names.
const LONGEST: usize = 63;

/// All names that stand in a text; `None` when that cannot be told.
pub(super) fn names(text: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for token in Lexer::new(text.as_bytes(), true) {
        let token = token.ok()?;
        let word = str::from_utf8(token.text).ok()?;
        match token.kind {
            Kind::Word => names.insert(cut(&word.to_ascii_lowercase())),
            // Escapes may spell any name.
            Kind::Quoted => names.insert(cut(&word.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\""))),
            _ => continue,
        };
    }
    Some(names)
}

fn cut(name: &str) -> String {
    let end = (0..=LONGEST.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or_default()).unwrap_or_default().to_owned()
}

/// Whether what runs a text may run code of users.
pub(super) fn may_run_code(text: &str, catalogue: &Catalogue) -> bool {
    let code = catalogue.code();
    let ways = !code.casts.is_empty() || code.operators.iter().any(|operator| text.contains(&operator.name));
    let Some(names) = names(text) else { return true };
    let runs = |name: &String| {
        catalogue.functions(None, name).any(|function| !function.built_in)
            || catalogue.kinds(None, name).any(|kind| kind.id >= FIRST_OF_USERS && !code.types.is_empty())
            || catalogue.named(None, name).any(|relation| code.relations.contains_key(&relation.id))
    };
    ways || names.iter().any(runs)
}
