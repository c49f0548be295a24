//! Tests of policies: files that say what is given and what is expected.

use std::collections::BTreeSet;

use model::{Decision, Obligations, Verdict};
use serde::Deserialize;

use crate::given::{Given, GivenError, Reader};
use crate::set::PolicySet;

/// One test of policies.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it is about.
    pub name: String,
    /// The question.
    pub given: Given,
    /// The answer.
    pub expect: Expect,
}

/// What the answer must be. What is left out may be anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `allow`, `deny` or `hold`.
    pub verdict: Word,
    /// Ids of the policies that decide, all of them.
    pub policies: Option<BTreeSet<String>>,
    /// Who must approve, all of it.
    pub approve: Option<BTreeSet<String>>,
    /// Masked columns, all of them.
    pub mask: Option<BTreeSet<String>>,
    /// Ids of the policies that only observe, all of them.
    pub observed: Option<BTreeSet<String>>,
}

/// A verdict without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It may happen.
    Allow,
    /// It may not.
    Deny,
    /// A human must say yes first.
    Hold,
}

/// A file of cases that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CaseError(pub String);

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseResult {
    /// As expected.
    Passed,
    /// Otherwise, and how.
    Failed(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    case: Vec<Case>,
}

/// The cases of a file in TOML: `[[case]]` with `name`, `given` and `expect`.
///
/// # Errors
/// When it is not understood.
pub fn cases(text: &str) -> Result<Vec<Case>, CaseError> {
    let document: Document =
        toml::from_str(text).map_err(|error| CaseError(error.to_string().trim_end().to_owned()))?;
    Ok(document.case)
}

/// Runs one case.
///
/// # Errors
/// When its question makes no sense.
pub fn check(policies: &PolicySet, case: &Case, reader: Reader<'_>) -> Result<CaseResult, GivenError> {
    let decision = case.given.decide(policies, reader)?;
    let mut wrong = Vec::new();
    let found = Word::of(&decision.verdict);
    if found != case.expect.verdict {
        wrong.push(format!("expected {}, got {} by {}", case.expect.verdict.as_str(), found.as_str(), by(&decision)));
    }
    let mut compare = |what: &str, expected: &Option<BTreeSet<String>>, found: BTreeSet<String>| {
        if let Some(expected) = expected.as_ref().filter(|expected| **expected != found) {
            wrong.push(format!("expected {what} {expected:?}, got {found:?}"));
        }
    };
    compare("policies", &case.expect.policies, decided(&decision.verdict).iter().cloned().collect());
    compare("approve", &case.expect.approve, requirements(&decision.verdict));
    compare("mask", &case.expect.mask, obligations(&decision.verdict).mask.iter().map(ToString::to_string).collect());
    compare("observed", &case.expect.observed, decision.observed.iter().cloned().collect());
    Ok(if wrong.is_empty() { CaseResult::Passed } else { CaseResult::Failed(wrong) })
}

impl Word {
    /// That of a verdict.
    pub fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Allow { .. } => Self::Allow,
            Verdict::Deny { .. } => Self::Deny,
            Verdict::Hold { .. } => Self::Hold,
        }
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Hold => "hold",
        }
    }
}

fn by(decision: &Decision) -> String {
    match decided(&decision.verdict) {
        [] => "no policy".to_owned(),
        ids => ids.join(", "),
    }
}

fn decided(verdict: &Verdict) -> &[String] {
    let (Verdict::Allow { policies, .. } | Verdict::Deny { policies, .. } | Verdict::Hold { policies, .. }) = verdict;
    policies
}

fn requirements(verdict: &Verdict) -> BTreeSet<String> {
    match verdict {
        Verdict::Hold { terms, .. } => terms.requirements.iter().map(ToString::to_string).collect(),
        _ => BTreeSet::new(),
    }
}

fn obligations(verdict: &Verdict) -> Obligations {
    match verdict {
        Verdict::Allow { obligations, .. } => obligations.clone(),
        _ => Obligations::default(),
    }
}
