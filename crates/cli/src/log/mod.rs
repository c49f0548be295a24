//! `signet log`: what stands in the evidence log, for people and for programs.

mod filter;
mod line;
mod sessions;

use std::io::Write;
use std::time::Duration;

use config::Config;
use evidence::{Entry, Places, ReadError};
use serde_json::Value;

use crate::Terminal;
use crate::arguments::LogArguments;
use crate::failure::{Code, Failure, Outcome};
use crate::record;
use filter::Filter;
use sessions::Sessions;

/// How often `--follow` looks for more.
const INTERVAL: Duration = Duration::from_millis(200);

pub(crate) fn run(config: &Config, arguments: &LogArguments, terminal: &mut Terminal) -> Outcome {
    let filter = Filter::new(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(record::read(config, "records", narrowed(arguments)))?;
    let places = Places::of(&config.data_dir);
    if arguments.follow {
        show(evidence::follow(&places, 0, INTERVAL).map_err(unreadable)?, &filter, arguments, terminal)
    } else {
        show(evidence::read(&places).map_err(unreadable)?, &filter, arguments, terminal)
    }
}

/// What was asked for, for the record of its reading.
fn narrowed(arguments: &LogArguments) -> Vec<(&'static str, String)> {
    let LogArguments { follow, session, types, person, since, json: _ } = arguments;
    let named = [("session", session), ("person", person), ("since", since)].into_iter();
    let named = named.filter_map(|(name, value)| Some((name, value.clone()?)));
    let types = (!types.is_empty()).then(|| ("type", types.join(" ")));
    named.chain(types).chain(follow.then(|| ("follow", "true".to_owned()))).collect()
}

fn show(
    entries: impl Iterator<Item = Result<Entry, ReadError>>,
    filter: &Filter,
    arguments: &LogArguments,
    terminal: &mut Terminal,
) -> Outcome {
    let mut sessions = Sessions::default();
    for entry in entries {
        let record = Value::Object(entry.map_err(unreadable)?.view);
        let who = sessions.take(&record);
        if filter.wants(&record, &who) {
            if arguments.json {
                writeln!(terminal.out, "{record}")?;
            } else {
                let line = line::line(&record, &who, terminal);
                writeln!(terminal.out, "{line}")?;
            }
            if arguments.follow {
                terminal.out.flush()?;
            }
        }
    }
    Ok(())
}

fn unreadable(error: ReadError) -> Failure {
    Failure::new(Code::Failed, error.to_string())
        .hint("What stands before it has been shown; keep the files as they are.")
}

/// A text member of a record; empty when it has none.
fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}
