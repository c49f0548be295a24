//! `signet policy try`: what would be said to this command, and why.

use std::io::Write;

use ::policy::{Given, PolicySet};
use config::Config;
use model::{Decision, MaskRule, Obligations, Public, Rate, Recording, Verdict};
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::files;
use crate::arguments::TryArguments;
use crate::failure::{Code, Failure, Outcome};
use crate::terminal::{Colour, harmless, lines};
use crate::{Program, Terminal};

pub(super) fn run(
    program: &dyn Program,
    config: Option<&Config>,
    arguments: TryArguments,
    terminal: &mut Terminal,
) -> Outcome {
    let folder = files::folder(arguments.policies.clone(), config)?;
    let policies = files::policies(&folder, config)?;
    if let Some(id) = arguments.revealed.iter().find(|id| policies.to_reveal(id).is_none()) {
        let cause = format!("no policy {id:?} masks and can be lifted");
        return Err(Failure::new(Code::NotFound, cause).hint("It is a forbid of Action::\"reveal\" with @approve."));
    }
    let json = arguments.json;
    let given = given(config, arguments)?;
    let decision = given
        .decide(&policies, &files::reader(program))
        .map_err(|error| Failure::new(Code::Usage, error.to_string()))?;
    if json {
        return Ok(writeln!(terminal.out, "{}", harmless(&object(&decision).to_string()))?);
    }
    show(&policies, &decision, terminal)
}

/// The question, with what the configuration knows.
fn given(config: Option<&Config>, arguments: TryArguments) -> Outcome<Given> {
    let name = arguments.person.strip_prefix("local/").unwrap_or(&arguments.person);
    let person = config.and_then(|config| config.people.get(name));
    let resource = config.and_then(|config| config.targets.get(&arguments.resource)).map(|target| &target.resource);
    let account = match (arguments.account, resource) {
        (Some(account), _) => account,
        (None, Some(resource)) => resource.account(None).map(|account| account.name.clone()).unwrap_or_default(),
        (None, None) => "app".to_owned(),
    };
    let now =
        || OffsetDateTime::now_utc().format(&Rfc3339).map_err(|error| Failure::new(Code::Failed, error.to_string()));
    let mut groups = person.map(|person| person.groups.clone()).unwrap_or_default();
    groups.extend(arguments.groups);
    let mut labels = resource.map(|resource| resource.labels.clone()).unwrap_or_default();
    labels.extend(arguments.labels);
    Ok(Given {
        person: arguments.person,
        groups,
        resource: arguments.resource,
        protocol: resource.map_or(arguments.protocol, |resource| resource.protocol.clone()),
        labels,
        account,
        database: arguments.database,
        command: arguments.command,
        in_transaction: arguments.in_transaction,
        approvals: arguments.approved,
        granted: arguments.granted,
        time: arguments.at.map_or_else(now, Ok)?,
        source: arguments.source,
        break_glass: arguments.break_glass,
        revealed: arguments.revealed,
        ..Given::default()
    })
}

fn show(policies: &PolicySet, decision: &Decision, terminal: &mut Terminal) -> Outcome {
    let (word, colour, ids) = match &decision.verdict {
        Verdict::Allow { policies, .. } => ("allow", Colour::Green, policies),
        Verdict::Deny { policies, .. } => ("deny", Colour::Red, policies),
        Verdict::Hold { policies, .. } => ("hold", Colour::Yellow, policies),
    };
    writeln!(terminal.out, "{}", terminal.paint(colour, word))?;
    match &decision.verdict {
        Verdict::Allow { obligations, .. } => show_obligations(obligations, terminal)?,
        Verdict::Deny { reason, .. } => show_public(reason, terminal)?,
        Verdict::Hold { notice, terms, .. } => {
            show_public(notice, terminal)?;
            for requirement in &terms.requirements {
                writeln!(terminal.out, "  approve: {requirement}")?;
            }
            writeln!(terminal.out, "  expires: {}s", terms.expires.as_secs())?;
        }
    }
    for id in &decision.observed {
        writeln!(terminal.out, "  only observed: {id}")?;
    }
    if ids.is_empty() {
        writeln!(terminal.out, "\nno policy decided: what none permits is denied")?;
    }
    for (file, line, text) in ids.iter().chain(&decision.observed).filter_map(|id| policies.source(id)) {
        writeln!(terminal.out, "\n{}", terminal.paint(Colour::Grey, &format!("{file}:{line}")))?;
        for line in lines(text.as_bytes()) {
            writeln!(terminal.out, "{line}")?;
        }
    }
    Ok(())
}

fn show_public(public: &Public, terminal: &mut Terminal) -> Outcome {
    writeln!(terminal.out, "  {}", public.message)?;
    if let Some(hint) = &public.hint {
        writeln!(terminal.out, "  {hint}")?;
    }
    Ok(())
}

fn show_obligations(obligations: &Obligations, terminal: &mut Terminal) -> Outcome {
    let Obligations { mask, record, max_rows, rates, max_bytes, timeout } = obligations;
    for MaskRule { policy, columns, operator, positions } in mask {
        writeln!(terminal.out, "  masked: {columns} by {operator} (policy {policy}); may be asked about: {positions}")?;
    }
    match record {
        Recording::Whole => writeln!(terminal.out, "  recorded: all")?,
        Recording::UpTo(0) => writeln!(terminal.out, "  recorded: as much as the resource says")?,
        Recording::UpTo(bytes) => writeln!(terminal.out, "  recorded: {bytes} bytes")?,
    }
    for (what, most) in [("rows", max_rows), ("bytes", max_bytes), ("seconds", &timeout.map(|time| time.as_secs()))] {
        if let Some(most) = most {
            writeln!(terminal.out, "  at most {most} {what}")?;
        }
    }
    for Rate { policy, rows, window } in rates {
        let seconds = window.as_secs();
        writeln!(terminal.out, "  at most {rows} rows in {seconds} seconds, over all sessions (policy {policy})")?;
    }
    Ok(())
}

fn object(decision: &Decision) -> serde_json::Value {
    let common = |verdict: &str, policies: &[String]| json!({ "verdict": verdict, "policies": policies, "version": &*decision.version, "observed": decision.observed });
    let mut object = match &decision.verdict {
        Verdict::Allow { policies, .. } => common("allow", policies),
        Verdict::Deny { policies, .. } => common("deny", policies),
        Verdict::Hold { policies, .. } => common("hold", policies),
    };
    let more = match &decision.verdict {
        Verdict::Allow { obligations, .. } => {
            let rule = |rule: &MaskRule| {
                json!({
                    "policy": rule.policy, "columns": rule.columns.to_string(), "operator": rule.operator.to_string(),
                    "positions": rule.positions.to_string(),
                })
            };
            json!({ "mask": obligations.mask.iter().map(rule).collect::<Vec<_>>() })
        }
        Verdict::Deny { reason, .. } => json!({ "message": reason.message, "hint": reason.hint }),
        Verdict::Hold { notice, terms, .. } => json!({
            "message": notice.message, "hint": notice.hint,
            "approve": terms.requirements, "expires_seconds": terms.expires.as_secs(),
        }),
    };
    if let (Some(object), serde_json::Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}
