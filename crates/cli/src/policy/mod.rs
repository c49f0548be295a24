//! `signet policy`: write, check, try, test and compare policies, without a gateway.

mod comparing;
mod files;
mod replay;
mod testing;
mod trying;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use ::policy::{PACKS, Pack};

use crate::api::Api;
use crate::arguments::PolicyCommand;
use crate::failure::{Code, Failure, Outcome};
use crate::run::names;
use crate::terminal::{Colour, counted};
use crate::{Program, Terminal};

pub(crate) fn run(
    program: &dyn Program,
    config: &Path,
    api: impl FnOnce() -> Outcome<Api>,
    command: PolicyCommand,
    terminal: &mut Terminal,
) -> Outcome {
    match command {
        PolicyCommand::Init { folder, packs } => init(&folder, &packs, terminal),
        PolicyCommand::Schema => Ok(terminal.out.write_all(::policy::schema_text().as_bytes())?),
        PolicyCommand::Check { folder, strict } => {
            let config = files::configuration(program, config)?;
            check(&files::folder(folder, config.as_ref())?, config.as_ref(), strict, terminal)
        }
        PolicyCommand::Try(arguments) => {
            trying::run(program, files::configuration(program, config)?.as_ref(), *arguments, terminal)
        }
        PolicyCommand::Test { folder } => {
            let config = files::configuration(program, config)?;
            testing::run(program, &files::folder(folder, config.as_ref())?, terminal)
        }
        PolicyCommand::Replay(arguments) => {
            let config = config::read(config, &names(program))?;
            replay::run(program, &config, api, arguments, terminal)
        }
        PolicyCommand::Diff { old, new } => {
            comparing::run(program, files::configuration(program, config)?.as_ref(), &old, &new, terminal)
        }
    }
}

fn init(folder: &Path, names: &[String], terminal: &mut Terminal) -> Outcome {
    let packs = names.iter().map(|name| pack(name)).collect::<Outcome<Vec<_>>>()?;
    fs::create_dir_all(folder)?;
    for pack in packs {
        for (end, text) in [("cedar", pack.policies), ("test.toml", pack.cases)] {
            let path = folder.join(format!("{}.{end}", pack.name));
            let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| {
                let failure = Failure::new(Code::Failed, format!("{}: {error}", path.display()));
                match error.kind() {
                    ErrorKind::AlreadyExists => {
                        failure.hint("Files are not overwritten: move it away, or name another folder.")
                    }
                    _ => failure,
                }
            })?;
            file.write_all(text.as_bytes())?;
            writeln!(terminal.out, "{}", path.display())?;
        }
    }
    writeln!(
        terminal.err,
        "Adapt the names of groups, labels and columns; then: signet policy test {}",
        folder.display()
    )?;
    Ok(())
}

fn pack(name: &str) -> Outcome<&'static Pack> {
    PACKS.iter().find(|pack| pack.name == name).ok_or_else(|| {
        let known: Vec<&str> = PACKS.iter().map(|pack| pack.name).collect();
        Failure::new(Code::NotFound, format!("there is no pack {name:?}")).hint(format!("Packs: {}.", known.join(", ")))
    })
}

fn check(folder: &Path, config: Option<&config::Config>, strict: bool, terminal: &mut Terminal) -> Outcome {
    let policies = files::policies(folder, None)?;
    let warnings = ::policy::lint(&policies, &files::inventory(config));
    for warning in &warnings {
        writeln!(terminal.err, "{} {warning}", terminal.paint(Colour::Yellow, "warning:"))?;
    }
    let count = policies.ids().count() as u64;
    let said = format!("{}, {}", counted_policies(count), counted(warnings.len() as u64, "warning"));
    if strict && !warnings.is_empty() {
        return Err(Failure::new(Code::Failed, said).hint("Mend what is warned of; --strict fails on warnings."));
    }
    Ok(writeln!(terminal.out, "{} is good: {said}", folder.display())?)
}

fn counted_policies(count: u64) -> String {
    if count == 1 { "1 policy".to_owned() } else { format!("{count} policies") }
}
