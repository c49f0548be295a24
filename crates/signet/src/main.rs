//! The `signet` program: wires the crates together. What to type is in `cli`; what happens to a byte is in `engine`.

mod house;
mod logging;
mod open_files;
mod operations;
mod protocols;
mod server;
mod signals;
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
        logging::start();
        server::serve(config)
    }
}

fn main() -> ExitCode {
    cli::main(&Signet)
}
