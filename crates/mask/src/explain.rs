//! Why the columns of a command's result are masked, or are not.

use std::sync::Arc;

use model::{Catalogue, ColumnId, Lineage, MaskOperator, MaskRule, Public, Verb};

use crate::command::Command;
use crate::judgement::{Because, Judge, Level, Trust};
use crate::refusal::{refusal, shown_name};
use crate::resolution::{Ground, Link, Reason, Resolution};
use crate::system;

/// A command to be explained. What is not known of it is left as it would be for an unknown one.
pub struct Question<'a> {
    /// What would be masked.
    pub rules: &'a [MaskRule],
    /// What its database holds.
    pub catalogue: &'a Arc<Catalogue>,
    /// What it would do.
    pub verb: Verb,
    /// Where what it shows comes from.
    pub lineage: &'a Lineage,
    /// Where the target says that the columns of its result come from, when it was asked; else the lineage alone says how
    /// many there are.
    pub origins: Option<&'a [Option<ColumnId>]>,
}

/// What would come of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// It would be refused, with these words.
    pub refused: Option<Public>,
    /// Nothing masked can come of it, so that it is not looked at further.
    pub clear: bool,
    /// The columns of its result; none when their number is not known.
    pub columns: Vec<Explained>,
}

/// What is done with one column, and all reasons for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// How much of it is shown.
    pub shown: Shown,
    /// Why. Empty when all is shown.
    pub reasons: Vec<Why>,
}

/// How much of a column is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All of it.
    All,
    /// What the strictest operator among its reasons leaves.
    Masked,
    /// Nothing: texts are redacted, the values of other types are missing.
    Nothing,
}

/// A reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A rule, or one that is built in.
    Rule {
        /// The policy that it stands in; `built-in`.
        policy: String,
        /// The rule as it is written; empty for one that is built in.
        rule: String,
        /// What it does.
        operator: MaskOperator,
        /// The way from the masked column that the result is made of to the one that the rule is about. One column at least.
        way: Vec<Step>,
    },
    /// It is made of something that the catalogue does not hold, or of code that is not known.
    NotHeld,
    /// What it is made of cannot be told.
    NotTold,
    /// The command runs code that is not known.
    RunsCode,
    /// The command is not understood.
    NotUnderstood,
    /// The transaction has changed the structure of the database.
    Unsettled,
}

/// One column on a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The relation and its name.
    pub column: String,
    /// How the next column's mask came to it; `None` for the last.
    pub link: Option<Link>,
}

/// Says what would be done with each column of the command's result, and why.
pub fn explain(question: &Question<'_>) -> Explanation {
    let resolution = Resolution::new(question.catalogue, question.rules);
    let judge = Judge { catalogue: question.catalogue, resolution: &resolution };
    let command =
        Command { judge, lineage: question.lineage, verb: question.verb, in_transaction: false, unsettled: false };
    let outputs = question.lineage.outputs.as_ref().map_or(0, Vec::len);
    let count = question.origins.map_or(outputs, <[_]>::len);
    let origin = |at: usize| question.origins.and_then(|origins| origins.get(at).copied().flatten());
    let columns = (0..count).map(|at| {
        let judgement = command.output(at, count, origin(at));
        let shown = match judgement.level {
            Level::Show => Shown::All,
            Level::Operators => Shown::Masked,
            Level::Whole => Shown::Nothing,
        };
        Explained { shown, reasons: judgement.because.iter().flat_map(|because| why(judge, *because)).collect() }
    });
    Explanation { refused: refusal(command), clear: command.is_clear(), columns: columns.collect() }
}

fn why(judge: Judge<'_>, because: Because) -> Vec<Why> {
    match because {
        Because::Of(column) | Because::From(column) => {
            let reasons = judge.resolution.reasons(column).iter();
            reasons.map(|reason| by_rule(judge, column, *reason)).collect()
        }
        Because::NotHeld => vec![Why::NotHeld],
        Because::NotTold | Because::Command(Trust::Understood) => vec![Why::NotTold],
        Because::Command(Trust::Triggers | Trust::RunsCode) => vec![Why::RunsCode],
        Because::Command(Trust::NotUnderstood) => vec![Why::NotUnderstood],
        Because::Command(Trust::Unsettled) => vec![Why::Unsettled],
    }
}

fn by_rule(judge: Judge<'_>, column: ColumnId, reason: Reason) -> Why {
    let Some(operator) = judge.resolution.operator(reason.ground).cloned() else { return Why::NotHeld };
    let rule = judge.resolution.rule(reason.ground);
    Why::Rule {
        policy: rule.map_or(system::POLICY, |rule| rule.policy.as_str()).to_owned(),
        rule: rule.map(ToString::to_string).unwrap_or_default(),
        operator,
        way: way(judge, column, reason),
    }
}

/// The columns from this one to the one that the rule is about. It ends where it would go round.
fn way(judge: Judge<'_>, column: ColumnId, reason: Reason) -> Vec<Step> {
    let (mut steps, mut seen) = (Vec::new(), vec![column]);
    let (mut at, mut reason) = (column, reason);
    while let Some((from, link)) = reason.from.filter(|(from, _)| !seen.contains(from)) {
        steps.push(Step { column: shown_name(judge.catalogue, at), link: Some(link) });
        let next = onwards(judge.resolution.reasons(from), reason.ground, reason.whole);
        (at, reason) = (from, next.unwrap_or(Reason { from: None, ..reason }));
        seen.push(from);
    }
    steps.push(Step { column: shown_name(judge.catalogue, at), link: None });
    steps
}

/// The reason of the column before for the same rule; it may have become whole only behind it.
fn onwards(reasons: &[Reason], ground: Ground, whole: bool) -> Option<Reason> {
    let of_ground = || reasons.iter().filter(|reason| reason.ground == ground);
    of_ground().find(|reason| reason.whole == whole).or_else(|| of_ground().next()).copied()
}
