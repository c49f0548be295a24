//! What would be masked of a command's result, and why.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, resource_name};
use crate::problem::Problem;

/// Whose command, and where.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaskQuestion {
    /// Who would send it.
    person: Person,
    /// To which target.
    resource: String,
    /// As which account; without it, the default.
    #[serde(default)]
    account: Option<String>,
    /// In which database; without it, the default.
    #[serde(default)]
    database: Option<String>,
    /// The text: one command or several. Nothing is run.
    text: String,
}

impl MaskQuestion {
    pub(crate) fn settled(self) -> Result<control::MaskQuestion, Problem> {
        let Self { person, resource, account, database, text } = self;
        let resource = resource_name(&resource)?;
        Ok(control::MaskQuestion { person: person.into(), resource, account, database, text })
    }
}

/// What would come of a text, command by command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MaskAnswers {
    commands: Vec<MaskAnswer>,
}

/// What would come of one command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MaskAnswer {
    /// The command.
    text: String,
    /// Others would have to agree to it first; what follows is how it would be then.
    held: bool,
    /// The policy would refuse it, with these words.
    denied: Option<String>,
    /// The policies that say so.
    policies: Vec<String>,
    /// What would be masked; none when it would be refused.
    masked: Option<Masked>,
    /// The same if the policies that are only observed for now were in force; none when there are no such.
    observed: Option<Masked>,
    /// The version of the policy.
    policy_version: String,
}

/// What would be masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Masked {
    /// It would be refused because of what is masked, with these words.
    refused: Option<String>,
    /// Nothing masked can come of it.
    clear: bool,
    /// The columns of its result, in order; none when their number is not known.
    columns: Vec<MaskedColumn>,
}

/// One column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MaskedColumn {
    /// `all`, `masked`, or `nothing`.
    shown: &'static str,
    /// Why. Empty when all is shown.
    reasons: Vec<MaskReason>,
}

/// Why a column is masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MaskReason {
    /// `rule`, or what is not known: `not_held`, `not_told`, `runs_code`, `not_understood`, `unsettled`.
    why: &'static str,
    /// The policy of the rule; `built-in`.
    policy: Option<String>,
    /// The rule as it is written.
    rule: Option<String>,
    /// What it does.
    operator: Option<String>,
    /// The way from the column that the result is made of to the one that the rule is about.
    way: Vec<MaskStep>,
}

/// One column on a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MaskStep {
    /// The relation and its name.
    column: String,
    /// How the mask of the next one came to it: `parent`, `child`, `same`, `computed`; none for the last.
    link: Option<&'static str>,
}

impl From<Vec<control::MaskAnswer>> for MaskAnswers {
    fn from(answers: Vec<control::MaskAnswer>) -> Self {
        Self { commands: answers.into_iter().map(Into::into).collect() }
    }
}

impl From<control::MaskAnswer> for MaskAnswer {
    fn from(answer: control::MaskAnswer) -> Self {
        let control::MaskAnswer { text, held, denied, policies, masked, observed, policy_version } = answer;
        let (masked, observed) = (masked.map(Into::into), observed.map(Into::into));
        Self { text, held, denied: denied.map(|reason| reason.to_string()), policies, masked, observed, policy_version }
    }
}

impl From<mask::Explanation> for Masked {
    fn from(explanation: mask::Explanation) -> Self {
        let mask::Explanation { refused, clear, columns } = explanation;
        let columns = columns.into_iter().map(Into::into).collect();
        Self { refused: refused.map(|reason| reason.to_string()), clear, columns }
    }
}

impl From<mask::Explained> for MaskedColumn {
    fn from(mask::Explained { shown, reasons }: mask::Explained) -> Self {
        let shown = match shown {
            mask::Shown::All => "all",
            mask::Shown::Masked => "masked",
            mask::Shown::Nothing => "nothing",
        };
        Self { shown, reasons: reasons.into_iter().map(Into::into).collect() }
    }
}

impl From<mask::Why> for MaskReason {
    fn from(why: mask::Why) -> Self {
        let plain = |why| Self { why, policy: None, rule: None, operator: None, way: Vec::new() };
        match why {
            mask::Why::Rule { policy, rule, operator, way } => Self {
                why: "rule",
                policy: Some(policy),
                rule: Some(rule).filter(|rule| !rule.is_empty()),
                operator: Some(operator.to_string()),
                way: way.into_iter().map(Into::into).collect(),
            },
            mask::Why::NotHeld => plain("not_held"),
            mask::Why::NotTold => plain("not_told"),
            mask::Why::RunsCode => plain("runs_code"),
            mask::Why::NotUnderstood => plain("not_understood"),
            mask::Why::Unsettled => plain("unsettled"),
        }
    }
}

impl From<mask::Step> for MaskStep {
    fn from(mask::Step { column, link }: mask::Step) -> Self {
        let link = link.map(|link| match link {
            mask::Link::Parent => "parent",
            mask::Link::Child => "child",
            mask::Link::Same => "same",
            mask::Link::Computed => "computed",
        });
        Self { column, link }
    }
}
