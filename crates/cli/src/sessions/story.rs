//! One record of a session, told to a person.

use evidence::Parameters;
use serde_json::Value;

use super::result::Results;
use crate::Terminal;
use crate::moment::to_milli;
use crate::reading::Seen;
use crate::terminal::{Colour, counted, hex, lines, plain};

/// Characters of a name or a message that are shown.
const SHOWN: usize = 1000;
/// Characters of a policy's version, where the session begins.
const VERSION: usize = 128;
/// Those that are shown with each command.
const VERSION_BEGINS: usize = 12;

/// The lines of a record: what happened, and under it, moved in, what belongs to it.
pub(super) fn tell(seen: &Seen, results: &mut Results, terminal: &Terminal) -> Vec<String> {
    let below = match seen.kind() {
        "session.start" => {
            results.speaks(seen.text("protocol"));
            began(seen)
        }
        "command" | "refusal" | "hold" => command(seen),
        "result.part" | "shown" | "outcome" => shown(seen, results),
        _ => Vec::new(),
    };
    let (verdict, colour) = verdict(seen);
    let time = terminal.paint(Colour::Grey, &to_milli(seen.time_us()));
    let first = format!("{time}  {}", terminal.paint(colour, &verdict));
    [first].into_iter().chain(below.into_iter().map(|line| format!("    {line}").trim_end().to_owned())).collect()
}

/// What happened, in a few words, and their colour.
fn verdict(seen: &Seen) -> (String, Colour) {
    let number = seen.number("command").map_or(String::new(), |number| format!("#{number} "));
    match seen.kind() {
        "session.start" => ("began".to_owned(), Colour::Green),
        "command" => (number + &allowed(seen), Colour::Green),
        "refusal" => (format!("{number}REFUSED by {}: {}", policy(seen, VERSION_BEGINS), reason(seen)), Colour::Red),
        "hold" => (
            format!("{number}waits for approval by {}: {}", policy(seen, VERSION_BEGINS), reason(seen)),
            Colour::Yellow,
        ),
        "hold.end" => (number + &hold_ended(seen), Colour::Yellow),
        "progress" | "result.part" => (format!("{number}goes on{}", counts(seen)), Colour::Grey),
        "shown" => ("told outside of any answer".to_owned(), Colour::Grey),
        "outcome" => (number + &outcome(seen), Colour::Grey),
        "cancel" => (format!("cancel asked from {}", name(&seen.object("client"), "client")), Colour::Yellow),
        "violation" => (format!("VIOLATION of the protocol: {}", reason(seen)), Colour::Red),
        "session.end" => (ended(seen), Colour::Yellow),
        other => (format!("{} {}", plain(other, SHOWN), plain(&body(seen), SHOWN)), Colour::Grey),
    }
}

fn began(seen: &Seen) -> Vec<String> {
    let who = seen.object("who");
    if who.is_null() {
        let why = seen.payload("who").and_then(|payload| payload.bytes.as_ref().err());
        let why = why.map_or("not on record".to_owned(), ToString::to_string);
        let protocol = plain(seen.text("protocol"), SHOWN);
        return vec![format!("who it was: {why} ({protocol}, {})", policy(seen, VERSION))];
    }
    let principal = who.get("principal").unwrap_or(&Value::Null);
    let id = principal.get("id").unwrap_or(&Value::Null);
    let tls = if seen.body("tls").and_then(Value::as_bool) == Some(true) { "TLS" } else { "without TLS" };
    let mut told = vec![
        format!(
            "person    {} ({} identity {}/{})",
            name(principal, "name"),
            plain(seen.text("identity"), SHOWN),
            name(id, "issuer"),
            name(id, "subject")
        ),
        format!("proved by {}", name(&who, "credential")),
        format!("from      {}, {tls}", name(&who, "client")),
        format!(
            "to        {} ({}) as {}",
            plain(seen.text("resource"), SHOWN),
            plain(seen.text("protocol"), SHOWN),
            name(&who, "account")
        ),
    ];
    for key in ["database", "program"] {
        if who.get(key).is_some() {
            told.push(format!("{key:<9} {}", name(&who, key)));
        }
    }
    told.push(format!("let in by {}", policy(seen, VERSION)));
    told
}

fn allowed(seen: &Seen) -> String {
    let approved = seen.body("approved").and_then(Value::as_bool) == Some(true);
    let prepared = match seen.text("phase") {
        "prepare" => ", prepared only",
        "bind" => ", bound only",
        _ => "",
    };
    let verdict = if approved { "approved and allowed" } else { "allowed" };
    format!("{verdict} by {}{prepared}", policy(seen, VERSION_BEGINS))
}

