//! Names as the syntax tree holds them.

use pg_query::NodeEnum;
use pg_query::protobuf::{Alias, Node};

/// A string of the tree.
pub(crate) fn string(node: &Node) -> Option<&str> {
    match &node.node {
        Some(NodeEnum::String(string)) => Some(&string.sval),
        _ => None,
    }
}

/// All strings of a list.
pub(crate) fn strings(nodes: &[Node]) -> Vec<String> {
    nodes.iter().filter_map(string).map(str::to_owned).collect()
}

/// A name that may have a schema; `None` when it has more parts.
pub(crate) fn qualified(nodes: &[Node]) -> Option<(Option<&str>, &str)> {
    match nodes {
        [name] => Some((None, string(name)?)),
        [schema, name] => Some((Some(string(schema)?), string(name)?)),
        [_, schema, name] => Some((Some(string(schema)?), string(name)?)),
        _ => None,
    }
}

/// The name of an alias, and those of its columns.
pub(crate) fn alias(alias: Option<&Alias>) -> (Option<String>, Vec<String>) {
    alias.map_or((None, Vec::new()), |alias| (Some(alias.aliasname.clone()), strings(&alias.colnames)))
}

/// The text of a name, when there is one.
pub(crate) fn some(name: &str) -> Option<&str> {
    (!name.is_empty()).then_some(name)
}
