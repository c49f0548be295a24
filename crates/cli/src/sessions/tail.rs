//! `signet sessions tail`: what happens in sessions from now on, one line a record.

use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

use config::Config;
use store::{Index, Wanted};

use super::seen::Seen;
use super::source::Source;
use super::{index, story};
use crate::Terminal;
use crate::failure::Outcome;
use crate::moment::to_milli;
use crate::terminal::{Colour, plain};

/// How often it looks for more.
const INTERVAL: Duration = Duration::from_millis(200);
/// Characters of a command that are shown.
const SHOWN: usize = 160;
/// Open sessions that are known by name.
const KNOWN: u32 = 100_000;

/// What is wanted, and how.
pub(super) struct Watch {
    pub(super) user: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) json: bool,
}

/// Who is in a session, and where.
#[derive(Clone, Debug, Default)]
struct Who {
    person: Option<String>,
    resource: String,
}

pub(super) async fn run(config: &Config, watch: &Watch, terminal: &mut Terminal) -> Outcome {
    let index = index::up_to_date(config).await?;
    let mut open = open(&index).await?;
    let mut source = Source::open(config)?;
    let records = index.progress().await.map_err(index::unusable)?.map_or(0, |progress| progress.records);
    index.close().await;
    source.seek(records);
    loop {
        let Some(seen) = source.next()? else {
            terminal.out.flush()?;
            tokio::time::sleep(INTERVAL).await;
            continue;
        };
        if let Some(who) = known(&mut open, &seen)
            && watch.wants(&who)
        {
            watch.print(&seen, &who, terminal)?;
        }
    }
}

async fn open(index: &Index) -> Outcome<HashMap<String, Who>> {
    let wanted = Wanted { open: true, ..Wanted::default() };
    let rows = index.sessions(&wanted, KNOWN).await.map_err(index::unusable)?;
    let who = |row: store::SessionRow| (row.sid, Who { person: row.began.person, resource: row.began.resource });
    Ok(rows.into_iter().map(who).collect())
}

/// Whose record it is; none when it belongs to no session.
fn known(open: &mut HashMap<String, Who>, seen: &Seen) -> Option<Who> {
    match seen.kind() {
        "session.start" => {
            let began = index::began(seen);
            let who = Who { person: began.person, resource: began.resource };
            open.insert(seen.sid().to_owned(), who.clone());
            Some(who)
        }
        "session.end" => open.remove(seen.sid()),
        _ => open.get(seen.sid()).cloned(),
    }
}

impl Watch {
    fn wants(&self, who: &Who) -> bool {
        let user = self.user.is_none() || self.user == who.person;
        user && self.resource.as_deref().is_none_or(|resource| resource == who.resource)
    }

    fn print(&self, seen: &Seen, who: &Who, terminal: &mut Terminal) -> Outcome {
        if self.json {
            return Ok(writeln!(terminal.out, "{}", seen.view)?);
        }
        let (verdict, colour) = story::verdict(seen);
        let person = who.person.as_deref().map_or("(erased)".to_owned(), |person| plain(person, SHOWN));
        let who = terminal.paint(Colour::Cyan, &format!("{:<16}", format!("{person}@{}", plain(&who.resource, SHOWN))));
        let verdict = terminal.paint(colour, &verdict);
        let what = plain(&story::text(seen), SHOWN);
        let line = format!("{}  {who}  {verdict}  {what}", to_milli(seen.time_us()));
        Ok(writeln!(terminal.out, "{}", line.trim_end())?)
    }
}
