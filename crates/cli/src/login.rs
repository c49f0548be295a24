//! `signet login` and `logout`: who one is at which gateway, and how that gateway is recognised.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::Terminal;
use crate::api::{Api, Credentials, Trust, certificates, usual_place};
use crate::arguments::LoginArguments;
use crate::failure::{Code, Failure, Outcome};
use crate::table::cell;
use crate::terminal::{hex, plain};

/// Finds out whom to trust, asks for the token, has it checked, and keeps both.
pub(crate) fn login(arguments: &LoginArguments, file: Option<PathBuf>, terminal: &mut Terminal) -> Outcome {
    let server = arguments.server.trim_end_matches('/').to_owned();
    if !server.starts_with("https://") {
        let failure = Failure::new(Code::Usage, format!("{} is no https address", plain(&server, 200)));
        return Err(failure.hint("Write https://HOST:PORT."));
    }
    let file = file.map_or_else(usual_place, Ok)?;
    let ca = authority(arguments, &server, terminal)?;
    let token = match std::env::var("SIGNET_TOKEN") {
        Ok(token) if !token.is_empty() => model::Secret::new(token),
        _ => terminal.secret("token")?,
    };
    let token = token.reveal_str().map_err(anyhow::Error::from)?.to_owned();
    let credentials = Credentials { server, person: arguments.person.clone(), ca, token };
    let me = Api::by(&credentials)?.get("me")?;
    let subject = cell(&me, "id/subject");
    if subject != arguments.person {
        let cause = format!("that is a token of {}, not of {}", plain(&subject, 128), plain(&arguments.person, 128));
        return Err(Failure::new(Code::Refused, cause).hint("Use a token of your own, or say --as."));
    }
    credentials.keep(&file)?;
    let roles = plain(&cell(&me, "roles"), 200);
    let line = format!("signed in at {} as {subject}, with the roles: {roles}", credentials.server);
    Ok(writeln!(terminal.err, "{}", plain(&line, 500))?)
}

/// Forgets the credentials. The token lives on until it runs out or is revoked.
pub(crate) fn logout(file: Option<PathBuf>, terminal: &mut Terminal) -> Outcome {
    let file = file.map_or_else(usual_place, Ok)?;
    match fs::remove_file(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(writeln!(terminal.err, "you were not signed in")?),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(writeln!(terminal.err, "signed out; to end the token itself: signet token revoke ID")?),
    }
}

/// The authority to pin: the one named, none when this machine trusts the server anyway, or the gateway's own after
/// somebody compared its fingerprint.
fn authority(arguments: &LoginArguments, server: &str, terminal: &mut Terminal) -> Outcome<Option<String>> {
    if let Some(file) = &arguments.ca {
        let text = fs::read_to_string(file);
        let text = text.map_err(|error| Failure::new(Code::Failed, format!("reading {}: {error}", file.display())))?;
        if certificates(&text)?.is_empty() {
            return Err(Failure::new(Code::Usage, format!("{} holds no certificate (PEM)", file.display())));
        }
        return Ok(Some(text));
    }
    let trusted = |trust: &Trust<'_>| Api::nobody(server, trust).and_then(|api| api.get("openapi.json"));
    if arguments.fingerprint.is_none() && trusted(&Trust::Authority(None)).is_ok() {
        return Ok(None);
    }
    let pem = Api::nobody(server, &Trust::Anybody)?.text("ca").map_err(|failure| match failure.code {
        Code::NotFound => failure.hint("Its certificate is from an authority that is not trusted here: --ca FILE."),
        _ => failure,
    })?;
    compare(&pem, arguments.fingerprint.as_deref(), terminal)?;
    // Whoever answered before may not be who has that authority.
    trusted(&Trust::Authority(Some(&pem)))?;
    Ok(Some(pem))
}

fn compare(pem: &str, expected: Option<&str>, terminal: &mut Terminal) -> Outcome {
    let [authority] = &certificates(pem)?[..] else {
        return Err(Failure::new(Code::Failed, "what the server gives as its authority is not one certificate"));
    };
    let fingerprint = hex(&Sha256::digest(authority.der()));
    match expected {
        Some(expected) if expected.replace(':', "").eq_ignore_ascii_case(&fingerprint) => Ok(()),
        Some(_) => {
            let cause = format!("the authority of the server has the fingerprint {fingerprint}, not the expected one");
            Err(Failure::new(Code::Refused, cause).hint("Somebody else may be answering. Ask the operators."))
        }
        None => {
            writeln!(terminal.err, "The authority of this server is its own. Its fingerprint (SHA-256) is")?;
            writeln!(terminal.err, "  {fingerprint}")?;
            writeln!(
                terminal.err,
                "Compare it with what its operators see: tls/ca.crt in the gateway's data directory."
            )?;
            terminal.confirm("Is it the same?", "--fingerprint HEX or --ca FILE")
        }
    }
}
