//! `signet mask`: what would be masked of what a command shows, and why.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::Api;
use crate::arguments::{ExplainArguments, MaskCommand};
use crate::failure::Outcome;
use crate::people;
use crate::table::{self, cell};
use crate::terminal::{Colour, plain};

pub(crate) fn run(api: &Api, command: MaskCommand, terminal: &mut Terminal) -> Outcome {
    let MaskCommand::Explain(asked) = command;
    let ExplainArguments { command, person, resource, account, database, json } = asked;
    let question = json!({
        "person": people::key(&person), "resource": resource, "account": account, "database": database, "text": command,
    });
    let answer = api.post("masks/explain", &question)?;
    if json {
        return Ok(table::json(&answer, terminal)?);
    }
    for command in list(&answer, "commands") {
        self::command(command, terminal)?;
    }
    Ok(())
}

fn command(command: &Value, terminal: &mut Terminal) -> io::Result<()> {
    let text = plain(&cell(command, "text"), 300);
    writeln!(terminal.out, "{}", terminal.paint(Colour::Cyan, &text))?;
    if command.get("held").and_then(Value::as_bool) == Some(true) {
        writeln!(terminal.out, "  waits until others agree; then:")?;
    }
    if let Some(reason) = command.get("denied").and_then(Value::as_str) {
        return writeln!(terminal.out, "  refused: {}", plain(reason, 300));
    }
    if let Some(masked) = command.get("masked").filter(|masked| !masked.is_null()) {
        self::masked(masked, terminal)?;
    }
    if let Some(observed) = command.get("observed").filter(|observed| !observed.is_null()) {
        writeln!(terminal.out, "  with the policies that are only observed for now:")?;
        masked(observed, terminal)?;
    }
    Ok(())
}

fn masked(masked: &Value, terminal: &mut Terminal) -> io::Result<()> {
    if let Some(reason) = masked.get("refused").and_then(Value::as_str) {
        return writeln!(terminal.out, "  refused: {}", plain(reason, 300));
    }
    if masked.get("clear").and_then(Value::as_bool) == Some(true) {
        return writeln!(terminal.out, "  all is shown: nothing masked can come of it");
    }
    let columns = list(masked, "columns");
    if columns.is_empty() {
        writeln!(
            terminal.out,
            "  the columns are told by the database only when it runs; what is not known is masked"
        )?;
    }
    for (column, number) in columns.iter().zip(1..) {
        let (word, colour) = match cell(column, "shown").as_str() {
            "all" => ("shown", Colour::Green),
            "masked" => ("masked", Colour::Yellow),
            _ => ("not shown", Colour::Red),
        };
        writeln!(terminal.out, "  column {number}: {}", terminal.paint(colour, word))?;
        for reason in list(column, "reasons") {
            writeln!(terminal.out, "    {}", self::reason(reason))?;
        }
    }
    Ok(())
}

fn reason(reason: &Value) -> String {
    let of = |key: &str| plain(&cell(reason, key), 200);
    match cell(reason, "why").as_str() {
        "rule" => {
            let rule =
                Some(of("rule")).filter(|rule| !rule.is_empty()).map_or_else(String::new, |rule| format!(" ({rule})"));
            format!("{} by policy {}{rule}: {}", of("operator"), of("policy"), way(reason))
        }
        "not_held" => "made of something that the gateway does not see, or of code that it does not know".to_owned(),
        "not_told" => "what it is made of cannot be told".to_owned(),
        "runs_code" => "the command runs code that is not known".to_owned(),
        "unsettled" => "the transaction has changed the structure of the database".to_owned(),
        _ => "the command is not understood".to_owned(),
    }
}

/// The way from the column of the result to the one that the rule is about.
fn way(reason: &Value) -> String {
    let mut text = String::new();
    for step in list(reason, "way") {
        text.push_str(&plain(&cell(step, "column"), 200));
        text.push_str(match step.get("link").and_then(Value::as_str) {
            Some("same") => ", which is ",
            Some("computed") => ", which is computed from ",
            Some("parent") => ", which belongs to ",
            Some("child") => ", to which belongs ",
            _ => "",
        });
    }
    text
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
