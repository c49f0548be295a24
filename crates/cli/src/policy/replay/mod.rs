//! `signet policy replay`: what other policies would have said to the commands on record.

mod known;
mod question;
mod report;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Write;

use ::policy::{PolicySet, Reader};
use config::Config;

use self::known::Known;
use self::question::{Asked, Session, Then, asked};
use self::tally::Tally;
use super::files;
use crate::api::Api;
use crate::arguments::ReplayArguments;
use crate::failure::{Code, Failure, Outcome};
use crate::moment::{to_second, typed};
use crate::reading::{Seen, Source};
use crate::terminal::counted;
use crate::{Program, Terminal, record};

/// Every so many records it is told how far it is.
const TOLD: u64 = 100_000;

pub(super) fn run(
    program: &dyn Program,
    config: &Config,
    api: impl FnOnce() -> Outcome<Api>,
    arguments: ReplayArguments,
    terminal: &mut Terminal,
) -> Outcome {
    let ReplayArguments { folder, resource, since, until, gateway, json } = arguments;
    let policies = files::policies(&folder, Some(config))?;
    let mut known = Known::of(config);
    if gateway {
        known.ask(&api()?)?;
    }
    let since_us = since.as_deref().map_or(Ok(0), |text| typed("--since", text))?;
    let until_us = until.as_deref().map_or(Ok(u64::MAX), |text| typed("--until", text))?;
    let window = Window { resource, since_us, until_us };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(record::read(config, "policy.replay", window.details()))?;
    let reader = files::reader(program);
    let mut replay = Replay { policies, known, window, sessions: HashMap::new(), tally: Tally::default() };
    let mut source = Source::open(config)?;
    while let Some(seen) = source.next(|sealed| matches!(sealed.kind, "who" | "text"))? {
        replay.take(&seen, &reader);
        if (seen.sequence + 1).is_multiple_of(TOLD) {
            writeln!(terminal.err, "{} read", counted(seen.sequence + 1, "record"))?;
        }
    }
    let tally = replay.tally;
    if json {
        report::json(&tally, terminal)?
    } else {
        report::people(&tally, terminal)?
    }
    match tally.changed() {
        0 => Ok(()),
        changed => {
            let said = format!("{} of {} would be decided otherwise", changed, counted(tally.replayed(), "decision"));
            Err(Failure::new(Code::Drift, said))
        }
    }
}

/// Which records are looked at.
struct Window {
    resource: Option<String>,
    since_us: u64,
    until_us: u64,
}

impl Window {
    fn details(&self) -> Vec<(&'static str, String)> {
        let mut details: Vec<_> = self.resource.clone().map(|resource| ("resource", resource)).into_iter().collect();
        details.extend((self.since_us > 0).then(|| ("since", to_second(self.since_us))));
        details.extend((self.until_us < u64::MAX).then(|| ("until", to_second(self.until_us))));
        details
    }

    fn has(&self, seen: &Seen, session: &Session) -> bool {
        (self.since_us..self.until_us).contains(&seen.time_us())
            && self.resource.as_ref().is_none_or(|resource| *resource == session.resource)
    }
}

/// A replay under way.
struct Replay {
    policies: PolicySet,
    known: Known,
    window: Window,
    /// Those that have not ended.
    sessions: HashMap<String, Result<Session, &'static str>>,
    tally: Tally,
}

impl Replay {
    fn take(&mut self, seen: &Seen, reader: Reader<'_>) {
        match seen.kind() {
            "session.start" => {
                self.sessions.insert(seen.sid().to_owned(), Session::of(seen, &self.known));
            }
            "session.end" => {
                self.sessions.remove(seen.sid());
                return;
            }
            _ => {}
        }
        let Some(then) = Then::of(seen) else { return };
        let session = match self.sessions.get(seen.sid()) {
            Some(Ok(session)) if !self.window.has(seen, session) => return,
            Some(Ok(session)) => session,
            Some(Err(why)) => return self.tally.left_out(why),
            None => return self.tally.left_out("its session began before the log does"),
        };
        let Asked { given, name, fingerprint, text } = match asked(seen, session, reader) {
            Ok(asked) => asked,
            Err(why) => return self.tally.left_out(why),
        };
        match given.decide(&self.policies, reader) {
            Ok(decision) => self.tally.add(seen, &then, &decision, tally::About { session, name, fingerprint, text }),
            Err(_) => self.tally.left_out("the question makes no sense"),
        }
    }
}
