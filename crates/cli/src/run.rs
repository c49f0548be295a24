//! From words to a command, and from its end to an exit code.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind as Usage;
use config::Config;
use wire::Protocol;

use crate::api::Api;
use crate::arguments::{Arguments, Command, PolicyWords, SessionsCommand};
use crate::failure::{Code, Outcome};
use crate::{
    Terminal, apply, audit, completions, configuration, connect, demo, grants, live, log, login, masks, people,
    policies, requests, resources, secrets, sessions, status, token, tokens, verification,
};

/// What the binary gives to the commands.
pub trait Program {
    /// The wiring table.
    fn protocols(&self) -> &'static [&'static dyn Protocol];

    /// Runs the gateway until it was told to stop.
    ///
    /// # Errors
    /// When it cannot start, or did not end in good order.
    fn serve(&self, config: Config) -> anyhow::Result<()>;
}

/// Runs the command of the process.
pub fn main(program: &dyn Program) -> ExitCode {
    ExitCode::from(run(program, std::env::args_os(), &mut Terminal::of_process()))
}

/// Runs a command, the program's name first, and gives its exit code.
pub fn run(program: &dyn Program, words: impl IntoIterator<Item = OsString>, terminal: &mut Terminal) -> u8 {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => return told(&error, terminal),
    };
    let end = dispatch(program, arguments, terminal).and_then(|code| Ok(terminal.out.flush().map(|()| code)?));
    match end {
        Ok(code) => code,
        // A reader that has seen enough (`signet log | head`) is no failure.
        Err(failure) if failure.pipe => 0,
        Err(failure) => {
            // Nothing is left to be done when stderr is gone.
            let _ = writeln!(terminal.err, "{failure}");
            failure.code.number()
        }
    }
}

/// What clap has to say: help and version are successes on stdout, all else is a usage failure.
fn told(error: &clap::Error, terminal: &mut Terminal) -> u8 {
    let text = error.render();
    let (code, stream) = match error.kind() {
        Usage::DisplayHelp | Usage::DisplayVersion => (0, &mut terminal.out),
        _ => (Code::Usage.number(), &mut terminal.err),
    };
    let _ = write!(stream, "{text}");
    code
}

/// Runs the command. A verification has an exit code of its own when it was done; all others end with 0.
fn dispatch(program: &dyn Program, arguments: Arguments, terminal: &mut Terminal) -> Outcome<u8> {
    let Arguments { config: path, credentials, command } = arguments;
    let api = || Api::open(credentials.clone());
    let done = match command {
        Command::Verify(arguments) => return Ok(verification::run(&arguments, terminal)),
        Command::Server => Ok(program.serve(configuration::ready(program, &path)?)?),
        Command::Token(command) => token::run(&read(program, &path)?, command, terminal),
        Command::Tokens(command) => tokens::run(&api()?, command, terminal),
        Command::Connect(arguments) => connect::run(program, &read(program, &path)?, &arguments, terminal),
        Command::Sessions(SessionsCommand::Live(form)) => live::list(&api()?, form.json, terminal),
        Command::Sessions(SessionsCommand::Kill { session, reason }) => {
            live::kill(&api()?, &session, &reason, terminal)
        }
        Command::Sessions(SessionsCommand::Recorded(command)) => {
            sessions::run(program, &read(program, &path)?, command, terminal)
        }
        Command::Log(arguments) => log::run(&read(program, &path)?, &arguments, terminal),
        Command::Audit(command) => audit::ask(program, || read(program, &path), api, command, terminal),
        Command::Config(command) => configuration::run(program, &path, &command, terminal),
        Command::Policy(PolicyWords::Alone(command)) => crate::policy::run(program, &path, api, command, terminal),
        Command::Policy(PolicyWords::Gateway(command)) => policies::run(&api()?, command, terminal),
        Command::Login(arguments) => login::login(&arguments, credentials, terminal),
        Command::Logout => login::logout(credentials, terminal),
        Command::Status(form) => status::run(&api()?, form.json, terminal),
        Command::Resources(command) => resources::run(&api()?, command, terminal),
        Command::People(command) => people::people(&api()?, command, terminal),
        Command::Groups(command) => people::groups(&api()?, command, terminal),
        Command::Roles(command) => people::roles(&api()?, command, terminal),
        Command::Requests(arguments) => requests::run(&api()?, arguments, terminal),
        Command::BreakGlass(command) => grants::break_glass(&api()?, command, terminal),
        Command::Grants(command) => grants::grants(&api()?, command, terminal),
        Command::Mask(command) => masks::run(&api()?, command, terminal),
        Command::Secrets(command) => secrets::run(&api()?, &command, terminal),
        Command::Apply(arguments) => return apply::run(&api()?, &arguments, terminal),
        Command::Demo(arguments) => demo::run(&arguments, terminal),
        Command::Completions(arguments) => completions::run(&arguments, terminal),
    };
    done.map(|()| 0)
}

fn read(program: &dyn Program, path: &Path) -> Outcome<Config> {
    Ok(config::read(path, &names(program))?)
}

/// Names of the wiring table.
pub(crate) fn names(program: &dyn Program) -> Vec<&'static str> {
    program.protocols().iter().map(|protocol| protocol.manifest().name).collect()
}
