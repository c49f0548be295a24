//! PostgreSQL's own grammar, under caps.

use std::panic::catch_unwind;

use pg_query::NodeEnum;
use pg_query::protobuf::ParseResult;

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

/// Parses a text that is within the caps.
pub(crate) fn parse(text: &str) -> Option<Tree> {
    let parsed = catch_unwind(|| pg_query::parse(text, 0)).ok()?.ok()?;
    Some(Tree { result: parsed.protobuf })
}
