//! `signet policy diff`: who may do what no more, or now?

use std::io::Write;
use std::path::Path;

use ::policy::{Given, Grid, Target};
use config::Config;
use model::Verdict;

use super::files;
use crate::failure::{Code, Failure, Outcome};
use crate::terminal::counted;
use crate::{Program, Terminal};

pub(super) fn run(
    program: &dyn Program,
    config: Option<&Config>,
    old: &Path,
    new: &Path,
    terminal: &mut Terminal,
) -> Outcome {
    let (before, after) = (files::policies(old, config)?, files::policies(new, config)?);
    let mut questions: Vec<Given> = Vec::new();
    for (_, case) in files::cases(old)?.into_iter().chain(files::cases(new)?) {
        if !questions.contains(&case.given) {
            questions.push(case.given);
        }
    }
    questions.extend(grid(config).questions());
    let changes = ::policy::changes(&before, &after, &questions, &files::reader(program))
        .map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    for change in &changes {
        writeln!(terminal.out, "{}: {} -> {}", asked(&change.given), said(&change.old), said(&change.new))?;
    }
    let (asked, changed) = (counted(questions.len() as u64, "question"), counted(changes.len() as u64, "answer"));
    writeln!(terminal.err, "{asked} asked, {changed} changed")?;
    Ok(())
}

fn grid(config: Option<&Config>) -> Grid {
    let Some(config) = config else { return Grid::default() };
    let target = |target: &config::Target| Target {
        protocol: target.resource.protocol.clone(),
        accounts: target.resource.accounts.iter().map(|account| account.name.clone()).collect(),
        labels: target.resource.labels.clone(),
    };
    Grid {
        people: config.people.values().map(|person| (person.name.clone(), person.groups.clone())).collect(),
        resources: config.targets.iter().map(|(name, one)| (name.clone(), target(one))).collect(),
    }
}

fn asked(given: &Given) -> String {
    let wish = match (&given.command, &given.action) {
        (Some(command), _) => format!("{command:?}"),
        (None, Some(action)) => action.clone(),
        (None, None) => "connect".to_owned(),
    };
    let unbounded = if given.unbounded_write { " without WHERE" } else { "" };
    format!("{} on {} as {}: {wish}{unbounded}", given.person, given.resource, given.account)
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Allow { policies, obligations } if obligations.mask.is_empty() => format!("allow ({})", ids(policies)),
        Verdict::Allow { policies, obligations } => {
            let rules: Vec<String> = obligations.mask.iter().map(ToString::to_string).collect();
            format!("allow ({}), masked: {}", ids(policies), rules.join(", "))
        }
        Verdict::Deny { policies, .. } => format!("deny ({})", ids(policies)),
        Verdict::Hold { policies, terms, .. } => {
            let of: Vec<String> = terms.requirements.iter().map(ToString::to_string).collect();
            format!("hold ({}) for {}", ids(policies), of.join(" and "))
        }
    }
}

fn ids(policies: &[String]) -> String {
    if policies.is_empty() { "no policy".to_owned() } else { policies.join(", ") }
}
