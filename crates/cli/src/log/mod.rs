//! `signet log`: what stands in the evidence log, for people and for programs.

mod filter;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::time::Duration;

use config::Config;

use crate::Terminal;
use crate::arguments::LogArguments;
use crate::failure::Outcome;
use crate::reading::{People, Source, line};
use crate::record;
use crate::terminal::harmless;
use filter::Filter;

/// How often `--follow` looks for more.
const INTERVAL: Duration = Duration::from_millis(200);

pub(crate) fn run(config: &Config, arguments: &LogArguments, terminal: &mut Terminal) -> Outcome {
    let filter = Filter::new(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(record::read(config, "records", narrowed(arguments)))?;
    show(Source::open(config)?, &filter, arguments, terminal)
}

/// What was asked for, for the record of its reading.
fn narrowed(arguments: &LogArguments) -> Vec<(&'static str, String)> {
    let LogArguments { follow, session, types, person, since, json: _ } = arguments;
    let named = [("session", session), ("person", person), ("since", since)].into_iter();
    let named = named.filter_map(|(name, value)| Some((name, value.clone()?)));
    let types = (!types.is_empty()).then(|| ("type", types.join(" ")));
    named.chain(types).chain(follow.then(|| ("follow", "true".to_owned()))).collect()
}

fn show(mut source: Source, filter: &Filter, arguments: &LogArguments, terminal: &mut Terminal) -> Outcome {
    let mut people = People::default();
    loop {
        let Some(seen) = source.next(|sealed| filter.asks(sealed, &people))? else {
            if !arguments.follow {
                return Ok(());
            }
            terminal.out.flush()?;
            std::thread::sleep(INTERVAL);
            continue;
        };
        let who = people.take(&seen.view);
        if !filter.wants(&seen.view, &who) {
            continue;
        }
        if arguments.json {
            writeln!(terminal.out, "{}", harmless(&seen.view.to_string()))?;
        } else {
            let line = line(&seen.view, &who, terminal);
            writeln!(terminal.out, "{line}")?;
        }
    }
}
