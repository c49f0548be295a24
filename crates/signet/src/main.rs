//! The `signet` program: wires the crates together. What to type is in `cli`; what happens to a byte is in `engine`.

mod house;
mod open_files;
mod protocols;
mod server;
mod tls;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

struct Signet;

impl cli::Program for Signet {
    fn protocols(&self) -> &'static [&'static dyn wire::Protocol] {
        protocols::PROTOCOLS
    }

    fn serve(&self, config: config::Config) -> anyhow::Result<()> {
        operations::start_log();
        server::serve(config)
    }
}

fn main() -> ExitCode {
    cli::main(&Signet)
}
