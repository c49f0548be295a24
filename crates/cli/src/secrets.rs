//! `signet secrets`: the key under which the gateway keeps passwords of targets.

use std::io::Write;

use serde_json::json;

use crate::Terminal;
use crate::api::Api;
use crate::arguments::SecretsCommand;
use crate::failure::Outcome;
use crate::table::{self, cell};
use crate::terminal::plain;

pub(crate) fn run(api: &Api, command: &SecretsCommand, terminal: &mut Terminal) -> Outcome {
    let SecretsCommand::Rotate(form) = command;
    let done = api.post("secrets/rotate", &json!({}))?;
    if form.json {
        return Ok(table::json(&done, terminal)?);
    }
    let key = plain(&cell(&done, "key"), 64);
    Ok(writeln!(terminal.err, "everything is sealed under key {key} now; copy the key file again")?)
}
