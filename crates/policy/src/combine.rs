//! From the answers of policies to a ruling: approvals that would lift what forbids, and the terms of all that decided,
//! combined so that the stricter one wins.

use std::time::Duration;

use model::{HoldTerms, MaskRule, Obligations, Rate, Recording, Requirement, Wait};

use crate::annotations::{InTransaction, Terms};
use crate::ask::{Answer, Question, ask};
use crate::entities::entities;
use crate::lasting::lasting;
use crate::reveal::{Masked, masked, rules};
use crate::set::{Compiled, Parts};

/// How long an approval is waited for when no policy says.
pub(crate) const EXPIRES: Duration = Duration::from_secs(15 * 60);
/// How long it is waited for with a transaction open when no policy says.
pub(crate) const IN_TRANSACTION: Duration = Duration::from_secs(2 * 60);

/// No policy wants more recorded than the resource itself does.
pub(crate) const NO_MORE: Recording = Recording::UpTo(0);

/// What was decided, before the facts of this very command are looked at that no policy can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) ruling: Ruling,
    pub(crate) observed: Vec<String>,
}

/// The decision of the policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ruling {
    Allow(Leave),
    /// What forbids it, with the messages of those that have one.
    Forbid {
        policies: Vec<String>,
        messages: Vec<String>,
    },
    /// Nothing permits it.
    Nothing,
    /// These could not be evaluated.
    Broken(Vec<String>),
    /// It waits, and would then be allowed so.
    Hold(Pending, Leave),
}

/// What is allowed, and what comes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leave {
    pub(crate) policies: Vec<String>,
    pub(crate) obligations: Obligations,
    /// The first policy that lets only reads through.
    pub(crate) read_only: Option<String>,
}

/// What waits, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) policies: Vec<String>,
    pub(crate) messages: Vec<String>,
    pub(crate) terms: HoldTerms,
    pub(crate) in_transaction: InTransaction,
    /// Access for a time would lift all of it.
    pub(crate) lasting: bool,
}

/// Decides a question by these policies.
pub(crate) fn outcome(compiled: &Compiled, parts: Parts<'_>, question: &Question<'_>) -> Outcome {
    let (alone, part) = (|ruling| Outcome { ruling, observed: Vec::new() }, parts.part);
    let Some(entities) = entities(question) else { return alone(Ruling::Broken(Vec::new())) };
    let put = |question: &Question<'_>| ask(&part.enforced, part.mentions, question, &entities);
    let observed = match ask(&part.observed, part.mentions, question, &entities) {
        Answer::Broken(policies) => return alone(Ruling::Broken(policies)),
        Answer::Forbidden(policies) => policies,
        Answer::Permitted(_) | Answer::Nothing => Vec::new(),
    };
    let mut ruling = match put(question) {
        Answer::Forbidden(forbids) => match approved(compiled, question.approvals, &forbids) {
            Some(approvals) => match put(&Question { approvals: &approvals, ..*question }) {
                Answer::Permitted(permits) => Ruling::Hold(pending(compiled, forbids), leave(compiled, permits)),
                other => plain(compiled, other),
            },
            None => plain(compiled, Answer::Forbidden(forbids)),
        },
        other => plain(compiled, other),
    };
    let (Ruling::Allow(leave) | Ruling::Hold(_, leave)) = &mut ruling else { return alone(ruling) };
    let masked = match parts.masks.map(|masks| masked(compiled, masks, question, &entities)) {
        Some(Err(policies)) => return alone(Ruling::Broken(policies)),
        Some(Ok(masked)) => masked,
        None => Masked::default(),
    };
    leave.mask(masked.policies, masked.rules);
    Outcome { ruling, observed: sorted(observed.into_iter().chain(masked.observed)) }
}

impl Leave {
    /// Adds what policies about revealing want masked.
    fn mask(&mut self, policies: Vec<String>, rules: Vec<MaskRule>) {
        self.policies = sorted(std::mem::take(&mut self.policies).into_iter().chain(policies));
        self.obligations.mask = sorted(std::mem::take(&mut self.obligations.mask).into_iter().chain(rules));
    }
}

fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort();
    all.dedup();
    all
}

/// An answer that no approval changes.
fn plain(compiled: &Compiled, answer: Answer) -> Ruling {
    match answer {
        Answer::Permitted(permits) => Ruling::Allow(leave(compiled, permits)),
        Answer::Forbidden(policies) => Ruling::Forbid { messages: messages(compiled, &policies), policies },
        Answer::Nothing => Ruling::Nothing,
        Answer::Broken(policies) => Ruling::Broken(policies),
    }
}

/// What stands in `context.approvals` once all of these were approved; `None` when one cannot be.
fn approved(compiled: &Compiled, met: &[String], forbids: &[String]) -> Option<Vec<String>> {
    let mut approvals = met.to_vec();
    for id in forbids {
        approvals.push(terms(compiled, id)?.approve.as_ref()?.to_string());
    }
    Some(approvals)
}

pub(crate) fn terms<'a>(compiled: &'a Compiled, id: &str) -> Option<&'a Terms> {
    compiled.rules.get(id).map(|rule| &rule.terms)
}

fn all<'a>(compiled: &'a Compiled, ids: &'a [String]) -> impl Iterator<Item = &'a Terms> + Clone {
    ids.iter().filter_map(|id| terms(compiled, id))
}

fn messages(compiled: &Compiled, ids: &[String]) -> Vec<String> {
    all(compiled, ids).filter_map(|terms| terms.message.clone()).collect()
}

fn pending(compiled: &Compiled, forbids: Vec<String>) -> Pending {
    let all = all(compiled, &forbids);
    let mut requirements: Vec<Requirement> = all.clone().filter_map(|terms| terms.approve.clone()).collect();
    requirements.sort();
    requirements.dedup();
    let resubmit = all.clone().any(|terms| terms.wait == Some(Wait::Resubmit));
    let expires = all.clone().filter_map(|terms| terms.expires).min().unwrap_or(EXPIRES);
    let terms = HoldTerms { requirements, expires, wait: if resubmit { Wait::Resubmit } else { Wait::Session } };
    let in_transaction = all
        .filter_map(|terms| terms.in_transaction)
        .reduce(|one, other| match (one, other) {
            (InTransaction::AtMost(one), InTransaction::AtMost(other)) => InTransaction::AtMost(one.min(other)),
            _ => InTransaction::Refuse,
        })
        .unwrap_or(InTransaction::AtMost(IN_TRANSACTION));
    let lasting = forbids.iter().all(|id| compiled.rules.get(id).is_some_and(|rule| lasting(rule).is_some()));
    Pending { messages: messages(compiled, &forbids), policies: forbids, terms, in_transaction, lasting }
}

fn leave(compiled: &Compiled, permits: Vec<String>) -> Leave {
    let all = all(compiled, &permits);
    let record = all.clone().filter_map(|terms| terms.record).reduce(|one, other| match (one, other) {
        (Recording::UpTo(one), Recording::UpTo(other)) => Recording::UpTo(one.max(other)),
        _ => Recording::Whole,
    });
    let obligations = Obligations {
        mask: sorted(rules(compiled, &permits).into_iter()),
        record: record.unwrap_or(NO_MORE),
        max_rows: all.clone().filter_map(|terms| terms.max_rows).min(),
        rates: rates(compiled, &permits),
        max_bytes: all.clone().filter_map(|terms| terms.max_bytes).min(),
        timeout: all.filter_map(|terms| terms.timeout).min(),
    };
    let read_only = |id: &&String| terms(compiled, id).is_some_and(|terms| terms.read_only);
    Leave { read_only: permits.iter().find(read_only).cloned(), policies: permits, obligations }
}

/// What these permits let somebody be shown in a time, in the order of their ids.
fn rates(compiled: &Compiled, permits: &[String]) -> Vec<Rate> {
    let rate = |id: &String| {
        let (rows, window) = terms(compiled, id)?.rate?;
        Some(Rate { policy: id.clone(), rows, window })
    };
    permits.iter().filter_map(rate).collect()
}
