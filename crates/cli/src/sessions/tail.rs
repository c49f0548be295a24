//! `signet sessions tail`: what happens in sessions from now on, one line a record.

use std::io::Write;
use std::time::Duration;

use config::Config;
use evidence::Sealed;
use store::{Index, Wanted};

use super::index;
use crate::Terminal;
use crate::failure::Outcome;
use crate::reading::{People, Seen, Source, Who, line};
use crate::terminal::harmless;

/// How often it looks for more.
const INTERVAL: Duration = Duration::from_millis(200);
/// Open sessions that are known by name.
const KNOWN: u32 = 100_000;

/// What is wanted, and how.
pub(super) struct Watch {
    pub(super) user: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) json: bool,
}

pub(super) async fn run(config: &Config, watch: &Watch, terminal: &mut Terminal) -> Outcome {
    let index = index::up_to_date(config).await?;
    let mut people = open(&index).await?;
    let mut source = Source::open(config)?;
    let records = index.progress().await.map_err(index::unusable)?.map_or(0, |progress| progress.records);
    index.close().await;
    source.seek(records);
    loop {
        let Some(seen) = source.next(|sealed| watch.asks(sealed, &people))? else {
            terminal.out.flush()?;
            tokio::time::sleep(INTERVAL).await;
            continue;
        };
        let who = people.take(&seen.view);
        if seen.view.get("session").is_some() && who != Who::default() && watch.wants(&who) {
            watch.print(&seen, &who, terminal)?;
        }
    }
}

async fn open(index: &Index) -> Outcome<People> {
    let wanted = Wanted { open: true, ..Wanted::default() };
    let mut people = People::default();
    for row in index.sessions(&wanted, KNOWN).await.map_err(index::unusable)? {
        let who = Who { person: row.began.person.unwrap_or_default(), resource: row.began.resource };
        people.insert(row.sid, who);
    }
    Ok(people)
}

impl Watch {
    fn wants(&self, who: &Who) -> bool {
        let user = self.user.as_deref().is_none_or(|user| user == who.person);
        user && self.resource.as_deref().is_none_or(|resource| resource == who.resource)
    }

    /// Whether a payload is opened: to know whom later records are about, or to show it.
    pub(super) fn asks(&self, sealed: &Sealed<'_>, people: &People) -> bool {
        let shown = self.json || sealed.kind != "result";
        sealed.kind == "who" || shown && people.of(sealed.chain).is_some_and(|who| self.wants(who))
    }

    fn print(&self, seen: &Seen, who: &Who, terminal: &mut Terminal) -> Outcome {
        let line = if self.json { harmless(&seen.view.to_string()) } else { line(&seen.view, who, terminal) };
        Ok(writeln!(terminal.out, "{line}")?)
    }
}
