//! `signet-verify`: the verifier alone, for those who do not run the gateway.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;

/// Verify an evidence log of Signet.
///
/// Ends with 0 when everything holds; 10 TAMPERED, 20 INCOMPLETE, 30 UNTRUSTED, 40 STALE or ROLLBACK, 50 MALFORMED, 60 FORK,
/// 70 when something could not be read.
#[derive(Debug, Parser)]
#[command(name = "signet-verify", version)]
struct Program {
    #[command(flatten)]
    arguments: verify::Arguments,
}

fn main() -> ExitCode {
    let program = Program::parse();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now_us = u64::try_from(now.as_micros()).unwrap_or(u64::MAX);
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    let progress = err.is_terminal();
    match verify::command(&program.arguments, now_us, &mut out, &mut err, progress) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nothing is left to be done when stderr is gone too.
            let _ = writeln!(err, "error: {error}");
            ExitCode::from(verify::Verdict::Io.code())
        }
    }
}
