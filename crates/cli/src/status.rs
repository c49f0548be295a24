//! `signet status`: what one should know of a gateway before anything else.

use std::io::{self, Write};

use serde_json::Value;

use crate::Terminal;
use crate::api::Api;
use crate::failure::Outcome;
use crate::table::{self, cell, person};
use crate::terminal::{Colour, plain};

pub(crate) fn run(api: &Api, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let status = api.get("status")?;
    Ok(if as_json { table::json(&status, terminal) } else { print(&status, terminal) }?)
}

fn print(status: &Value, terminal: &mut Terminal) -> io::Result<()> {
    let mut line = |colour: Option<Colour>, name: &str, value: &str| {
        let value = plain(value, usize::MAX);
        let value = colour.map_or_else(|| value.clone(), |colour| terminal.paint(colour, &value));
        writeln!(terminal.out, "{name:<12} {value}")
    };
    line(None, "you", &cell(status, "you"))?;
    match status.get("journal").and_then(Value::as_bool) {
        Some(true) => line(Some(Colour::Green), "journal", "takes records")?,
        _ => line(Some(Colour::Red), "journal", "TAKES NO RECORDS: nothing happens until the operators have acted")?,
    }
    line(None, "policy", &format!("version {}", cell(status, "policy")))?;
    for policy in status.get("observed").and_then(Value::as_array).into_iter().flatten() {
        let text = format!("{} decides nothing before {}", cell(policy, "id"), cell(policy, "until"));
        line(Some(Colour::Yellow), "observed", &text)?;
    }
    let more = if status.get("more").and_then(Value::as_bool) == Some(true) { " or more" } else { "" };
    let counts = format!("{}{more} requests wait, {} for you", cell(status, "waiting"), cell(status, "to_decide"));
    line(None, "requests", &counts)?;
    for review in status.get("reviews").and_then(Value::as_array).into_iter().flatten() {
        let overdue = review.get("overdue").and_then(Value::as_bool) == Some(true);
        let (word, colour) = if overdue { ("OVERDUE", Some(Colour::Red)) } else { ("due", None) };
        let (id, owner) = (cell(review, "id"), person(review.get("owner")));
        let text = format!("break-glass {id}: {owner} reviews it, {word} {}", cell(review, "due"));
        line(colour, "review", &text)?;
    }
    Ok(())
}
