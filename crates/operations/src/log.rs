//! The gateway's own log: for its operators, on stderr. Evidence goes to the journal, never here.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::EnvFilter;

/// From here on events are written: SIGNET_LOG says which, SIGNET_LOG_FORMAT=json how.
pub fn start_log() {
    let filter = EnvFilter::try_from_env("SIGNET_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    // A second start in one process would be a mistake without consequence.
    let _ = if std::env::var_os("SIGNET_LOG_FORMAT").is_some_and(|format| format == "json") {
        log.json().try_init()
    } else {
        log.with_ansi(stderr().is_terminal()).with_target(false).try_init()
    };
}
