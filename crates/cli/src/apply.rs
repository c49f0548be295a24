//! `signet apply`: makes the gateway what a file says, after showing what that changes.

use std::fs;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::Terminal;
use crate::api::Api;
use crate::arguments::ApplyArguments;
use crate::failure::{Code, Failure, Outcome};
use crate::table;
use crate::terminal::{Colour, plain};

/// Ends with 0 when the gateway is what the file says, and with the code of drift when it is not and stays so.
pub(crate) fn run(api: &Api, arguments: &ApplyArguments, terminal: &mut Terminal) -> Outcome<u8> {
    let file = &arguments.file;
    let text = fs::read_to_string(file);
    let text = text.map_err(|error| Failure::new(Code::Failed, format!("reading {}: {error}", file.display())))?;
    let document = json!({ "document": text });
    let plan = api.post("apply/plan", &document)?;
    if arguments.form.json {
        table::json(&plan, terminal)?;
    } else {
        show(&plan, terminal)?;
    }
    if changes(&plan) == 0 {
        writeln!(terminal.err, "nothing to do: the gateway is what {} says", file.display())?;
        return Ok(0);
    }
    if arguments.dry_run {
        return Ok(Code::Drift.number());
    }
    if !arguments.yes {
        terminal.confirm("Do this?", "--yes")?;
    }
    let done = api.post("apply", &document)?;
    writeln!(terminal.err, "done: {} changes", changes(&done))?;
    Ok(0)
}

/// What comes, what changes, what goes.
const KINDS: [(&str, char, Colour); 3] =
    [("create", '+', Colour::Green), ("change", '~', Colour::Yellow), ("remove", '-', Colour::Red)];

fn differences<'a>(plan: &'a Value, kind: &str) -> impl Iterator<Item = &'a Value> {
    plan.get(kind).and_then(Value::as_array).into_iter().flatten()
}

fn changes(plan: &Value) -> usize {
    KINDS.iter().map(|(kind, ..)| differences(plan, kind).count()).sum()
}

fn show(plan: &Value, terminal: &mut Terminal) -> io::Result<()> {
    for (kind, mark, colour) in KINDS {
        for difference in differences(plan, kind) {
            let mut line = format!("{mark} {}", table::cell(difference, "what"));
            if difference.get("fields").and_then(Value::as_array).is_some_and(|fields| !fields.is_empty()) {
                line.push_str(&format!(": {}", table::cell(difference, "fields")));
            }
            let line = terminal.paint(colour, &plain(&line, usize::MAX));
            writeln!(terminal.out, "{line}")?;
        }
    }
    Ok(())
}
