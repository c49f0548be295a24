//! `signet verify`: the verifier of the evidence log, which knows nothing of the gateway.

use std::io::{IsTerminal, Write};
use std::time::SystemTime;

use crate::Terminal;

/// Gives the exit code of the verdict.
pub(crate) fn run(arguments: &verify::Arguments, terminal: &mut Terminal) -> u8 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now_us = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
    let progress = std::io::stderr().is_terminal();
    verify::command(arguments, now_us, &mut terminal.out, &mut terminal.err, progress).unwrap_or_else(|error| {
        // A verdict that nobody could read is none, and must not look like one.
        let _ = writeln!(terminal.err, "error: {error}");
        verify::Verdict::Io.code()
    })
}
