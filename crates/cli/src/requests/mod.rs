//! `signet requests`: what waits for a decision, and deciding it.

pub(crate) mod page;
mod watch;

use std::io::Write;

use config::Span;
use serde_json::{Value, json};

use crate::Terminal;
use crate::api::{Api, encoded};
use crate::arguments::{RequestsArguments, RequestsCommand};
use crate::failure::Outcome;
use crate::table::{self, Table, cell, person};

pub(crate) fn run(api: &Api, arguments: RequestsArguments, terminal: &mut Terminal) -> Outcome {
    match arguments.command {
        None if arguments.watch => watch::watch(api, arguments.form.json, terminal),
        None => list(api, &arguments, terminal),
        Some(RequestsCommand::Show { id, form }) => {
            let request = api.get(&path(&id, ""))?;
            Ok(if form.json { table::json(&request, terminal) } else { page::print(&request, terminal) }?)
        }
        Some(RequestsCommand::Approve { id, note, digest, yes }) => {
            let question = "Approve exactly this?";
            approve(api, &Approval { id: &id, verb: "approve", note, digest, yes, question }, terminal)
        }
        Some(RequestsCommand::Reject { id, reason }) => {
            let decided = api.post(&path(&id, "/reject"), &json!({ "reason": reason }))?;
            told(&decided, terminal)
        }
        Some(RequestsCommand::Withdraw { id }) => told(&api.post(&path(&id, "/withdraw"), &json!({}))?, terminal),
        Some(RequestsCommand::Create { resource, on, reveal, account, lasts, from, reason, form }) => {
            let (resource, seconds) = (resource.or(on), seconds(lasts));
            let wish = match reveal {
                Some(policy) => json!({
                    "kind": "reveal", "resource": resource, "policy": policy, "seconds": seconds, "reason": reason,
                }),
                None => json!({
                    "kind": "access", "resource": resource, "account": account, "from": from, "seconds": seconds,
                    "reason": reason,
                }),
            };
            made(&api.post("requests", &wish)?, form.json, terminal)
        }
    }
}

fn list(api: &Api, arguments: &RequestsArguments, terminal: &mut Terminal) -> Outcome {
    let mut path = format!("requests?mine={}&to_decide={}", arguments.mine, arguments.to_decide);
    if let Some(state) = &arguments.state {
        path.push_str(&format!("&state={}", encoded(state)));
    }
    let requests = api.list(&path)?;
    if arguments.form.json {
        return Ok(table::json(&Value::from(requests), terminal)?);
    }
    let mut table = Table::new(&["ID", "STATE", "KIND", "WHO", "ON", "WHAT", "UNTIL"]);
    for request in &requests {
        let what = if request.get("command").is_some_and(Value::is_object) {
            let waits = request.pointer("/command/in_transaction").and_then(Value::as_bool).unwrap_or(true);
            format!("{}{}", cell(request, "command/verb"), if waits { ", LOCKS ARE HELD" } else { "" })
        } else {
            cell(request, "reason")
        };
        let who = person(request.get("requester"));
        let of = |place: &str| cell(request, place);
        table.row([of("id"), of("state"), of("kind"), who, of("resource"), what, of("expires")]);
    }
    Ok(table.print(terminal, "there are no such requests")?)
}

/// A yes, and how it is asked for.
pub(crate) struct Approval<'a> {
    pub(crate) id: &'a str,
    pub(crate) verb: &'static str,
    pub(crate) note: Option<String>,
    pub(crate) digest: Option<String>,
    pub(crate) yes: bool,
    pub(crate) question: &'static str,
}

/// Shows the request, asks, and sends the digest of what was shown.
pub(crate) fn approve(api: &Api, approval: &Approval<'_>, terminal: &mut Terminal) -> Outcome {
    let mut digest = approval.digest.clone();
    if !approval.yes || digest.is_none() {
        let request = api.get(&path(approval.id, ""))?;
        if !approval.yes {
            page::print(&request, terminal)?;
            terminal.confirm(approval.question, "--yes")?;
        }
        let shown = request.pointer("/command/digest").and_then(Value::as_str);
        digest = digest.or_else(|| shown.map(str::to_owned));
    }
    let yes = json!({ "digest": digest, "note": approval.note });
    told(&api.post(&path(approval.id, &format!("/{}", approval.verb)), &yes)?, terminal)
}

/// What was asked for waits now.
pub(crate) fn made(request: &Value, as_json: bool, terminal: &mut Terminal) -> Outcome {
    if as_json {
        return Ok(table::json(request, terminal)?);
    }
    page::print(request, terminal)?;
    let id = crate::terminal::plain(&cell(request, "id"), 40);
    Ok(writeln!(terminal.err, "it waits; to take it back: signet requests withdraw {id}")?)
}

/// How it stands after a decision.
fn told(request: &Value, terminal: &mut Terminal) -> Outcome {
    let agreed = request.get("approvals").and_then(Value::as_array).map_or(0, Vec::len);
    let line = format!("{} is {}, {} agreed", cell(request, "id"), cell(request, "state"), agreed);
    Ok(writeln!(terminal.err, "{}", crate::terminal::plain(&line, 200))?)
}

pub(crate) fn path(id: &str, below: &str) -> String {
    format!("requests/{}{below}", encoded(id))
}

pub(crate) fn seconds(span: Span) -> u64 {
    span.0.as_secs()
}
