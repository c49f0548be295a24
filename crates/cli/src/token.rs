//! `signet token`: makes, lists and revokes the tokens by which people sign in. Works beside a running gateway.

use std::future::Future;
use std::io::Write;
use std::sync::Arc;

use config::{Config, Span};
use identity::{Clock, IdentityError, LOCAL, TokenInfo, Tokens, wall_clock};
use serde_json::{Value, json};
use store::Store;

use crate::Terminal;
use crate::arguments::TokenCommand;
use crate::failure::{Code, Failure, Outcome};
use crate::moment::to_second;
use crate::record;
use crate::terminal::{Colour, plain};

/// The longest life of a token.
const LONGEST: Span = Span::seconds(30 * 86_400);

pub(crate) fn run(config: &Config, command: TokenCommand, terminal: &mut Terminal) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let clock = wall_clock();
    runtime.block_on(async {
        let store = Arc::new(open(config).await?);
        let tokens = Tokens::new(Arc::clone(&store), clock.clone());
        match command {
            TokenCommand::Create { person, ttl, json } => {
                create(config, &store, &tokens, &person, ttl, json, terminal).await
            }
            TokenCommand::List { json } => list(&tokens, json, &clock, terminal).await,
            TokenCommand::Revoke { id } => revoke(config, &tokens, &id, terminal).await,
        }
    })
}

async fn open(config: &Config) -> Outcome<Store> {
    let file = config.store_file.clone();
    Store::open(&file).await.map_err(|error| {
        let hint = format!("Run this as the user of the gateway, who owns {}.", config.data_dir.display());
        Failure::new(Code::Failed, error.to_string()).hint(hint)
    })
}

/// The token alone on stdout, so that it can be put where it is needed without being seen.
async fn create(
    config: &Config,
    store: &Store,
    tokens: &Tokens,
    person: &str,
    ttl: Span,
    json: bool,
    terminal: &mut Terminal,
) -> Outcome {
    if !config.people.contains_key(person) && !is_kept(store, person).await? {
        let hint = format!(
            "Add them with signet people add {person}, or to {} as [[person]] and restart the gateway.",
            config.file.display()
        );
        return Err(Failure::new(Code::NotFound, format!("there is no person {person:?}")).hint(hint));
    }
    if ttl > LONGEST {
        let failure = Failure::new(Code::Usage, format!("--ttl {ttl} is too long"));
        return Err(failure.hint(format!("A token lives at most {LONGEST}.")));
    }
    let prepared = told(tokens.prepare(person, ttl.0)).await?;
    let (id, expires) = (prepared.id().to_owned(), to_second(prepared.expires_us()));
    let details = [("token", id), ("person", person.to_owned()), ("expires", expires.clone())];
    record::act(config, "token.create", details).await?;
    let made = told(tokens.keep(prepared)).await?;
    let token = made.token.reveal_str().map_err(anyhow::Error::from)?;
    if json {
        let object = json!({ "token": token, "id": made.id, "person": person, "expires": expires });
        return Ok(writeln!(terminal.out, "{object}")?);
    }
    writeln!(terminal.out, "{token}")?;
    terminal.out.flush()?;
    writeln!(terminal.err, "token {} of {person}, good until {expires}; it is not shown again", made.id)?;
    Ok(writeln!(terminal.err, "it is typed as the password; to take it back: signet token revoke {}", made.id)?)
}

/// Whether the store has somebody of that name who signs in here. Disabled or not is looked at when they do.
async fn is_kept(store: &Store, person: &str) -> Outcome<bool> {
    let people = store.people().await.map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    Ok(people.iter().any(|row| row.id.issuer == LOCAL && row.id.subject == person))
}

async fn list(tokens: &Tokens, json: bool, clock: &Clock, terminal: &mut Terminal) -> Outcome {
    let listed = told(tokens.list()).await?;
    let now_us = clock();
    if json {
        let objects: Vec<_> = listed.iter().map(|token| object(token, now_us)).collect();
        return Ok(writeln!(terminal.out, "{:#}", Value::from(objects))?);
    }
    if listed.is_empty() {
        writeln!(terminal.err, "no tokens have been made; to make one: signet token create PERSON")?;
    }
    for token in &listed {
        let state = state(token, now_us);
        let colour = if state == "live" { Colour::Green } else { Colour::Grey };
        let state = terminal.paint(colour, &format!("{state:<7}"));
        let (id, person, expires) = (&token.id, plain(&token.person, 128), to_second(token.expires_us));
        writeln!(terminal.out, "{id}  {state}  expires {expires}  {person}")?;
    }
    Ok(())
}

async fn revoke(config: &Config, tokens: &Tokens, id: &str, terminal: &mut Terminal) -> Outcome {
    let found = told(tokens.find(id)).await?;
    record::act(config, "token.revoke", [("token", found.id), ("person", found.person)]).await?;
    let revoked = told(tokens.revoke(id)).await?;
    Ok(writeln!(terminal.err, "token {id} of {} is revoked; its sessions end now", plain(&revoked.person, 128))?)
}

/// The failures of identity in the words of a command.
async fn told<T>(work: impl Future<Output = Result<T, IdentityError>>) -> Outcome<T> {
    work.await.map_err(|error| {
        let failure = |code| Failure::new(code, error.to_string());
        match &error {
            IdentityError::NoToken(_) => failure(Code::NotFound).hint("Ids are shown by signet token list."),
            IdentityError::Lifetime | IdentityError::Name => failure(Code::Usage),
            _ => failure(Code::Failed),
        }
    })
}

fn state(token: &TokenInfo, now_us: u64) -> &'static str {
    match token.revoked_us {
        Some(_) => "revoked",
        None if token.expires_us <= now_us => "expired",
        None => "live",
    }
}

fn object(token: &TokenInfo, now_us: u64) -> Value {
    json!({
        "id": token.id,
        "person": token.person,
        "created": to_second(token.created_us),
        "expires": to_second(token.expires_us),
        "revoked": token.revoked_us.map(to_second),
        "state": state(token, now_us),
    })
}
