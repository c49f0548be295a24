//! Commands that may not happen because of masks, and what their clients are told.

use std::collections::BTreeSet;

use model::{Catalogue, Class, ColumnId, Position, Predicates, Public, Use};

use crate::command::{Command, Effect};
use crate::judgement::Trust;
use crate::resolution::Resolution;
use crate::system;

/// Characters of a name that are shown.
const LONGEST_NAME: usize = 64;

/// Why the command may not happen, if it may not.
pub(crate) fn refusal(command: Command<'_>) -> Option<Public> {
    let uses = command.lineage.uses.iter();
    uses.filter_map(|used| forbidden(command, *used)).next().or_else(|| not_understood(command))
}

/// What is wrong with one use of a column.
fn forbidden(command: Command<'_>, used: Use) -> Option<Public> {
    let (catalogue, resolution) = (command.judge.catalogue, command.judge.resolution);
    let denied = |column: &ColumnId| match (used.position, resolution.predicates(*column)) {
        (Position::Write, _) => true,
        (Position::Equality, Predicates::AllowEquality) | (_, Predicates::Allow) => false,
        _ => true,
    };
    if catalogue.relation(used.column.relation).is_none() {
        return Some(Public::new(Class::Denied, "this command uses a relation that is not known, and may be masked"));
    }
    let column = resolution.masked(catalogue, used.column).into_iter().find(denied)?;
    let policies = policies(resolution, column);
    let masked = format!("{} is masked ({policies})", shown_name(catalogue, column));
    Some(match used.position {
        Position::Write => Public::new(Class::Denied, format!("{masked}, so it may not be stored elsewhere"))
            .with_hint(format!("A copy would not be masked. Leave the column out, or ask for a reveal: {policies}.")),
        Position::Equality | Position::Predicate => {
            Public::new(Class::Denied, format!("{masked}, so no condition may be made on it"))
                .with_hint(way_out(&policies))
        }
        Position::Shape => {
            Public::new(Class::Denied, format!("{masked}, so rows may not be ordered, grouped or told apart by it"))
                .with_hint(way_out(&policies))
        }
        Position::Computed => {
            Public::new(Class::Denied, format!("{masked}, so nothing may be computed from it that could fail"))
                .with_hint(way_out(&policies))
        }
    })
}

fn way_out(policies: &str) -> String {
    format!(
        "Leave the column out, or ask for a reveal: {policies}. A policy can permit it with @predicates(\"allow-equality\") \
         or @predicates(\"allow\")."
    )
}

/// What keeps values must be understood.
fn not_understood(command: Command<'_>) -> Option<Public> {
    let lineage = command.lineage;
    let reads_nothing =
        lineage.known && !lineage.runs_unknown && lineage.relations.is_empty() && lineage.uses.is_empty();
    let told = match (command.trust(), command.effect()) {
        (_, Effect::Shows) | (Trust::Understood | Trust::Triggers, _) | (Trust::RunsCode, Effect::Runs) => return None,
        (Trust::Unsettled, _) if reads_nothing => return None,
        (Trust::Unsettled, _) => Public::new(
            Class::Denied,
            "this transaction has changed the structure of the database, so it cannot be told whether this copies masked columns",
        )
        .with_hint("Commit the changes of structure first."),
        (Trust::RunsCode, Effect::Stores) => Public::new(
            Class::Denied,
            "this stores what a function makes that is not known, which may be masked columns",
        )
        .with_hint("Leave the function out, or have an administrator say that it is harmless."),
        (Trust::NotUnderstood, _) => Public::new(
            Class::Denied,
            "this is not understood well enough to tell whether it copies masked columns",
        )
        .with_hint("Write it in a simpler form, without code in a text (DO, EXECUTE)."),
    };
    Some(told)
}

/// The policies that mask a column, for people.
pub(crate) fn policies(resolution: &Resolution, column: ColumnId) -> String {
    let policy = |ground| resolution.rule(ground).map_or(system::POLICY, |rule| rule.policy.as_str());
    let names: BTreeSet<&str> = resolution.reasons(column).iter().map(|reason| policy(reason.ground)).collect();
    let names: Vec<&str> = names.into_iter().collect();
    format!("policy {}", names.join(", "))
}

/// The relation and name of a column, for people: names come from the target, and may hold anything.
pub(crate) fn shown_name(catalogue: &Catalogue, column: ColumnId) -> String {
    let (relation, name) = (catalogue.relation(column.relation), catalogue.column(column));
    let relation = relation.map(|relation| relation.name.as_str()).unwrap_or_default();
    let name = name.map(|column| column.name.as_str()).unwrap_or_default();
    format!("{}.{}", plain(relation), plain(name))
}

/// A name without what could deceive a reader.
fn plain(name: &str) -> String {
    name.chars()
        .take(LONGEST_NAME)
        .map(|c| if c.is_alphanumeric() || c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .collect()
}
