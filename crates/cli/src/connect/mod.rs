//! `signet connect`: points a person's own client at a resource.

mod service_file;

#[cfg(test)]
pub(crate) use service_file::with_section;

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::Command;

use config::{Config, SecretSource, Target};
use model::Login;
use wire::{ClientHelp, Manifest, Reach};

use crate::arguments::ConnectArguments;
use crate::failure::{Code, Failure, Outcome};
use crate::{Program, Terminal};

pub(crate) fn run(
    program: &dyn Program,
    config: &Config,
    arguments: &ConnectArguments,
    terminal: &mut Terminal,
) -> Outcome {
    let target = target(config, &arguments.resource)?;
    allowed(config, target, &arguments.user)?;
    let manifest = manifest(program, target)?;
    let clients = clients(config, target, manifest, arguments)?;
    match &arguments.with {
        None if arguments.print => print_all(&clients, terminal),
        wanted => {
            let client = choose(&clients, wanted.as_deref())?;
            if arguments.print { print(client, terminal) } else { act(config, client, terminal) }
        }
    }
}

fn target<'a>(config: &'a Config, name: &str) -> Outcome<&'a Target> {
    config.target(name).ok_or_else(|| {
        let names: Vec<_> = config.targets.keys().map(|name| name.as_str()).collect();
        Failure::new(Code::NotFound, format!("there is no resource {name:?}"))
            .hint(format!("These there are: {}.", names.join(", ")))
    })
}

/// Tells before the client starts what the gateway would refuse.
fn allowed(config: &Config, target: &Target, user: &str) -> Outcome {
    let login = Login::parse(user).map_err(|rule| Failure::new(Code::Usage, format!("--as {user:?}: {rule}")))?;
    let person = config.people.get(&login.person).ok_or_else(|| {
        Failure::new(Code::NotFound, format!("there is no person {:?}", login.person))
            .hint("Say who you are with --as PERSON; people stand in the configuration as [[person]].")
    })?;
    let resource = &target.resource;
    let account = resource.account(login.account.as_deref()).ok_or_else(|| {
        let names: Vec<_> = resource.accounts.iter().map(|account| account.name.as_str()).collect();
        let what = format!("resource {} has no account {:?}", resource.name, login.account.unwrap_or_default());
        Failure::new(Code::NotFound, what).hint(format!("These there are: {}.", names.join(", ")))
    })?;
    if person.may_use(&resource.name, &account.name) {
        return Ok(());
    }
    let what = format!("{} may not use {} as {}", person.name, resource.name, account.name);
    Err(Failure::new(Code::Failed, what)
        .hint("What people may reach stands at their name in the configuration (access)."))
}

fn manifest(program: &dyn Program, target: &Target) -> Outcome<&'static Manifest> {
    let mut manifests = program.protocols().iter().map(|protocol| protocol.manifest());
    let found = manifests.find(|manifest| manifest.name == target.resource.protocol);
    found.ok_or_else(|| {
        Failure::new(Code::Configuration, format!("there is no protocol {:?}", target.resource.protocol))
    })
}

fn clients(
    config: &Config,
    target: &Target,
    manifest: &Manifest,
    arguments: &ConnectArguments,
) -> Outcome<Vec<ClientHelp>> {
    let resource = &target.resource;
    let listener = config.listener_for(resource).ok_or_else(|| {
        Failure::new(Code::Configuration, format!("no listener leads to resource {}", resource.name))
            .hint(format!("Add a [[listener]] with protocol = \"{}\".", resource.protocol))
    })?;
    let ca_file = config.client_ca().map(|path| path.display().to_string());
    let dedicated = listener.resource.is_some();
    let reach = Reach {
        host: &listener.advertise.host,
        port: listener.advertise.port,
        resource: resource.name.as_str(),
        dedicated,
        user: &arguments.user,
        database: arguments.database.as_deref().or(resource.default_database.as_deref()),
        ca_file: ca_file.as_deref(),
    };
    Ok((manifest.clients)(&reach))
}

/// The client of that name; without a name the first that can be run.
fn choose<'a>(clients: &'a [ClientHelp], wanted: Option<&str>) -> Outcome<&'a ClientHelp> {
    let found = match wanted {
        Some(name) => clients.iter().find(|client| client.name == name),
        None => clients.iter().find(|client| !client.argv.is_empty()).or(clients.first()),
    };
    found.ok_or_else(|| {
        let names: Vec<_> = clients.iter().map(|client| client.name).collect();
        Failure::new(Code::Usage, format!("there is no client {:?}", wanted.unwrap_or_default()))
            .hint(format!("These there are: {}.", names.join(", ")))
    })
}

fn print_all(clients: &[ClientHelp], terminal: &mut Terminal) -> Outcome {
    for (at, client) in clients.iter().enumerate() {
        let gap = if at == 0 { "" } else { "\n" };
        writeln!(terminal.out, "{gap}# {}: {}", client.name, client.about)?;
        print(client, terminal)?;
    }
    Ok(())
}

fn print(client: &ClientHelp, terminal: &mut Terminal) -> Outcome {
    if !client.argv.is_empty() {
        let words: Vec<_> = client.argv.iter().map(|word| quoted(word)).collect();
        writeln!(terminal.out, "{}", words.join(" "))?;
    }
    if client.argv.is_empty() && !client.text.is_empty() {
        writeln!(terminal.out, "{}", client.text.trim_end())?;
    }
    Ok(())
}

/// Runs the client in the place of this process; a client that reads a file gets its section; else there is only text.
fn act(config: &Config, client: &ClientHelp, terminal: &mut Terminal) -> Outcome {
    if let Some((name, words)) = client.argv.split_first() {
        terminal.out.flush()?;
        let error = client_program(config, name, words).exec();
        let failure = Failure::new(Code::Failed, format!("cannot run {name}: {error}"));
        return Err(failure.hint("Install it, or use --print to see how other clients get there."));
    }
    if client.name == "service" {
        let (path, service) = service_file::install(&client.text)?;
        writeln!(terminal.err, "wrote service {service} to {}; now: psql service={service}", path.display())?;
        return Ok(());
    }
    print(client, terminal)
}

/// The client, which has no business with the variables in which credentials of targets stand.
pub(crate) fn client_program(config: &Config, name: &str, words: &[String]) -> Command {
    let mut command = Command::new(name);
    command.args(words);
    for source in config.targets.values().flat_map(|target| target.secrets.values()) {
        if let SecretSource::Env(variable) = source {
            command.env_remove(variable);
        }
    }
    command
}

/// A word as a shell must be given it.
fn quoted(word: &str) -> String {
    let harmless =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | '+' | ',' | '@' | '%');
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
