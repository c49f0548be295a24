//! What changing a setting comes to.

use model::Verb;

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

/// The verb of setting or resetting what has this name, which PostgreSQL compares without regard to case; `None` when it cannot
/// be a name.
pub(crate) fn verb(name: &str) -> Option<Verb> {
    let is = |have: &str| name.eq_ignore_ascii_case(have);
    match () {
        () if name.is_empty() => None,
        () if is("role") || is("session_authorization") => Some(Verb::SessionIdentity),
        () if is_harmless(name.as_bytes()) => Some(Verb::Session),
        () => Some(Verb::SessionGuard),
    }
}

/// Whether a session may change it freely. A name with a dot is a setting of an extension or of the application's own, which may
/// well decide who sees what.
pub(crate) fn is_harmless(name: &[u8]) -> bool {
    let planner = name.get(..7).is_some_and(|begin| begin.eq_ignore_ascii_case(b"enable_"));
    (planner && !name.contains(&b'.')) || HARMLESS.iter().any(|have| name.eq_ignore_ascii_case(have.as_bytes()))
}
