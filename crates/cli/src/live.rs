//! `signet sessions live` and `kill`: the sessions under way on a running gateway.

use std::io::Write;

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::{Api, encoded};
use crate::failure::Outcome;
use crate::table::{self, Table, cell, person};
use crate::terminal::plain;

pub(crate) fn list(api: &Api, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let all = api.list("sessions")?;
    if as_json {
        return Ok(table::json(&Value::from(all), terminal)?);
    }
    let mut table =
        Table::new(&["SESSION", "WHO", "ON", "ACCOUNT", "DATABASE", "CLIENT", "PROGRAM", "SINCE", "DOES", "COMMANDS"]);
    for session in &all {
        let of = |place: &str| cell(session, place);
        let who = person(session.get("principal"));
        table.row([
            of("id"),
            who,
            of("resource"),
            of("account"),
            of("database"),
            of("client"),
            of("program"),
            of("since"),
            of("activity"),
            of("commands"),
        ]);
    }
    Ok(table.print(terminal, "nobody is there")?)
}

pub(crate) fn kill(api: &Api, id: &str, reason: &str, terminal: &mut Terminal) -> Outcome {
    api.post(&format!("sessions/{}/kill", encoded(id)), &json!({ "reason": reason }))?;
    Ok(writeln!(terminal.err, "session {} is ended", plain(id, 40))?)
}
