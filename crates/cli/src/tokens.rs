//! `signet tokens`: the tokens of a gateway over its interface; `signet token` is for operators at the machine.

use std::io::Write;

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::{Api, encoded};
use crate::arguments::TokensCommand;
use crate::failure::{Code, Failure, Outcome};
use crate::people::key;
use crate::requests::seconds;
use crate::table::{self, Table, cell, person};
use crate::terminal::plain;

pub(crate) fn run(api: &Api, command: TokensCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        TokensCommand::List { of, everybody, form } => {
            let all = api.list(&whose(of.as_deref(), everybody))?;
            if form.json {
                return Ok(table::json(&Value::from(all), terminal)?);
            }
            let mut table = Table::new(&["ID", "PERSON", "EXPIRES", "REVOKED", "MADE BY"]);
            for token in &all {
                let of = |place: &str| cell(token, place);
                table.row([of("id"), person(token.get("person")), of("expires"), of("revoked"), of("made_by")]);
            }
            Ok(table.print(terminal, "there are no such tokens")?)
        }
        TokensCommand::Create { person, ttl, form } => {
            let made = api.post("tokens", &json!({ "person": person.as_deref().map(key), "seconds": seconds(ttl) }))?;
            if form.json {
                return Ok(table::json(&made, terminal)?);
            }
            let token = made.get("token").and_then(Value::as_str);
            let token = token.ok_or_else(|| Failure::new(Code::Failed, "the gateway did not say the token"))?;
            writeln!(terminal.out, "{}", plain(token, 200))?;
            terminal.out.flush()?;
            let line =
                format!("token {}, good until {}; it is not shown again", cell(&made, "id"), cell(&made, "expires"));
            Ok(writeln!(terminal.err, "{}", plain(&line, 200))?)
        }
        TokensCommand::Revoke { id } => {
            api.delete(&format!("tokens/{}", encoded(&id)), None)?;
            Ok(writeln!(terminal.err, "token {} is revoked; its sessions end now", plain(&id, 40))?)
        }
    }
}

fn whose(of: Option<&str>, everybody: bool) -> String {
    match (of, everybody) {
        (Some(name), _) => {
            let (issuer, subject) = name.rsplit_once('/').unwrap_or(("local", name));
            format!("tokens?person={}", encoded(&format!("{issuer}/{subject}")))
        }
        (None, true) => format!("tokens?person={}", encoded("*")),
        (None, false) => "tokens?".to_owned(),
    }
}
