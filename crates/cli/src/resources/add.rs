//! What is sent to put a target behind the gateway. Its password is asked for, piped in, or read from a file.

use std::fs;
use std::io::Write;
use std::path::Path;

use model::Secret;
use serde_json::{Map, Value, json};

use super::url::{self, Target};
use crate::Terminal;
use crate::arguments::AddArguments;
use crate::failure::{Code, Failure, Outcome};

/// The body of the request.
pub(super) fn wish(arguments: &AddArguments, terminal: &mut Terminal) -> Outcome<Value> {
    let target = url::parse(&arguments.url).map_err(|why| {
        Failure::new(Code::Usage, format!("the address is not understood: {why}"))
            .hint("Write postgres://USER@HOST:PORT/DATABASE; special characters as %40.")
    })?;
    let Some(user) = target.user.clone() else {
        let failure = Failure::new(Code::Usage, "the address names no user");
        return Err(failure.hint("Write postgres://USER@HOST:PORT/DATABASE: people are let in as that user."));
    };
    let labels = arguments.labels.iter().map(|label| self::label(label)).collect::<Outcome<Map<_, _>>>()?;
    let tls_ca = arguments.tls_ca.as_deref().map(read).transpose()?;
    let password = password(arguments, &target, terminal)?;
    let secret = match &password {
        Some(password) => json!({ "password": password.reveal_str().map_err(anyhow::Error::from)? }),
        None => json!("none"),
    };
    let account = arguments.account.clone().unwrap_or_else(|| user.clone());
    Ok(json!({
        "name": arguments.name,
        "protocol": target.protocol,
        "address": target.address,
        "tls": arguments.tls,
        "tls_name": arguments.tls_name,
        "tls_ca": tls_ca,
        "server_names": arguments.server_names,
        "database": target.database,
        "labels": labels,
        "accounts": [{ "name": account, "user": user, "secret": secret }],
    }))
}

fn label(text: &str) -> Outcome<(String, Value)> {
    let parts = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let parts = parts.map(|(key, value)| (key.to_owned(), Value::from(value)));
    parts.ok_or_else(|| Failure::new(Code::Usage, "a label is KEY=VALUE").hint("--label environment=production"))
}

fn password(arguments: &AddArguments, target: &Target, terminal: &mut Terminal) -> Outcome<Option<Secret>> {
    if arguments.no_password {
        return Ok(None);
    }
    if let Some(file) = &arguments.password_file {
        if file == Path::new("-") {
            return Ok(Some(Secret::new(first_line(&terminal.input.line()?)?)));
        }
        return Ok(Some(Secret::new(first_line(&read(file)?)?)));
    }
    if let Some(password) = &target.password {
        writeln!(
            terminal.err,
            "warning: a password on the command line is seen by others on this machine and kept by shells; better is \
             --password-file FILE, a pipe, or leaving it out and being asked"
        )?;
        return Ok(Some(password.clone()));
    }
    terminal.secret("password").map(Some)
}

fn read(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(|error| Failure::new(Code::Failed, format!("reading {}: {error}", file.display())))
}

fn first_line(text: &str) -> Outcome<String> {
    let line = text.lines().next().filter(|line| !line.is_empty());
    line.map(str::to_owned).ok_or_else(|| {
        Failure::new(Code::Usage, "there is no password in it")
            .hint("Its first line is the password; or say --no-password.")
    })
}
