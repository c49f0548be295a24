//! `signet sessions list`: one line a session, those that began last first.

use std::io::Write;

use config::Config;
use serde_json::{Value, json};
use store::{SessionRow, Wanted};

use crate::Terminal;
use crate::arguments::ListArguments;
use crate::failure::Outcome;
use crate::moment::{to_milli, to_second, typed};
use crate::sessions::index;
use crate::terminal::{Colour, counted, harmless, plain};

/// Characters of a name or an address that are shown.
const SHOWN: usize = 128;

pub(super) async fn run(config: &Config, arguments: &ListArguments, terminal: &mut Terminal) -> Outcome {
    let wanted = Wanted {
        person: arguments.user.clone(),
        resource: arguments.resource.clone(),
        since_us: arguments.since.as_deref().map(|text| typed("--since", text)).transpose()?,
        until_us: arguments.until.as_deref().map(|text| typed("--until", text)).transpose()?,
        open: arguments.open,
        sid: None,
    };
    let index = index::up_to_date(config).await?;
    let rows = index.sessions(&wanted, arguments.limit).await.map_err(index::unusable)?;
    index.close().await;
    if arguments.json {
        let objects: Vec<_> = rows.iter().map(object).collect();
        return Ok(writeln!(terminal.out, "{}", harmless(&format!("{:#}", Value::from(objects))))?);
    }
    for row in &rows {
        let line = line(row, terminal);
        writeln!(terminal.out, "{line}")?;
    }
    if rows.len() >= usize::try_from(arguments.limit).unwrap_or(usize::MAX) {
        writeln!(terminal.err, "there may be more: --limit NUMBER, or --since and --until")?;
    }
    Ok(())
}

fn line(row: &SessionRow, terminal: &Terminal) -> String {
    let began = &row.began;
    let told = |text: &Option<String>| text.as_deref().map_or("(erased)".to_owned(), |text| plain(text, SHOWN));
    let who = format!("{}@{}", told(&began.person), plain(&began.resource, SHOWN));
    let who = terminal.paint(Colour::Cyan, &format!("{who:<16}"));
    let (state, colour) = match &row.ended {
        None => ("open".to_owned(), Colour::Green),
        Some(ended) => (format!("ended {}: {}", to_second(ended.at_us), plain(&ended.cause, SHOWN)), Colour::Grey),
    };
    let state = terminal.paint(colour, &state);
    let mut what = format!("as {} from {}", told(&began.account), told(&began.client));
    if let Some(database) = &began.database {
        what.push_str(&format!(", database {}", plain(database, SHOWN)));
    }
    let counts = format!("{}, {} refused", counted(row.commands, "command"), row.refusals);
    format!("{}  {}  {who}  {what}  {counts}  {state}", row.sid, to_second(began.at_us))
}

fn object(row: &SessionRow) -> Value {
    let began = &row.began;
    json!({
        "session": row.sid,
        "person": began.person,
        "client": began.client,
        "resource": began.resource,
        "account": began.account,
        "database": began.database,
        "protocol": began.protocol,
        "began": to_milli(began.at_us),
        "ended": row.ended.as_ref().map(|ended| to_milli(ended.at_us)),
        "cause": row.ended.as_ref().map(|ended| &ended.cause),
        "commands": row.commands,
        "refusals": row.refusals,
    })
}
