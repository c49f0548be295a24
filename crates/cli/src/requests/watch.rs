//! `signet requests --watch`: shows each request as soon as it comes, and how it ends.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use serde_json::Value;

use super::page;
use crate::Terminal;
use crate::api::Api;
use crate::failure::{Code, Failure, Outcome};
use crate::table::{cell, json, person};
use crate::terminal::plain;

/// How long to wait before a gateway that is gone is asked again.
const AGAIN: Duration = Duration::from_secs(2);
/// Requests whose state is remembered.
const REMEMBERED: usize = 10_000;

/// Follows until it is interrupted, or may not any more.
pub(crate) fn watch(api: &Api, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let mut seen = BTreeMap::new();
    let mut lost = false;
    loop {
        match api.events("requests/events") {
            Ok(mut events) => {
                if lost {
                    writeln!(terminal.err, "the gateway answers again")?;
                }
                lost = false;
                while let Some(event) = events.next()? {
                    match event.name.as_str() {
                        "request" if as_json => json(&event.data, terminal)?,
                        "request" => tell(&event.data, &mut seen, terminal)?,
                        "end" => over(&event.data)?,
                        _ => {}
                    }
                    terminal.out.flush()?;
                }
            }
            Err(failure) if failure.code != Code::Unreachable => return Err(failure),
            Err(failure) => {
                if !lost {
                    writeln!(terminal.err, "{failure}\nwaiting for it")?;
                    lost = true;
                }
                std::thread::sleep(AGAIN);
            }
        }
    }
}

/// What is new of a request: all of it, or that something was said to it.
fn tell(request: &Value, seen: &mut BTreeMap<String, Value>, terminal: &mut Terminal) -> Outcome {
    let id = cell(request, "id");
    let known = seen.get(&id).is_some();
    if seen.len() >= REMEMBERED {
        seen.pop_first();
    }
    let pending = cell(request, "state") == "pending";
    let news = serde_json::json!([request.get("state"), request.get("approvals")]);
    if seen.insert(id.clone(), news.clone()).is_some_and(|before| before == news) {
        return Ok(());
    }
    if pending && !known {
        page::print(request, terminal)?;
        return Ok(writeln!(terminal.out)?);
    }
    let agreed = request.get("approvals").and_then(Value::as_array).into_iter().flatten();
    let agreed: Vec<_> = agreed.map(|approval| person(approval.get("by"))).collect();
    let mut line = format!("{id}  {}", cell(request, "state").to_uppercase());
    if !agreed.is_empty() {
        line.push_str(&format!("  agreed: {}", agreed.join(", ")));
    }
    if let Some(ended) = request.get("ended").filter(|ended| !ended.is_null()) {
        line.push_str(&format!("  {} {}", person(ended.get("by")), cell(ended, "reason")));
    }
    Ok(writeln!(terminal.out, "{}", plain(&line, usize::MAX))?)
}

/// The gateway ended the stream: when it is stopping, one comes again.
fn over(problem: &Value) -> Outcome {
    match problem.get("status").and_then(Value::as_u64) {
        Some(503) => Ok(()),
        _ => Err(Failure::new(
            Code::Refused,
            format!("you may not watch any more: {}", plain(&cell(problem, "detail"), 500)),
        )
        .hint(plain(&cell(problem, "remedy"), 500))),
    }
}
