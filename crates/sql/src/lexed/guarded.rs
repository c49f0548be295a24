//! Whether the words of a SET or RESET name a setting that a session may change freely.

use crate::lexer::{Kind, Lexer, Token};
use crate::settings::is_harmless;

/// Phrases of the grammar's own that stand for a harmless setting, or for none.
const PHRASES: &[[&str; 2]] = &[
    ["TIME", "ZONE"],
    ["TRANSACTION", "ISOLATION"],
    ["XML", "OPTION"],
    ["NAMES", ""],
    ["SCHEMA", ""],
    ["CONSTRAINTS", ""],
];

/// Whether the words behind SET (and its scope) or RESET name a harmless setting.
pub(super) fn names_harmless(mut tokens: Lexer<'_>) -> bool {
    let (Some(Ok(first)), second) = (tokens.next(), tokens.next()) else { return false };
    let second = second.and_then(Result::ok);
    if second.is_some_and(|second| second.is_symbol(b'.')) {
        return false;
    }
    // Before `=` and TO it is a name.
    let assigned = second.is_none_or(|second| second.is("TO") || second.text == b"=");
    let phrase = |[one, two]: &[&str; 2]| {
        first.is(one) && if two.is_empty() { !assigned } else { second.is_some_and(|second| second.is(two)) }
    };
    PHRASES.iter().any(phrase) || spelled(&first).is_some_and(is_harmless)
}

/// Whether the words behind SET SESSION CHARACTERISTICS let later transactions write.
pub(super) fn lets_write(tokens: Lexer<'_>) -> bool {
    tokens.flatten().any(|token| token.is("WRITE"))
}

/// The name that a token spells. PostgreSQL compares names of settings without regard to case even when they are quoted.
fn spelled<'a>(token: &Token<'a>) -> Option<&'a [u8]> {
    match (token.kind, token.text) {
        (Kind::Word, name) => Some(name),
        (Kind::Quoted, [b'"', name @ .., b'"']) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
