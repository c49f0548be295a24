//! Who can reach a resource now: the gateway answers, by the policy in force.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::{Api, encoded};
use crate::failure::Outcome;
use crate::table::{self, Table, cell, person};
use crate::terminal::{Colour, counted, plain};

pub(super) fn run(api: &Api, resource: &str, as_json: bool, terminal: &mut Terminal) -> Outcome {
    let found = api.list(&format!("resources/{}/reach", encoded(resource)))?;
    if as_json {
        let query = json!({ "question": "reach", "resource": resource });
        let answer = json!({ "query": query, "count": found.len(), "found": found });
        return Ok(table::json(&answer, terminal)?);
    }
    let sentence = terminal.paint(Colour::Cyan, &format!("who can reach {} now?", plain(resource, 63)));
    writeln!(terminal.out, "{sentence}")?;
    let mut table = Table::new(&["WHO", "ACCOUNT", "HOW", "POLICIES"]);
    for entry in &found {
        let of = |place: &str| cell(entry, place);
        let list = |key: &str| {
            let words = entry.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            words.collect::<Vec<_>>().join(", ")
        };
        let now = entry.get("now").and_then(Value::as_bool) == Some(true);
        let how = if now { "now".to_owned() } else { format!("when approved by {}", list("requirements")) };
        table.row([person(entry.get("who")), of("account"), how, list("policies")]);
    }
    table.print(terminal, "nobody")?;
    let people: BTreeSet<String> = found.iter().map(|entry| person(entry.get("who"))).collect();
    let version =
        found.first().map_or_else(String::new, |entry| format!(" {}", plain(&cell(entry, "policy_version"), 12)));
    let people = counted(u64::try_from(people.len()).unwrap_or(u64::MAX), "principal");
    let entries = u64::try_from(found.len()).unwrap_or(u64::MAX);
    Ok(writeln!(terminal.out, "{} of {people}; by the policy in force{version}", counted(entries, "account"))?)
}
