//! One request for somebody who has to decide it: who, where, when, why, and all that would run. What is hidden in it is
//! shown as an escape, nothing is cut, and what matters most stands first.

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::Terminal;
use crate::table::{cell, person};
use crate::terminal::{Colour, counted, plain};

/// How wide the names at the left are.
const NAMES: usize = 13;

/// Prints it.
pub(crate) fn print(request: &Value, terminal: &mut Terminal) -> io::Result<()> {
    let text = |place: &str| plain(&cell(request, place), usize::MAX);
    let kind = match text("kind").as_str() {
        "command" => "a command waits",
        "access" => "access is asked for",
        "break_glass" => "BREAKING THE GLASS is asked for",
        "reveal" => "SEEING WHAT IS MASKED is asked for",
        _ => "a request",
    };
    let head = format!("{}  {kind}  {}", text("id"), text("state").to_uppercase());
    writeln!(terminal.out, "{}", terminal.paint(Colour::Cyan, &head))?;
    for (name, value) in facts(request) {
        writeln!(terminal.out, "  {name:<NAMES$} {}", plain(&value, usize::MAX))?;
    }
    if let Some(command) = request.get("command").filter(|command| !command.is_null()) {
        self::command(command, terminal)?;
    }
    for approval in request.get("approvals").and_then(Value::as_array).into_iter().flatten() {
        let by = plain(&person(approval.get("by")), usize::MAX);
        let note = approval.get("note").and_then(Value::as_str).map(|note| format!(": {}", plain(note, usize::MAX)));
        let at = plain(&cell(approval, "at"), 40);
        writeln!(terminal.out, "  {:<NAMES$} {by} at {at}{}", "agreed", note.unwrap_or_default())?;
    }
    if let Some(ended) = request.get("ended").filter(|ended| !ended.is_null()) {
        let by = ended.get("by").filter(|by| !by.is_null()).map(|by| format!(" by {}", person(Some(by))));
        let line = format!("{}{}: {}", cell(ended, "at"), by.unwrap_or_default(), cell(ended, "reason"));
        writeln!(terminal.out, "  {:<NAMES$} {}", "ended", plain(&line, usize::MAX))?;
    }
    terminal.out.flush()
}

/// Name and value of what there is to know besides the command; what is not there is left out.
fn facts(request: &Value) -> Vec<(&'static str, String)> {
    let known = |place: &str| request.pointer(&format!("/{place}")).is_some_and(|value| !value.is_null());
    let who = format!("{} ({})", person(request.get("requester")), cell(request, "requester_name"));
    let human = (request.get("human") != request.get("requester")).then(|| person(request.get("human")));
    let mut place = cell(request, "resource");
    for (name, what) in [("account", "account"), ("database", "database")] {
        if known(name) {
            place.push_str(&format!(", {what} {}", cell(request, name)));
        }
    }
    let mut from = cell(request, "client");
    if known("program") {
        from.push_str(&format!(", program calls itself {:?}", cell(request, "program")));
    }
    let mut facts = vec![("who", who)];
    facts.extend(human.map(|human| ("answers", format!("{human} answers for them"))));
    facts.extend([("where", place), ("from", from), ("when", cell(request, "created"))]);
    let reason = if known("reason") { cell(request, "reason") } else { "no reason was given".to_owned() };
    facts.push(("why", reason));
    if known("window") {
        let from = if known("window/from") { cell(request, "window/from") } else { "the approval".to_owned() };
        let lasts = request.pointer("/window/seconds").and_then(Value::as_u64).unwrap_or_default();
        facts.push(("for", format!("{} from {from} on", config::Span::seconds(lasts))));
    }
    if cell(request, "kind") == "reveal" {
        facts.push(("unmasks", cell(request, "masks")));
    }
    facts.push(("policies", format!("{} (version {})", cell(request, "policies"), cell(request, "policy_version"))));
    let needs = match cell(request, "requirements").as_str() {
        "-" => "two other people with the role approver or administrator".to_owned(),
        needs => needs.to_owned(),
    };
    facts.push(("needs", needs));
    facts.extend(known("reviewer").then(|| ("review by", person(request.get("reviewer")))));
    facts.push(("decide until", cell(request, "expires")));
    facts
}

