//! Which settings a client may bring to the start of a session. What would change who it acts as, what is loaded, what
//! names mean or what the target logs is not on the list. What a `SET` may not do undecided, is decided here too (`brought`).

use bytes::Bytes;
use model::{Class, Public};

use crate::fault::Fault;

/// Settings that only change how this client sees results, or how much patience the target has with it.
const BRINGABLE: &[&str] = &[
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
    "deadlock_timeout",
    "debug_parallel_query",
    "default_statistics_target",
    "default_text_search_config",
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "effective_cache_size",
    "effective_io_concurrency",
    "extra_float_digits",
    "force_parallel_mode",
    "from_collapse_limit",
    "geqo",
    "geqo_threshold",
    "hash_mem_multiplier",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "intervalstyle",
    "jit",
    "join_collapse_limit",
    "lc_messages",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "lock_timeout",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "min_parallel_index_scan_size",
    "min_parallel_table_scan_size",
    "parallel_leader_participation",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "plan_cache_mode",
    "random_page_cost",
    "seq_page_cost",
    "standard_conforming_strings",
    "statement_timeout",
    "tcp_keepalives_count",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "tcp_user_timeout",
    "temp_buffers",
    "timezone",
    "transaction_timeout",
    "work_mem",
    "xmlbinary",
    "xmloption",
];

/// Whether a client may bring this setting. Names are compared as the target compares them, without case.
pub(crate) fn may_be_brought(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with(b"enable_") || BRINGABLE.iter().any(|have| have.as_bytes() == name)
}

/// The settings in `options`, by name: each must be one that may be brought, and nothing but settings may be in it.
pub(crate) fn in_options(options: &[u8]) -> Result<Vec<(Bytes, Bytes)>, Fault> {
    let mut settings = Vec::new();
    let words = words(options);
    let mut words = words.iter().map(Vec::as_slice);
    while let Some(word) = words.next() {
        let setting = match word {
            b"-c" => words.next().ok_or_else(not_a_setting)?,
            [b'-', b'c', setting @ ..] => setting,
            [b'-', b'-', setting @ ..] => setting,
            _ => return Err(not_a_setting()),
        };
        let at = memchr::memchr(b'=', setting).ok_or_else(not_a_setting)?;
        let name: Vec<u8> = setting.iter().take(at).map(|byte| if *byte == b'-' { b'_' } else { *byte }).collect();
        if !may_be_brought(&name) {
            return Err(not_allowed("options"));
        }
        let value = setting.get(at.saturating_add(1)..).unwrap_or_default();
        settings.push((Bytes::from(name), Bytes::copy_from_slice(value)));
    }
    Ok(settings)
}

/// Splits as the target does: at white space, with a backslash before what is meant literally.
fn words(options: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut bytes = options.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => words.extend(word.take()),
            b'\\' => word.get_or_insert_default().extend(bytes.next()),
            byte => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    words
}

fn not_a_setting() -> Fault {
    Fault::unserved(
        Public::new(Class::Unsupported, "the startup parameter \"options\" may hold settings only")
            .with_hint("Write each as `-c name=value`."),
    )
}

/// `parameter` is a word of ours, never the client's.
pub(crate) fn not_allowed(parameter: &'static str) -> Fault {
    let message = match parameter {
        "options" => "a setting in the startup parameter \"options\" is not on the list of those that may be brought",
        _ => "a startup parameter is not on the list of those that may be brought",
    };
    Fault::unserved(Public::new(Class::Unsupported, message).with_hint(
        "Settings that change identity, search path, loaded code or logging cannot be set at the start. Leave it out, or \
         set it with SET once connected, where policy decides.",
    ))
}