/// The text of a command and its parameters, whole.
fn command(seen: &Seen) -> Vec<String> {
    let mut told = match seen.payload("text").map(|payload| &payload.bytes) {
        Some(Ok(text)) => lines(text),
        Some(Err(why)) => vec![format!("{} (the text: {why})", plain(seen.text("name"), SHOWN))],
        None => vec![plain(seen.text("name"), SHOWN)],
    };
    match seen.payload("parameters").map(|payload| &payload.bytes) {
        Some(Ok(bytes)) => told.extend(parameters(bytes)),
        Some(Err(why)) => told.push(format!("(the parameters: {why})")),
        None => {}
    }
    told
}

/// Each on a line of its own.
fn parameters(bytes: &[u8]) -> Vec<String> {
    let mut values = Parameters::of(bytes);
    let shown = |(number, value): (u64, Option<&[u8]>)| match value {
        None => format!("${number} is NULL"),
        Some(value) => format!("${number} = {}", value_text(value)),
    };
    let mut told: Vec<_> = (1..).zip(values.by_ref()).map(shown).collect();
    if !values.rest().is_empty() {
        told.push(format!("({} bytes that are no parameters)", values.rest().len()));
    }
    told
}

/// Text stands as it is, all on one line; with a zero byte in it, it is not text.
fn value_text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !text.contains('\0') => wire::escaped(text),
        _ => format!("\\x{}", hex(value)),
    }
}

fn outcome(seen: &Seen) -> String {
    let status = match seen.text("status") {
        "not_run" => "was not run".to_owned(),
        "unknown" => "ended nobody knows how".to_owned(),
        status => plain(status, SHOWN),
    };
    status + &counts(seen)
}

fn counts(seen: &Seen) -> String {
    let mut told = String::new();
    if let Some(rows) = seen.number("rows") {
        told.push_str(&format!(", {}", counted(rows, "row")));
    }
    match seen.number("bytes") {
        None | Some(0) => {}
        Some(bytes) => told.push_str(&format!(", {} shown", counted(bytes, "byte"))),
    }
    if !seen.text("code").is_empty() {
        told.push_str(&format!(", code {}", plain(seen.text("code"), SHOWN)));
    }
    if let Some(duration) = seen.number("duration_us") {
        told.push_str(&format!(", {}.{:03} ms", duration / 1000, duration % 1000));
    }
    told
}

fn shown(seen: &Seen, results: &mut Results) -> Vec<String> {
    // Whatever the protocol makes of it, nothing hidden reaches the terminal.
    let shown = results.lines(seen);
    shown.iter().flat_map(|line| lines(line.as_bytes())).map(|line| format!("| {line}").trim_end().to_owned()).collect()
}

fn hold_ended(seen: &Seen) -> String {
    let approval = seen.object("approval");
    let people = approval.get("by").and_then(Value::as_array).into_iter().flatten();
    let people: Vec<_> = people.map(|id| format!("{}/{}", name(id, "issuer"), name(id, "subject"))).collect();
    let by = if people.is_empty() { String::new() } else { format!(" by {}", people.join(", ")) };
    let why = if approval.get("reason").is_some() { format!(": {}", name(&approval, "reason")) } else { String::new() };
    format!("the wait ended: {}{by}{why}", plain(seen.text("how"), SHOWN))
}

fn ended(seen: &Seen) -> String {
    let commands = counted(seen.number("commands").unwrap_or_default(), "command");
    let records = counted(seen.number("records").unwrap_or_default(), "record");
    format!("ended: {}; {commands}, {records}", plain(seen.text("cause"), SHOWN))
}

/// The policies that decided, and so many characters of the version of the policy that was in force.
fn policy(seen: &Seen, version_shown: usize) -> String {
    let policy = seen.body("policy").unwrap_or(&Value::Null);
    let ids = policy.get("ids").and_then(Value::as_array).into_iter().flatten();
    let ids: Vec<_> = ids.map(|id| plain(id.as_str().unwrap_or_default(), SHOWN)).collect();
    let version = policy.get("version").and_then(Value::as_str);
    let version = version.map(|version| format!(" (policy version {})", plain(version, version_shown)));
    let ids = if ids.is_empty() { "no policy".to_owned() } else { ids.join(", ") };
    ids + &version.unwrap_or_default()
}

fn reason(seen: &Seen) -> String {
    match seen.payload("reason").map(|payload| &payload.bytes) {
        Some(Err(why)) => format!("(the reason: {why})"),
        _ => name(&seen.object("reason"), "message"),
    }
}

fn name(of: &Value, key: &str) -> String {
    plain(of.get(key).and_then(Value::as_str).unwrap_or("?"), SHOWN)
}

fn body(seen: &Seen) -> String {
    seen.leaf.get("body").map(Value::to_string).unwrap_or_default()
}
