//! `signet sessions`: recorded sessions, found by an index and read from the log.

mod chain;
mod index;
mod list;
mod result;
mod show;
mod story;
mod tail;
#[cfg(test)]
mod tests;

use std::io::Write;

use config::Config;
use store::Index;

use crate::arguments::{ListArguments, RecordedCommand};
use crate::failure::Outcome;
use crate::{Program, Terminal, record};
use tail::Watch;

pub(crate) fn run(
    program: &dyn Program,
    config: &Config,
    command: RecordedCommand,
    terminal: &mut Terminal,
) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            RecordedCommand::List(arguments) => {
                record::read(config, "sessions", narrowed(&arguments)).await?;
                list::run(config, &arguments, terminal).await
            }
            RecordedCommand::Show { session, json } => show::run(program, config, &session, json, terminal).await,
            RecordedCommand::Tail { user, resource, json } => {
                let details = [("user", &user), ("resource", &resource)].into_iter();
                let details = details.filter_map(|(name, value)| Some((name, value.clone()?)));
                record::read(config, "sessions", details.chain([("follow", "true".to_owned())]).collect()).await?;
                tail::run(config, &Watch { user, resource, json }, terminal).await
            }
            RecordedCommand::Reindex => reindex(config, terminal).await,
        }
    })
}

/// What a list was narrowed to, for the record of its reading.
fn narrowed(arguments: &ListArguments) -> Vec<(&'static str, String)> {
    let ListArguments { user, resource, since, until, open, limit: _, json: _ } = arguments;
    let named = [("user", user), ("resource", resource), ("since", since), ("until", until)].into_iter();
    let named = named.filter_map(|(name, value)| Some((name, value.clone()?)));
    named.chain(open.then(|| ("open", "true".to_owned()))).collect()
}

async fn reindex(config: &Config, terminal: &mut Terminal) -> Outcome {
    record::read(config, "sessions", vec![("reindex", "true".to_owned())]).await?;
    Index::remove(&index::file(config)).map_err(index::unusable)?;
    let index = index::up_to_date(config).await?;
    let progress = index.progress().await.map_err(index::unusable)?;
    index.close().await;
    let records = progress.map_or(0, |progress| progress.records);
    Ok(writeln!(terminal.err, "the index was made anew from {records} records")?)
}
