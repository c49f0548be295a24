//! `signet grants` and `break-glass`: what people were given for a time, and the way in when nothing else is left.

use std::io::Write;

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::{Api, encoded};
use crate::arguments::{BreakGlassCommand, GrantsCommand};
use crate::failure::Outcome;
use crate::people::key;
use crate::requests::{self, Approval, approve, seconds};
use crate::table::{self, Table, cell, person};
use crate::terminal::plain;

pub(crate) fn grants(api: &Api, command: GrantsCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        GrantsCommand::List { live, form } => {
            let all = api.list(&format!("grants?live={live}"))?;
            if form.json {
                return Ok(table::json(&Value::from(all), terminal)?);
            }
            let mut table = Table::new(&["ID", "KIND", "WHO", "ON", "ACCOUNT", "UNMASKS", "FROM", "UNTIL", "REVOKED"]);
            for grant in &all {
                let of = |place: &str| cell(grant, place);
                let who = person(grant.get("principal"));
                let unmasks = match (of("kind").as_str(), of("unlifted").as_str()) {
                    ("reveal", "-") => of("policies"),
                    ("reveal", why) => format!("nothing: {why} ({})", of("policies")),
                    _ => "-".to_owned(),
                };
                table.row([
                    of("id"),
                    of("kind"),
                    who,
                    of("resource"),
                    of("account"),
                    unmasks,
                    of("from"),
                    of("until"),
                    of("revoked"),
                ]);
            }
            Ok(table.print(terminal, "there are no grants")?)
        }
        GrantsCommand::Revoke { id, reason } => {
            api.post(&format!("grants/{}/revoke", encoded(&id)), &json!({ "reason": reason }))?;
            Ok(writeln!(terminal.err, "{} is revoked; what it gave ends now", plain(&id, 40))?)
        }
    }
}

pub(crate) fn break_glass(api: &Api, command: BreakGlassCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        BreakGlassCommand::Request { resource, lasts, reason, reviewer, form } => {
            let wish = json!({
                "kind": "break_glass", "resource": resource, "seconds": seconds(lasts), "reason": reason,
                "reviewer": key(&reviewer),
            });
            requests::made(&api.post("requests", &wish)?, form.json, terminal)
        }
        BreakGlassCommand::Agree { id, note, yes } => {
            let question = "Agree that the glass is broken?";
            approve(api, &Approval { id: &id, verb: "agree", note, digest: None, yes, question }, terminal)
        }
        BreakGlassCommand::Review { id, findings } => {
            let reviewed = api.post(&requests::path(&id, "/review"), &json!({ "findings": findings }))?;
            let line = format!("{} is reviewed at {}", plain(&id, 40), cell(&reviewed, "done"));
            Ok(writeln!(terminal.err, "{}", plain(&line, 200))?)
        }
        BreakGlassCommand::Reviews(form) => {
            let all = api.list("reviews?")?;
            if form.json {
                return Ok(table::json(&Value::from(all), terminal)?);
            }
            let mut table = Table::new(&["ID", "WHO", "ON", "REVIEWER", "DUE", "STATE"]);
            for review in &all {
                let of = |place: &str| cell(review, place);
                let overdue = review.get("overdue").and_then(Value::as_bool) == Some(true);
                let state = match of("done").as_str() {
                    "-" if overdue => "OVERDUE".to_owned(),
                    "-" => "open".to_owned(),
                    done => format!("done {done}"),
                };
                table.row([of("grant/id"), of("grant/principal"), of("grant/resource"), of("owner"), of("due"), state]);
            }
            Ok(table.print(terminal, "no glass was broken")?)
        }
    }
}
