//! Reads a text in the best tier that it allows.

use std::sync::Arc;

use model::Certainty;
use pg_query::FingerprintOptions;

use crate::cache;
use crate::changes;
use crate::full::{Found, find};
use crate::lexed::{TooManyStatements, split};
use crate::parsed::{Tree, with_tree};
use crate::statement::Statement;
use crate::step;

/// The statements of a text, without the empty ones, as a session reads it whose `standard_conforming_strings` is on and whose
/// `client_encoding` is UTF8, or any other when the text is ASCII and `reads_one_way`. For the rest there are `split` and `split_either`.
///
/// A statement is Full where the grammar took the text and everything in it is known. Where the lexer and the grammar
/// disagree about how many statements there are, the text is opaque.
///
/// # Errors
/// When there are more than `maximum`.
pub fn read(text: &[u8], maximum: usize) -> Result<Vec<Statement>, TooManyStatements> {
    let Ok(utf8) = str::from_utf8(text) else { return split(text, true, maximum) };
    if let Some(statements) = cache::known(utf8).filter(|statements| statements.len() <= maximum) {
        return Ok(statements);
    }
    let mut statements = split(text, true, maximum)?;
    let worth = statements.iter().any(|statement| statement.certainty == Certainty::Lexed);
    if worth && let Some(found) = with_tree(utf8, |tree| found_in(tree, utf8, &statements)) {
        let Some(found) = found else { return Ok(vec![Statement::opaque(text)]) };
        let both = |(lexed, (found, step)): (Statement, FromTree)| {
            let step = step.and_then(|step| step.of(utf8, &lexed));
            Statement { step, ..better(lexed, found) }
        };
        statements = statements.into_iter().zip(found).map(both).collect();
    }
    cache::keep(utf8, &statements);
    Ok(statements)
}

/// What the grammar says of a statement.
type FromTree = (Option<Found>, Option<step::Found>);

/// What the grammar says of each statement; `None` when it counts another number of them.
fn found_in(tree: &Tree, text: &str, statements: &[Statement]) -> Option<Vec<FromTree>> {
    let nodes = tree.statements();
    if nodes.len() != statements.len() {
        return None;
    }
    let found = nodes.into_iter().zip(statements).map(|(node, statement)| {
        let found = find(node).map(|mut found| {
            found.reading.changes = changes::of(node);
            found.reading.fingerprint = text.get(statement.range.clone()).and_then(print);
            found
        });
        (found, step::find(node))
    });
    Some(found.collect())
}

/// The fingerprint of a text within the caps, on the stack of the parser.
fn print(text: &str) -> Option<String> {
    pg_query::fingerprint(text, 0, FingerprintOptions::default()).ok().map(|fingerprint| fingerprint.hex)
}

/// What both readings of a statement come to. Only where all of it is known may the grammar's be the milder one.
fn better(lexed: Statement, found: Option<Found>) -> Statement {
    if lexed.certainty != Certainty::Lexed {
        return lexed;
    }
    let Some(found) = found else { return lexed };
    let name = named(&lexed, &found);
    if !found.all_known {
        let unbounded_write = lexed.unbounded_write || found.unbounded_write;
        let worse = found.verb > lexed.verb;
        let (verb, name) = if worse { (found.verb, name) } else { (lexed.verb, lexed.name) };
        return Statement { verb, name, unbounded_write, ..lexed };
    }
    Statement {
        verb: found.verb,
        name,
        certainty: Certainty::Full,
        unbounded_write: found.unbounded_write,
        reading: Some(Arc::new(found.reading)),
        ..lexed
    }
}

/// What a statement is called: by its grammar, or by the words that it begins with where they say more.
fn named(lexed: &Statement, found: &Found) -> &'static str {
    match found.name {
        None => lexed.name,
        Some("SELECT") if matches!(lexed.name, "VALUES" | "TABLE") => lexed.name,
        Some(name) => name,
    }
}

/// A short name of what a text does whatever its constants are, when the grammar takes it.
pub fn fingerprint(text: &str) -> Option<String> {
    with_tree(text, |_| print(text))?
}

/// A text with parameters in place of its constants, when the grammar takes it.
pub fn normalised(text: &str) -> Option<String> {
    with_tree(text, |_| pg_query::normalize(text).ok())?
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
