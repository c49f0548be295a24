//! A report in sentences for a person, and as JSON for a program.

use std::fmt::Write;

use tlog::json::{Value, write};
use tlog::merkle::hash_text;

use crate::report::{Facts, Report};
use crate::run::Options;
use crate::shown::{harmless, moment, shown, span};
use crate::verdict::Verdict;

/// What was proved, and what was not.
pub(crate) fn sentences(report: &Report, options: &Options) -> String {
    let mut text = String::new();
    if let Some(notes) = &report.fork {
        text.push_str("These two contradict each other:\n\n");
        for note in notes {
            let _ = writeln!(text, "{}", harmless(note));
        }
    }
    let facts = &report.facts;
    if report.verdict == Verdict::Ok {
        let _ = writeln!(text, "OK: {}", proved(facts, options.now_us));
    } else {
        let count = report.failures.len() as u64 + report.more_failures;
        let _ = writeln!(text, "{}: {}", report.verdict, failed(count, facts));
    }
    let _ = writeln!(text, "Not proved: {}.", unproved(facts, options).join("; "));
    text
}

fn proved(facts: &Facts, now_us: u64) -> String {
    let origin = shown(facts.origin.as_deref().unwrap_or_default());
    let key = shown(facts.key.as_deref().unwrap_or_default());
    let (Some(first), Some(newest)) = (facts.first_us, facts.newest_us) else {
        return format!("the log {origin} has no records yet, and the key {key} signed that.");
    };
    let mut text = format!(
        "all {} records of the log {origin}, from {} to {}, are there and unchanged since the key {key} signed them: \
         {} runs of the gateway, {} sessions.",
        facts.size,
        moment(first),
        moment(newest),
        facts.runs,
        facts.sessions
    );
    let _ = match now_us.checked_sub(newest) {
        Some(age) => write!(text, " The newest record is {} old.", span(age)),
        None => write!(text, " The newest record is {} in the future of this machine's clock.", span(newest - now_us)),
    };
    let _ = write!(text, " {} ciphertexts are those of the records", facts.ciphertexts);
    if facts.opened > 0 {
        let _ = write!(text, ", and {} of them were opened and say what was committed to", facts.opened);
    }
    text.push('.');
    if let Some(size) = facts.pinned {
        let _ = write!(text, " The log continues the pin of {size} records.");
    }
    text
}

fn failed(count: u64, facts: &Facts) -> String {
    let failures = if count == 1 { "1 failure".to_owned() } else { format!("{count} failures") };
    format!(
        "{failures}; {} of {} records were read. This log proves nothing until they are explained.",
        facts.records, facts.size
    )
}

fn unproved(facts: &Facts, options: &Options) -> Vec<String> {
    let mut list = Vec::new();
    if facts.pinned.is_none() {
        list.push("that no other history was signed (no older checkpoint was compared: --pin)".to_owned());
    } else {
        list.push("that no other history was shown to others (compare checkpoints with them)".to_owned());
    }
    if options.keys.is_none() && facts.ciphertexts > 0 {
        list.push("what the payloads say (they were not opened: --master-key)".to_owned());
    }
    if facts.newer > 0 {
        list.push(format!(
            "what {} records of a newer version mean, and what they bear on (take a newer verifier)",
            facts.newer
        ));
    }
    if facts.erased > 0 {
        list.push(format!("what {} erased payloads said", facts.erased));
    }
    if options.max_age_us.is_none() {
        list.push("that nothing newer exists (--max-age)".to_owned());
    }
    list.push("that the gateway wrote down all that it did (compare with the targets' own logs)".to_owned());
    list
}

/// The report as one JSON object.
pub(crate) fn object(report: &Report) -> Vec<u8> {
    let facts = &report.facts;
    let failures = report.failures.iter().map(|failure| {
        Value::Object(vec![
            ("place", string(failure.place.to_string())),
            ("text", string(failure.text.clone())),
            ("verdict", string(failure.verdict.to_string())),
        ])
    });
    let notes = report.notes.iter().map(|note| {
        Value::Object(vec![("place", string(note.place.to_string())), ("text", string(note.text.clone()))])
    });
    let mut members = vec![
        ("ciphertexts", number(facts.ciphertexts)),
        ("code", number(u64::from(report.verdict.code()))),
        ("erased", number(facts.erased)),
        ("failures", Value::Array(failures.collect())),
    ];
    optional(&mut members, "first_us", facts.first_us.map(number));
    let fork = report.fork.clone().map(|notes| Value::Array(notes.map(string).into()));
    optional(&mut members, "fork", fork);
    optional(&mut members, "key", facts.key.clone().map(string));
    members.push(("more_failures", number(report.more_failures)));
    members.push(("more_notes", number(report.more_notes)));
    optional(&mut members, "newest_us", facts.newest_us.map(number));
    members.push(("notes", Value::Array(notes.collect())));
    members.push(("open_chains", number(facts.open_chains)));
    members.push(("opened", number(facts.opened)));
    optional(&mut members, "origin", facts.origin.clone().map(string));
    optional(&mut members, "pinned", facts.pinned.map(number));
    members.push(("records", number(facts.records)));
    optional(&mut members, "root", facts.root.map(|root| string(hash_text(&root))));
    members.push(("runs", number(facts.runs)));
    members.push(("sessions", number(facts.sessions)));
    members.push(("size", number(facts.size)));
    members.push(("verdict", string(report.verdict.to_string())));
    write(&Value::Object(members))
}

fn optional<'a>(members: &mut Vec<(&'a str, Value<'a>)>, key: &'a str, value: Option<Value<'a>>) {
    members.extend(value.map(|value| (key, value)));
}

fn string(text: String) -> Value<'static> {
    Value::String(text.into())
}

fn number(number: u64) -> Value<'static> {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}
