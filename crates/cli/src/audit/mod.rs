//! `signet audit`: the five questions of an auditor, each answered with the question as it was understood, what was found,
//! how much that is, and up to which position of the log was read.

mod answer;
mod question;
mod reach;
#[cfg(test)]
mod tests;

use config::Config;
use wire::Protocol;

use crate::api::Api;
use crate::arguments::{AuditCommand, Narrowed};
use crate::failure::Outcome;
use crate::reading::{People, Source};
use crate::{Program, Terminal, record};
use answer::Answer;
use question::{Asked, Question};

/// A question that the log answers.
pub(crate) fn run(
    program: &dyn Program,
    config: &Config,
    asked: Asked,
    narrowed: Narrowed,
    terminal: &mut Terminal,
) -> Outcome {
    let json = narrowed.json;
    let question = Question::new(asked, narrowed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(record::read(config, "audit", question.details()))?;
    let answer = search(Source::open(config)?, &question, program.protocols())?;
    if json { answer.json(&question, terminal) } else { answer.lines(&question, terminal) }
}

/// Splits the question off that only the gateway can answer.
pub(crate) fn ask(
    program: &dyn Program,
    config: impl FnOnce() -> Outcome<Config>,
    api: impl FnOnce() -> Outcome<Api>,
    command: AuditCommand,
    terminal: &mut Terminal,
) -> Outcome {
    let (asked, narrowed) = match command {
        AuditCommand::Reach { resource, json } => return reach::run(&api()?, &resource, json, terminal),
        AuditCommand::Touched { relation, column, doubtful, narrowed } => {
            (Asked::touched(&relation, column, doubtful)?, narrowed)
        }
        AuditCommand::Did { person, narrowed } => (Asked::Did(person), narrowed),
        AuditCommand::Refused(narrowed) => (Asked::Refused, narrowed),
        AuditCommand::Approved(narrowed) => (Asked::Approved, narrowed),
    };
    run(program, &config()?, asked, narrowed, terminal)
}

/// Reads the whole log, and opens no payload that the question does not need.
fn search(mut source: Source, question: &Question, protocols: &[&'static dyn Protocol]) -> Outcome<Answer> {
    let (mut people, mut answer) = (People::default(), Answer::default());
    while let Some(seen) = source.next(|sealed| question.opens(sealed))? {
        let who = people.take(&seen.view);
        answer.read(seen.sequence);
        answer.began(&seen.view);
        if let Some(found) = question.answers(&seen.view, &who, answer.protocol(&seen.view, protocols)) {
            answer.found(found, seen.view, who);
        } else {
            answer.follows(&seen.view);
        }
    }
    Ok(answer)
}
