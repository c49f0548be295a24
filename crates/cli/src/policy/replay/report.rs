//! A replay, told to people and to programs.

use std::io::Write;

use serde_json::{Value, json};

use super::tally::{Example, Group, Tally};
use crate::Terminal;
use crate::failure::Outcome;
use crate::moment::to_second;
use crate::table;
use crate::terminal::{Colour, counted, plain};

/// Characters of a command that people are shown.
const SHOWN: usize = 160;

pub(super) fn people(tally: &Tally, terminal: &mut Terminal) -> Outcome {
    let decided = counted(tally.replayed(), "decision");
    let [allowed, denied, held] = ["allow", "deny", "hold"].map(|word| tally.now(word));
    writeln!(
        terminal.out,
        "{decided} replayed: {allowed} allowed ({} masked), {denied} denied, {held} held",
        tally.masked
    )?;
    for (group, changed) in tally.by_count() {
        let Group { then, now, policies, name, fingerprint } = group;
        let colour = if *now == "allow" { Colour::Green } else { Colour::Red };
        let policies = if policies.is_empty() { "no policy".to_owned() } else { policies.join(", ") };
        let fingerprint = fingerprint.as_ref().map_or_else(String::new, |short| format!(" {short}"));
        let change = terminal.paint(colour, &format!("{then} -> {now}"));
        let about = plain(&format!("{name}{fingerprint}  by {policies}"), 500);
        writeln!(terminal.out, "\n{:>7}  {change}  {about}", changed.count)?;
        for Example { sequence, time_us, person, resource, text } in &changed.examples {
            let line = format!("record {sequence}, {}, {person} on {resource}: {text}", to_second(*time_us));
            writeln!(terminal.out, "         {}", plain(&line, SHOWN))?;
        }
    }
    if tally.beyond > 0 {
        writeln!(terminal.out, "\n{:>7}  others, of too many kinds to be listed", tally.beyond)?;
    }
    for (why, count) in &tally.left_out {
        writeln!(terminal.err, "{count} not replayed: {why}")?;
    }
    Ok(())
}

pub(super) fn json(tally: &Tally, terminal: &mut Terminal) -> Outcome {
    let example = |example: &Example| {
        json!({
            "sequence": example.sequence, "time": to_second(example.time_us), "person": example.person,
            "resource": example.resource, "text": example.text,
        })
    };
    let changes = tally.by_count().into_iter().map(|(group, changed)| {
        json!({
            "then": group.then, "now": group.now, "policies": group.policies, "name": group.name,
            "fingerprint": group.fingerprint, "count": changed.count,
            "examples": changed.examples.iter().map(example).collect::<Vec<_>>(),
        })
    });
    let verdicts =
        tally.verdicts.iter().map(|((then, now), count)| json!({ "then": then, "now": now, "count": count }));
    let answer = json!({
        "replayed": tally.replayed(),
        "changed": tally.changed(),
        "masked": tally.masked,
        "verdicts": verdicts.collect::<Vec<Value>>(),
        "changes": changes.collect::<Vec<Value>>(),
        "not_listed": tally.beyond,
        "not_replayed": tally.left_out,
    });
    Ok(table::json(&answer, terminal)?)
}
