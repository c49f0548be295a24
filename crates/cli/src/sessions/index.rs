//! The index by which sessions are found follows the log, from where it stopped.

use std::collections::BTreeMap;
use std::path::PathBuf;

use config::Config;
use evidence::{Closed, Sealed};
use serde_json::Value;
use store::{Began, Change, Ended, Index, Progress, StoreError};

use crate::failure::{Code, Failure, Outcome};
use crate::reading::{Seen, Source};

/// Records that are added at a time.
const STRETCH: usize = 4096;
/// Records in a bundle of the log.
pub(super) const BUNDLE: u64 = tlog::tile::WIDTH as u64;

/// The file of the index.
pub(super) fn file(config: &Config) -> PathBuf {
    config.data_dir.join("index.db")
}

/// The index, with all that the log has now.
pub(super) async fn up_to_date(config: &Config) -> Outcome<Index> {
    let index = Index::open(&file(config)).await.map_err(unusable)?;
    let mut source = Source::open(config)?;
    let mut from = begin(&index, &mut source).await?;
    loop {
        let stretch = Stretch::read(&mut source, from)?;
        let Some(to) = stretch.to else { return Ok(index) };
        let changes = stretch.changes.iter().map(|(sid, change)| (sid.as_str(), change));
        let added = index.add(from, changes, &to).await.map_err(unusable)?;
        from = if added { to.records } else { begin(&index, &mut source).await? };
    }
}

/// The first record that the index does not have. A log that is another one now is read from its beginning.
async fn begin(index: &Index, source: &mut Source) -> Outcome<u64> {
    let Some(progress) = index.progress().await.map_err(unusable)? else { return Ok(0) };
    source.seek(progress.records.saturating_sub(1));
    if source.next(|_| false)?.is_some_and(|last| last.hash == progress.head) {
        return Ok(progress.records);
    }
    index.clear().await.map_err(unusable)?;
    Ok(0)
}

/// A failure of the index in the words of a command.
pub(super) fn unusable(error: StoreError) -> Failure {
    let failure = Failure::new(Code::Failed, format!("the index of sessions: {error}"));
    failure.hint("It is derived from the log; to make it anew: signet sessions reindex.")
}

/// What a stretch of the log says of sessions.
#[derive(Default)]
struct Stretch {
    changes: BTreeMap<String, Change>,
    to: Option<Progress>,
}

impl Stretch {
    fn read(source: &mut Source, from: u64) -> Outcome<Self> {
        let mut stretch = Self::default();
        source.seek(from);
        for _ in 0..STRETCH {
            let Some(seen) = source.next(asked)? else { break };
            stretch.take(&seen)?;
        }
        Ok(stretch)
    }

    fn take(&mut self, seen: &Seen) -> Outcome {
        if seen.kind() == "payload.erased" {
            self.changes.entry(seen.text("chain").to_owned()).or_default().erased = true;
        }
        let change = self.changes.entry(seen.sid().to_owned()).or_default();
        match seen.kind() {
            "session.start" => change.began = Some(readable(seen).map(began)?),
            "command" => change.commands = change.commands.saturating_add(1),
            "refusal" => change.refusals = change.refusals.saturating_add(1),
            "session.end" => {
                change.ended = Some(Ended { at_us: seen.time_us(), cause: seen.text("cause").to_owned() });
            }
            _ => {}
        }
        let bundle = seen.sequence / BUNDLE;
        if change.bundles.last() != Some(&bundle) {
            change.bundles.push(bundle);
        }
        self.to = Some(Progress { records: seen.sequence.saturating_add(1), head: seen.hash });
        Ok(())
    }
}

/// Without the master key the index would have nobody in it, and keep it so.
fn readable(seen: &Seen) -> Outcome<&Seen> {
    match seen.payload("who").map(|payload| &payload.bytes) {
        Some(Err(Closed::NoMaster)) => {
            let failure = Failure::new(Code::Failed, "who had the sessions cannot be read: the master key is not here");
            Err(failure.hint("Run this as the user of the gateway."))
        }
        _ => Ok(seen),
    }
}

/// Who has a session is all that the index opens.
pub(super) fn asked(sealed: &Sealed<'_>) -> bool {
    sealed.record == "session.start" && sealed.kind == "who"
}

/// What the first record of a session says.
fn began(seen: &Seen) -> Began {
    let who = seen.object("who");
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    Began {
        at_us: seen.time_us(),
        resource: seen.text("resource").to_owned(),
        protocol: seen.text("protocol").to_owned(),
        person: who.get("principal").and_then(|principal| text(principal, "name")),
        client: text(&who, "client"),
        account: text(&who, "account"),
        database: text(&who, "database"),
    }
}
