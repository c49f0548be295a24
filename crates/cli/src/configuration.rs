//! `signet config`: is it right, and what may stand in it.

use std::io::Write;
use std::path::Path;

use config::{Config, ConfigError};

use crate::arguments::ConfigCommand;
use crate::failure::{Code, Failure, Outcome};
use crate::run::names;
use crate::{Program, Terminal};

pub(crate) fn run(program: &dyn Program, path: &Path, command: &ConfigCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        ConfigCommand::Reference => Ok(terminal.out.write_all(config::reference().as_bytes())?),
        ConfigCommand::Check => match ready(program, path) {
            Ok(config) => Ok(writeln!(terminal.out, "{} is good", config.file.display())?),
            Err(failure) => Err(Failure { code: Code::Failed, ..failure }),
        },
    }
}

/// The configuration with which the gateway can start: its files are there too.
pub(crate) fn ready(program: &dyn Program, path: &Path) -> Outcome<Config> {
    let config = config::read(path, &names(program))?;
    let problems = config.check_files();
    if problems.is_empty() {
        return Ok(config);
    }
    Err(ConfigError::Invalid { path: config.file, problems }.into())
}
