//! Tier Full: what a statement does, by PostgreSQL's own grammar.
//!
//! Everything that stands in a statement is looked at, one node after the other. A node that is not known here keeps the
//! statement from being Full. A function, operator or type that does not come with the server is code of unknown body, and what
//! runs it is a call. What is only kept for later, such as the query of a view, is named, and does nothing yet.

mod bounded;
mod code;
mod columns;
mod documents;
mod expressions;
mod holders;
mod named;
mod objects;
mod queries;
mod rights;
mod same;
mod session;
mod structure;
mod upkeep;
mod walk;

use model::{Reading, Verb};
use pg_query::NodeEnum;
use pg_query::protobuf::Node;

pub(crate) use holders::analyzes;
pub(crate) use named::{Called, Named};
use walk::{NO_QUERIES, Walk};

/// What was found in a statement.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) verb: Verb,
    /// What it is called; `None` when the words that it begins with say so.
    pub(crate) name: Option<&'static str>,
    pub(crate) unbounded_write: bool,
    pub(crate) reading: Reading,
    /// Nothing in it is unknown here.
    pub(crate) all_known: bool,
    /// What it runs besides relations, by name.
    pub(crate) named: Named,
    /// It holds something that is not known here, besides names.
    pub(crate) strange: bool,
}

/// Reads one statement; `None` when it is of no kind that is known here.
pub(crate) fn find(statement: &NodeEnum) -> Option<Found> {
    let mut walk = Walk::default();
    if !walk.statement(statement) {
        return None;
    }
    walk.all();
    Some(walk.found())
}

/// Whether expressions, outside of any query, hold nothing but what is known here, and read nothing.
pub(crate) fn are_plain(expressions: &[Node]) -> bool {
    let mut walk = Walk::default();
    walk.nodes(expressions, NO_QUERIES);
    walk.all();
    walk.is_plain()
}

#[cfg(test)]
mod tests;
