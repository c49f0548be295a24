//! What a PostgreSQL server brings along: its functions, types and operators, by name, of all versions from 15 to 18.
//!
//! The lists are taken from the servers' own catalogues (`pg_catalog` of 15 and 18). A name that stands here may still be that
//! of somebody's own function, type or operator too; where a catalogue is at hand, it is asked.

mod effects;

use std::cmp::Ordering;

pub(crate) use effects::{called, called_in};

/// What a built-in function does, as far as its arguments' values and anything else that the account can read go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Immutable or stable: it changes nothing, and what it gives depends on its arguments and on the server's own state.
    Reads,
    /// Volatile, but what it gives depends on its arguments and on the server's own state: `random`, `nextval`.
    Volatile,
    /// As above, and its arguments can be seen elsewhere afterwards: `pg_notify`, `set_config`.
    Keeps,
    /// It reads files, runs SQL, shows what others do, or can do anything else.
    Dangerous,
}

/// A built-in function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) class: Class,
    /// It gives any number of rows.
    pub(crate) set: bool,
}

/// `name class`: r reads, v volatile, k keeps, d dangerous; behind it s for a set. Sorted by bytes.
static FUNCTIONS: &str = include_str!("functions.txt");
static TYPES: &str = include_str!("types.txt");
static OPERATORS: &str = include_str!("operators.txt");

/// Functions that never fail, and make NULL of nothing else, whatever text their first argument is, when their other
/// arguments are constants.
const TOTAL: &[&str] = &[
    "bit_length",
    "btrim",
    "char_length",
    "character_length",
    "initcap",
    "left",
    "length",
    "lower",
    "ltrim",
    "md5",
    "octet_length",
    "replace",
    "reverse",
    "right",
    "rtrim",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "strpos",
    "substr",
    "substring",
    "translate",
    "upper",
];

/// Other functions that neither fail because of what a value is nor make NULL of one that is not.
const CALM: &[&str] = &[
    "any_value",
    "bool_and",
    "bool_or",
    "count",
    "cume_dist",
    "dense_rank",
    "every",
    "first_value",
    "json_agg",
    "json_build_array",
    "jsonb_agg",
    "jsonb_build_array",
    "lag",
    "last_value",
    "lead",
    "max",
    "min",
    "mode",
    "nth_value",
    "num_nonnulls",
    "num_nulls",
    "percent_rank",
    "pg_column_size",
    "pg_typeof",
    "rank",
    "row_number",
    "row_to_json",
    "to_json",
    "to_jsonb",
];

/// Operators that neither fail because of what a value is nor make NULL of one that is not.
const CALM_OPERATORS: &[&str] =
    &["=", "<>", "<", "<=", ">", ">=", "@>", "<@", "?", "?|", "?&", "~~", "!~~", "~~*", "!~~*"];

/// Functions that run a text as SQL, or all of a table that a text names.
const RUN_TEXT: &[&str] = &[
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "database_to_xml",
    "database_to_xml_and_xmlschema",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "query_to_xmlschema",
    "schema_to_xml",
    "schema_to_xml_and_xmlschema",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
    "ts_rewrite",
    "ts_stat",
];

/// The view whose rows are settings: to update one is to set it.
pub(crate) const SETTINGS: &str = "pg_settings";

/// The built-in function of that name.
pub(crate) fn function(name: &str) -> Option<Function> {
    let line = find(FUNCTIONS, name)?;
    let mut letters = line.bytes();
    let class = match letters.next()? {
        b'r' => Class::Reads,
        b'v' => Class::Volatile,
        b'k' => Class::Keeps,
        _ => Class::Dangerous,
    };
    Some(Function { class, set: letters.next() == Some(b's') })
}

/// Whether a built-in type has that name.
pub(crate) fn is_type(name: &str) -> bool {
    find(TYPES, name).is_some()
}

/// Whether a built-in operator has that name.
pub(crate) fn is_operator(name: &str) -> bool {
    find(OPERATORS, name).is_some()
}

/// Whether a function of that name is total in its first argument.
pub(crate) fn is_total(name: &str) -> bool {
    TOTAL.contains(&name)
}

/// Whether a function of that name neither fails because of what a value is nor makes NULL of one that is not.
pub(crate) fn is_calm(name: &str) -> bool {
    CALM.contains(&name)
}

/// Whether a function of that name runs a text as SQL.
pub(crate) fn runs_text(name: &str) -> bool {
    RUN_TEXT.contains(&name)
}

/// Whether what stands behind an operator of that name is a pattern, which can be a wrong one.
pub(crate) fn takes_pattern(name: &str) -> bool {
    matches!(name, "~~" | "!~~" | "~~*" | "!~~*")
}

/// Whether an operator of that name neither fails because of what a value is nor makes NULL of one that is not.
pub(crate) fn is_calm_operator(name: &str) -> bool {
    CALM_OPERATORS.contains(&name)
}

/// Types as which any value can be written: their casts never fail.
pub(crate) fn is_text(name: &str) -> bool {
    matches!(name, "text" | "varchar" | "bpchar")
}

/// What stands behind `name` in a sorted list of lines; lines that hold only a name have nothing behind it.
fn find(list: &'static str, name: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = list.get(..middle)?.rfind('\n').map_or(0, |at| at + 1);
        let end = list.get(start..)?.find('\n').map_or(list.len(), |at| start + at);
        let line = list.get(start..end)?;
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key.cmp(name) {
            Ordering::Equal => return Some(value),
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests;
