//! From a ruling to the verdict of one session or command, with the words for the client.

use std::borrow::Cow;

use model::{Action, Class, HoldTerms, Phase, Public, Requirement, Verb, Verdict, Wait};

use crate::annotations::InTransaction;
use crate::ask::Question;
use crate::combine::{Leave, Pending, Ruling};
use crate::units::spoken;

/// What the ruling means for exactly this question.
pub(crate) fn verdict(ruling: &Ruling, question: &Question<'_>) -> Verdict {
    match ruling {
        Ruling::Allow(leave) => allow(leave, question),
        Ruling::Forbid { policies, messages } => deny(policies.clone(), forbidden(policies, messages)),
        Ruling::Nothing => deny(Vec::new(), nothing(question)),
        Ruling::Broken(policies) => deny(policies.clone(), broken(policies)),
        Ruling::Hold(pending, leave) => hold(pending, leave, question),
    }
}

fn deny(policies: Vec<String>, reason: Public) -> Verdict {
    Verdict::Deny { policies, reason }
}

fn allow(leave: &Leave, question: &Question<'_>) -> Verdict {
    match (&leave.read_only, question.action) {
        (Some(id), Some(action)) if !only_reads(action) => {
            let message = format!("policy {id} lets only reads through here, and this is not proven to only read");
            let hint = "Leave out what writes, and functions whose effect cannot be seen; or ask for more access.";
            deny(vec![id.clone()], Public::new(Class::Denied, message).with_hint(hint))
        }
        _ => Verdict::Allow { policies: leave.policies.clone(), obligations: leave.obligations.clone() },
    }
}

fn only_reads(action: &Action) -> bool {
    action.proven_read() || matches!(action.verb, Verb::Session | Verb::Transaction)
}

/// Preparing has no effect that would have to wait: what is prepared is held when it runs.
fn hold(pending: &Pending, leave: &Leave, question: &Question<'_>) -> Verdict {
    let then = allow(leave, question);
    let Some(action) = question.action else { return ask_first(pending, question) };
    if action.phase == Phase::Prepare || matches!(then, Verdict::Deny { .. }) {
        return then;
    }
    let mut terms = pending.terms.clone();
    let locked = action.facts.in_transaction && terms.wait == Wait::Session;
    if locked {
        match pending.in_transaction {
            InTransaction::AtMost(longest) => terms.expires = terms.expires.min(longest),
            InTransaction::Refuse => {
                return deny(pending.policies.clone(), not_in_transaction(&terms, for_a_time(pending, question)));
            }
        }
    }
    let notice = notice(pending, &terms, locked, for_a_time(pending, question));
    Verdict::Hold { policies: pending.policies.clone(), notice, terms }
}

fn forbidden(policies: &[String], messages: &[String]) -> Public {
    let ids = policies.join(", ");
    let word = if policies.len() == 1 { "policy" } else { "policies" };
    if messages.is_empty() {
        let hint = "Ask the authors of the policies what is allowed here.";
        return Public::new(Class::Denied, format!("{word} {ids} does not allow this")).with_hint(hint);
    }
    let message = format!("denied by {word} {ids}: {}", messages.join("; "));
    Public::new(Class::Denied, message).with_hint("Change the command as it says, or ask the authors of the policies.")
}

fn nothing(question: &Question<'_>) -> Public {
    let (resource, account) = (&question.who.resource.name, &question.who.account.name);
    let message = match question.action {
        None => format!("no policy lets you use resource {resource} as account {account}"),
        Some(action) => {
            format!("no policy lets you do {} on resource {resource} as account {account}", action.verb.as_str())
        }
    };
    let hint = "What no policy permits is denied; ask the operators of the gateway for a policy or a group.";
    Public::new(Class::Denied, message).with_hint(hint)
}

fn broken(policies: &[String]) -> Public {
    let message: Cow<'static, str> = match policies {
        [] => "the policies could not be asked, so nothing is allowed".into(),
        some => format!("policy {} could not be evaluated, so nothing is allowed", some.join(", ")).into(),
    };
    Public::new(Class::Denied, message)
        .with_hint("Tell the authors of the policies; signet policy try shows it to them.")
}

/// A session that needs approval does not wait: access is asked for elsewhere.
fn ask_first(pending: &Pending, question: &Question<'_>) -> Verdict {
    let (resource, account) = (&question.who.resource.name, &question.who.account.name);
    let of = spoken_requirements(&pending.terms.requirements);
    let message = format!("resource {resource} as account {account} needs approval of {of} first");
    let hint = format!("Ask for it with: signet requests create {resource}; sign in again once it is approved.");
    let notice = with_messages(message, &pending.messages).with_hint(hint);
    Verdict::Hold { policies: pending.policies.clone(), notice, terms: pending.terms.clone() }
}

/// How to ask once for all that is to come.
fn for_a_time(pending: &Pending, question: &Question<'_>) -> String {
    let ask = || format!(" To have it agreed to for a time: signet requests create {}.", question.who.resource.name);
    if pending.lasting { ask() } else { String::new() }
}

fn not_in_transaction(terms: &HoldTerms, for_a_time: String) -> Public {
    let of = spoken_requirements(&terms.requirements);
    let message = format!("this needs approval of {of}, which is not waited for inside a transaction");
    let hint = format!("Send it outside of a transaction; locks would be held all the while.{for_a_time}");
    Public::new(Class::NotApproved, message).with_hint(hint)
}

fn notice(pending: &Pending, terms: &HoldTerms, locked: bool, for_a_time: String) -> Public {
    let of = spoken_requirements(&terms.requirements);
    let time = spoken(terms.expires);
    let (message, hint) = match terms.wait {
        Wait::Session => {
            let locks = if locked { " The transaction stays open meanwhile, and its locks are held." } else { "" };
            let hint = format!("It waits at most {time}; Ctrl-C takes it back.{locks}{for_a_time}");
            (format!("this waits for approval of {of}"), hint)
        }
        Wait::Resubmit => {
            let hint = format!("Send the same command again once it is approved, within {time}.{for_a_time}");
            (format!("this needs approval of {of} first"), hint)
        }
    };
    with_messages(message, &pending.messages).with_hint(hint)
}

fn with_messages(message: String, messages: &[String]) -> Public {
    let message = if messages.is_empty() { message } else { format!("{message}: {}", messages.join("; ")) };
    Public::new(Class::NotApproved, message)
}

fn spoken_requirements(requirements: &[Requirement]) -> String {
    requirements.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}
