//! The `signet` program: wires the crates together. What to type is in `cli`; what happens to a byte is in `engine`.

mod house;
mod meaning;
mod name;
mod open_files;
mod panics;
mod private;
mod protocols;
mod server;
mod tls;

#[cfg(test)]
mod tests;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;

struct Signet;

impl cli::Program for Signet {
    fn protocols(&self) -> &'static [&'static dyn wire::Protocol] {
        protocols::PROTOCOLS
    }

    fn serve(&self, config: config::Config) -> anyhow::Result<()> {
        operations::start_log();
        panics::log();
        private::without_core().context("giving up core dumps")?;
        server::serve(config)
    }
}

fn main() -> ExitCode {
    // Every command may come to hold a secret: a token that it makes, the key of what was recorded.
    if let Err(error) = private::close() {
        // Where this cannot be said, the exit code says that something failed.
        let _ = writeln!(std::io::stderr(), "signet: the process cannot keep its memory to itself: {error}");
        return ExitCode::FAILURE;
    }
    cli::main(&Signet)
}
