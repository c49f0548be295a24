//! PostgreSQL's own grammar, under caps.
//!
//! Its parser takes memory and time as the text demands, and the depth of its tree takes stack: decoding one level of it takes
//! some 25 KiB in a debug build, of at most a hundred levels that the decoder allows. So our own lexer counts first, and the
//! parser and all that goes down the tree run on a stack of their own. The tests get along with half of it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pg_query::NodeEnum;
use pg_query::protobuf::ParseResult;

use crate::lexer::{Kind, Lexer};

/// Bytes of a text that is parsed.
pub(crate) const MOST_BYTES: usize = 32 * 1024;
/// Tokens of a text that is parsed.
pub(crate) const MOST_TOKENS: usize = 2000;
/// Parentheses and brackets inside each other.
pub(crate) const DEEPEST: usize = 50;
/// The stack that parsing runs on.
const STACK: usize = if cfg!(test) { 4 } else { 8 } * 1024 * 1024;

/// A text that the grammar took.
pub(crate) struct Tree {
    result: ParseResult,
}

impl Tree {
    /// Its statements. One without a node would be a fault of the parser's.
    pub(crate) fn statements(&self) -> Vec<&NodeEnum> {
        let nodes = self.result.stmts.iter().filter_map(|raw| raw.stmt.as_deref()?.node.as_ref());
        nodes.collect()
    }
}

/// Parses a text, and goes through its tree; `None` when it is above the caps or the grammar does not take it.
pub(crate) fn with_tree<T>(text: &str, go: impl FnOnce(&Tree) -> T) -> Option<T> {
    if !fits(text) {
        return None;
    }
    stacker::grow(STACK, || {
        // A panic inside the bindings must not end a session.
        let parsed = catch_unwind(AssertUnwindSafe(|| pg_query::parse(text, 0))).ok()?.ok()?;
        Some(go(&Tree { result: parsed.protobuf }))
    })
}

/// Whether a text is within the caps.
pub(crate) fn fits(text: &str) -> bool {
    if text.len() > MOST_BYTES || text.contains('\0') {
        return false;
    }
    let mut depth = 0_usize;
    for (count, token) in Lexer::new(text.as_bytes(), true).enumerate() {
        let Ok(token) = token else { return false };
        match token.kind {
            Kind::Symbol(b'(' | b'[') => depth += 1,
            Kind::Symbol(b')' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if count >= MOST_TOKENS || depth > DEEPEST {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
