//! Settings that a session may change freely. All others bound what it does, or log it, or are not known here.

use crate::lexer::{Kind, Lexer, Token};

/// Settings that decide how text is read and shown, what unqualified names mean, and how a plan is found. None of them
/// bounds what a session may do, ends it, or decides what the target logs, who sees which row or what is loaded. Settings
/// whose names begin with `enable_` are the planner's too.
const HARMLESS: &[&str] = &[
    "application_name",
    "array_nulls",
    "backslash_quote",
    "bytea_output",
    "client_encoding",
    "client_min_messages",
    "constraint_exclusion",
    "cpu_index_tuple_cost",
    "cpu_operator_cost",
    "cpu_tuple_cost",
    "cursor_tuple_fraction",
    "datestyle",
    "default_statistics_target",
    "default_text_search_config",
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "effective_cache_size",
    "effective_io_concurrency",
    "escape_string_warning",
    "extra_float_digits",
    "from_collapse_limit",
    "geqo",
    "geqo_threshold",
    "hash_mem_multiplier",
    "intervalstyle",
    "jit",
    "join_collapse_limit",
    "lc_messages",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_parallel_workers_per_gather",
    "parallel_leader_participation",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "plan_cache_mode",
    "quote_all_identifiers",
    "random_page_cost",
    "search_path",
    "seq_page_cost",
    "standard_conforming_strings",
    "synchronize_seqscans",
    "timezone",
    "transaction_deferrable",
    "transaction_isolation",
    "transform_null_equals",
    "work_mem",
    "xmlbinary",
    "xmloption",
];

/// Phrases of the grammar's own that stand for a harmless setting, or for none.
const PHRASES: &[[&str; 2]] = &[
    ["TIME", "ZONE"],
    ["TRANSACTION", "ISOLATION"],
    ["XML", "OPTION"],
    ["NAMES", ""],
    ["SCHEMA", ""],
    ["CONSTRAINTS", ""],
];

/// Whether the words behind SET (and its scope) or RESET name a harmless setting. A name with a dot is a setting of an
/// extension or of the application's own, which may well decide who sees what.
pub(super) fn is_harmless(mut tokens: Lexer<'_>) -> bool {
    let (Some(Ok(first)), second) = (tokens.next(), tokens.next()) else { return false };
    let second = second.and_then(Result::ok);
    if second.is_some_and(|second| second.is_symbol(b'.')) {
        return false;
    }
    let phrase =
        |[one, two]: &[&str; 2]| first.is(one) && (two.is_empty() || second.is_some_and(|second| second.is(two)));
    PHRASES.iter().any(phrase) || spelled(&first).is_some_and(is_listed)
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

fn is_listed(name: &[u8]) -> bool {
    let planner = name.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case(b"enable_"));
    planner || HARMLESS.iter().any(|have| name.eq_ignore_ascii_case(have.as_bytes()))
}

#[cfg(test)]
mod tests;
