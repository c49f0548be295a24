//! `signet completions`: what a shell needs to complete words.

use std::io::Write;

use clap::CommandFactory;

use crate::Terminal;
use crate::arguments::{Arguments, CompletionsArguments};
use crate::failure::Outcome;

pub(crate) fn run(arguments: &CompletionsArguments, terminal: &mut Terminal) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "signet", &mut script);
    Ok(terminal.out.write_all(&script)?)
}
