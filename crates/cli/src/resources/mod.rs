//! `signet resources`: the targets behind the gateway.

mod add;
mod url;

use std::io::Write;

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::{Api, encoded};
use crate::arguments::ResourcesCommand;
use crate::failure::{Code, Failure, Outcome};
use crate::table::{self, Table, cell};
use crate::terminal::{Colour, plain};

pub(crate) fn run(api: &Api, command: ResourcesCommand, terminal: &mut Terminal) -> Outcome {
    match command {
        ResourcesCommand::Add(arguments) => {
            let made = api.post("resources", &add::wish(&arguments, terminal)?)?;
            if arguments.test {
                return test(api, &arguments.name, arguments.form.json, terminal);
            }
            if arguments.form.json {
                return Ok(table::json(&made, terminal)?);
            }
            let name = plain(&cell(&made, "name"), 63);
            Ok(writeln!(terminal.err, "{name} is behind the gateway; to try it out: signet resources test {name}")?)
        }
        ResourcesCommand::List(form) => list(api, form.json, terminal),
        ResourcesCommand::Show { name, form } => {
            let shown = api.get(&path(&name))?;
            Ok(if form.json { table::json(&shown, terminal) } else { show(&shown, terminal) }?)
        }
        ResourcesCommand::Test { name, form } => test(api, &name, form.json, terminal),
        ResourcesCommand::Remove { name, yes } => {
            let seen = api.read(&path(&name))?;
            if !yes {
                show(&seen.body, terminal)?;
                terminal.confirm("Remove it? Sessions on it end.", "--yes")?;
            }
            api.delete(&path(&name), seen.tag.as_deref())?;
            Ok(writeln!(terminal.err, "{} is not behind the gateway any more", plain(&name, 63))?)
        }
    }
}

fn path(name: &str) -> String {
    format!("resources/{}", encoded(name))
}

fn list(api: &Api, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let all = api.list("resources")?;
    if as_json {
        return Ok(table::json(&Value::from(all), terminal)?);
    }
    let mut table = Table::new(&["NAME", "PROTOCOL", "ADDRESS", "TLS", "LABELS", "ACCOUNTS", "FROM"]);
    for resource in &all {
        let of = |place: &str| cell(resource, place);
        let accounts = resource.get("accounts").and_then(Value::as_array).into_iter().flatten();
        let accounts: Vec<_> = accounts.map(|account| cell(account, "name")).collect();
        let (labels, accounts) = (labels(resource), accounts.join(", "));
        table.row([of("name"), of("protocol"), of("address"), of("tls"), labels, accounts, of("source")]);
    }
    Ok(table.print(
        terminal,
        "there are none; to add one: signet resources add postgres://USER@HOST/DATABASE --name NAME",
    )?)
}

fn labels(resource: &Value) -> String {
    let labels = resource.get("labels").and_then(Value::as_object).into_iter().flatten();
    labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect::<Vec<_>>().join(", ")
}

fn show(resource: &Value, terminal: &mut Terminal) -> std::io::Result<()> {
    for (key, value) in resource.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for item in items {
                    writeln!(terminal.out, "{key:<18} {}", plain(&item.to_string(), usize::MAX))?;
                }
            }
            _ if key == "labels" => writeln!(terminal.out, "{key:<18} {}", plain(&labels(resource), usize::MAX))?,
            _ => writeln!(terminal.out, "{key:<18} {}", plain(&cell(resource, key), usize::MAX))?,
        }
    }
    Ok(())
}

/// Each step of the test as a line. Fails when a step failed.
fn test(api: &Api, name: &str, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let tested = api.post(&format!("{}/test", path(name)), &json!({}))?;
    let good = tested.get("good").and_then(Value::as_bool) == Some(true);
    if as_json {
        table::json(&tested, terminal)?;
    } else {
        for account in tested.get("accounts").and_then(Value::as_array).into_iter().flatten() {
            writeln!(terminal.out, "account {}", plain(&cell(account, "account"), 200))?;
            for step in account.get("steps").and_then(Value::as_array).into_iter().flatten() {
                self::step(step, terminal)?;
            }
        }
    }
    let failed = || Failure::new(Code::Failed, format!("{} cannot be used as it is", plain(name, 63)));
    if good { Ok(()) } else { Err(failed()) }
}

fn step(step: &Value, terminal: &mut Terminal) -> std::io::Result<()> {
    let ok = step.get("ok").and_then(Value::as_bool) == Some(true);
    let (word, colour) = if ok { ("ok", Colour::Green) } else { ("FAILED", Colour::Red) };
    let word = terminal.paint(colour, &format!("{word:<7}"));
    let (what, detail) = (plain(&cell(step, "step"), 40), plain(&cell(step, "detail"), usize::MAX));
    writeln!(terminal.out, "  {word} {what:<10} {detail}")?;
    match step.get("remedy").and_then(Value::as_str) {
        Some(remedy) => writeln!(terminal.out, "  {:<18} hint: {}", "", plain(remedy, usize::MAX)),
        None => Ok(()),
    }
}
