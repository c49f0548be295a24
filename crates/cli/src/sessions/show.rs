//! `signet sessions show`: a session whole, read from the log itself; the index only says where to look.

use std::io::Write;

use config::Config;
use serde_json::{Value, json};
use store::{Index, SessionRow, Wanted};

use super::chain::Chain;
use super::result::Results;
use super::{index, story};
use crate::failure::{Code, Failure, Outcome};
use crate::reading::{Seen, Source};
use crate::terminal::{Colour, harmless};
use crate::{Program, Terminal, record};

pub(super) async fn run(
    program: &dyn Program,
    config: &Config,
    wanted: &str,
    json: bool,
    terminal: &mut Terminal,
) -> Outcome {
    record::read(config, "session", vec![("session", wanted.to_owned())]).await?;
    let index = index::up_to_date(config).await?;
    let sid = one(&index, wanted).await?.sid;
    let mut telling =
        Telling { results: Results::new(program.protocols()), chain: Chain::default(), problems: 0, json };
    let mut source = Source::open(config)?;
    let bundles = index.bundles(&sid).await.map_err(index::unusable)?;
    index.close().await;
    for bundle in bundles {
        for sequence in bundle.saturating_mul(index::BUNDLE)..bundle.saturating_add(1).saturating_mul(index::BUNDLE) {
            source.seek(sequence);
            let Some(seen) = source.next(|sealed| sealed.chain == sid)? else { break };
            if seen.sid() == sid {
                telling.tell(&seen, terminal)?;
            }
        }
    }
    telling.end(&sid, terminal)
}

/// The one session whose id begins so.
async fn one(index: &Index, wanted: &str) -> Outcome<SessionRow> {
    let begins = Wanted { sid: Some(wanted.to_lowercase()), ..Wanted::default() };
    let mut rows = index.sessions(&begins, 2).await.map_err(index::unusable)?;
    let hint = "Ids are shown by signet sessions list.";
    match (rows.pop(), rows.is_empty()) {
        (Some(row), true) => Ok(row),
        (None, _) => Err(Failure::new(Code::NotFound, format!("there is no session {wanted:?}")).hint(hint)),
        (Some(_), false) => {
            Err(Failure::new(Code::Usage, format!("more than one session begins with {wanted:?}")).hint(hint))
        }
    }
}

/// The telling of one session.
struct Telling {
    results: Results,
    chain: Chain,
    problems: u64,
    json: bool,
}

impl Telling {
    fn tell(&mut self, seen: &Seen, terminal: &mut Terminal) -> Outcome {
        let problem = self.chain.take(seen);
        self.problems = self.problems.saturating_add(u64::from(problem.is_some()));
        if self.json {
            return Ok(writeln!(terminal.out, "{}", harmless(&self.object(seen, problem).to_string()))?);
        }
        if let Some(problem) = problem {
            let problem = terminal.paint(Colour::Red, &format!("DOES NOT FIT: {problem}"));
            writeln!(terminal.out, "{problem}")?;
        }
        for line in story::tell(seen, &mut self.results, terminal) {
            writeln!(terminal.out, "{line}")?;
        }
        Ok(())
    }

    /// The record as `signet log --json` has it, with what the client was shown, and what does not fit.
    fn object(&mut self, seen: &Seen, problem: Option<String>) -> Value {
        let mut object = seen.view.clone();
        if let Value::Object(members) = &mut object {
            match seen.kind() {
                "session.start" => self.results.speaks(seen.text("protocol")),
                "result.part" | "shown" | "outcome" => {
                    members.insert("response".to_owned(), self.results.lines(seen).into());
                }
                _ => {}
            }
            if let Some(problem) = problem {
                members.insert("does_not_fit".to_owned(), json!(problem));
            }
        }
        object
    }

    /// Whether all of it fitted: the last word is a failure when it did not.
    fn end(&self, sid: &str, terminal: &mut Terminal) -> Outcome {
        if self.problems > 0 {
            let what = format!("the records of session {sid} do not fit together ({} of them)", self.problems);
            return Err(Failure::new(Code::Failed, what)
                .hint("Keep the data directory as it is, and check the whole log with signet verify."));
        }
        let open = if self.chain.ended() { "" } else { "; it has not ended" };
        Ok(writeln!(terminal.err, "the records of session {sid} fit together{open}")?)
    }
}