/// All that would run.
fn command(command: &Value, terminal: &mut Terminal) -> io::Result<()> {
    let text = |place: &str| plain(&cell(command, place), usize::MAX);
    let line = |terminal: &mut Terminal, name: &str, value: &str| writeln!(terminal.out, "  {name:<NAMES$} {value}");
    let session = format!("{}, command {}, {} waits", text("session"), text("number"), text("wait"));
    line(terminal, "session", &session)?;
    if command.get("in_transaction").and_then(Value::as_bool).unwrap_or(true) {
        let alarm = terminal.paint(Colour::Red, "INSIDE A TRANSACTION: LOCKS ARE HELD while this waits");
        line(terminal, "transaction", &alarm)?;
    } else {
        line(terminal, "transaction", "none is open")?;
    }
    let what = format!("{} ({}), certainty {}, phase {}", text("verb"), text("name"), text("certainty"), text("phase"));
    line(terminal, "effect", &what)?;
    line(terminal, "digest", &text("digest"))?;
    let Some(whole) = command.get("text").and_then(octets) else {
        return line(terminal, "text", "not shown in lists: signet requests show ID");
    };
    let shown = escaped(&whole);
    let size = format!("{}, {}", counted(shown.len() as u64, "line"), counted(whole.len() as u64, "byte"));
    line(terminal, "text", &terminal.paint(Colour::Yellow, &size))?;
    for text in &shown {
        writeln!(terminal.out, "    | {text}")?;
    }
    let none = Vec::new();
    let parameters = command.get("parameters").and_then(Value::as_array).unwrap_or(&none);
    if !parameters.is_empty() {
        line(terminal, "parameters", &parameters.len().to_string())?;
    }
    for (parameter, number) in parameters.iter().zip(1..) {
        let value = match octets(parameter) {
            Some(bytes) => format!("{} ({})", escaped(&bytes).join("\\n"), counted(bytes.len() as u64, "byte")),
            None => "NULL".to_owned(),
        };
        writeln!(terminal.out, "    ${number} = {value}")?;
    }
    around(command, terminal)
}

/// What stands in one message with it: nothing of it is part of the command, all of it may be why it is asked for.
fn around(command: &Value, terminal: &mut Terminal) -> io::Result<()> {
    let parts = ["before", "after"].map(|name| (name, command.get(name).and_then(octets)));
    if parts.iter().all(|(_, part)| part.is_none()) {
        return Ok(());
    }
    let about = "decided on their own, and run in this order";
    writeln!(terminal.out, "  {:<NAMES$} {about}", "in one message with:")?;
    for (name, part) in parts {
        for (at, text) in escaped(&part.unwrap_or_default()).iter().enumerate() {
            writeln!(terminal.out, "    {:<6} | {text}", if at == 0 { name } else { "" })?;
        }
    }
    Ok(())
}

/// Bytes as the interface has them: text, or base64.
fn octets(of: &Value) -> Option<Vec<u8>> {
    if let Some(text) = of.get("text").and_then(Value::as_str) {
        return Some(text.as_bytes().to_vec());
    }
    BASE64_STANDARD.decode(of.get("base64")?.as_str()?).ok()
}

/// Line by line, so that it can be told exactly: what is hidden is an escape, what is not UTF-8 is `\xNN`.
fn escaped(text: &[u8]) -> Vec<String> {
    let line = |line: &[u8]| {
        let mut shown = String::with_capacity(line.len());
        for part in line.utf8_chunks() {
            shown.push_str(&wire::escaped(part.valid()));
            shown.extend(part.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
        }
        shown
    };
    text.split(|byte| *byte == b'\n').map(line).collect()
}
