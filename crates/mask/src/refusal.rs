//! Commands that may not happen because of masks, and what their clients are told.

use std::collections::BTreeSet;

use model::{Catalogue, Class, ColumnId, Position, Public, Use};

use crate::command::{Command, Effect};
use crate::judgement::Trust;
use crate::resolution::Resolution;
use crate::system;

/// Characters of a name that are shown.
const LONGEST_NAME: usize = 64;

/// Copies between the target and its own files and programs, which nothing masks.
const OUTSIDE: [&str; 2] = ["COPY PROGRAM", "COPY FILE"];

/// Why the command may not happen, if it may not.
pub(crate) fn refusal(command: Command<'_>) -> Option<Public> {
    let uses = command.lineage.uses.iter();
    let forbidden = uses.filter_map(|used| forbidden(command, *used)).next();
    forbidden.or_else(|| not_understood(command))
}

/// What the protocol calls by these names is refused in any case.
pub(crate) fn outside(name: &str) -> Option<Public> {
    let told = "this copies to or from files or programs of the server, where nothing is masked";
    let refused = || Public::new(Class::Denied, told).with_hint("Copy with FROM STDIN or TO STDOUT (in psql: \\copy).");
    OUTSIDE.contains(&name).then(refused)
}

/// What is wrong with one use of a column.
fn forbidden(command: Command<'_>, used: Use) -> Option<Public> {
    let (catalogue, resolution) = (command.judge.catalogue, command.judge.resolution);
    let denied = |column: &ColumnId| match used.position {
        Position::Renamed => resolution.hangs_on_name(*column, used.column.column == 0),
        Position::Labelled => resolution.hangs_on_label(*column),
        position => !resolution.positions(*column).allow(position),
    };
    if catalogue.relation(used.column.relation).is_none() {
        return anything(resolution, used.position);
    }
    let column = resolution.masked(catalogue, used.column).into_iter().find(denied)?;
    let what = match used.position {
        Position::Write => "so it may not be stored elsewhere, where a copy would not be masked",
        Position::Equality | Position::Predicate => "so no condition may be made on it",
        Position::Shape => "so rows may not be ordered, grouped or told apart by it",
        Position::Computed => "so nothing may be computed from it that could fail",
        Position::Renamed => "so neither its name may be changed nor where it stands, by which the policy knows it",
        Position::Labelled => "so its labels may not be changed, by which the policy knows it",
        Position::Shadowed => "so nothing else may have the name of its table in this session",
    };
    let (name, policies) = (shown_name(catalogue, column), policies(resolution, column));
    let masked = format!("{name} is masked by policy {}, {what}", policies.join(", "));
    Some(Public::new(Class::Denied, masked).with_hint(way_out(&policies, used.position)))
}

/// What is used may be anything: the result of a function, a column of a relation that the catalogue does not hold.
fn anything(resolution: &Resolution, position: Position) -> Option<Public> {
    let told = match position {
        Position::Write => "this stores what may be masked: where it comes from is not known",
        Position::Renamed => "this renames what may be masked by its name",
        Position::Labelled => "this changes labels that may say what is masked, or what a function does",
        Position::Shadowed => {
            let told = "a table of the database has this name, and code that stands there could mean it";
            return Some(Public::new(Class::Denied, told).with_hint("Give the temporary table or view another name."));
        }
        _ if resolution.allows_all() => return None,
        _ => "this makes a condition on, or orders by, what may be masked: where it comes from is not known",
    };
    let hint = "It comes from a function of somebody, or from a relation that is new or temporary. Leave it out. A relation that was \
                made in this transaction is known when that is committed.";
    Some(Public::new(Class::Denied, told).with_hint(hint))
}

/// What the person can do.
fn way_out(policies: &[&str], position: Position) -> String {
    if policies.contains(&system::POLICY) {
        return "Leave the column out. No policy lifts this.".to_owned();
    }
    let reveal = match policies {
        [one] => format!("--reveal {one}"),
        _ => "--reveal POLICY, once for each of them".to_owned(),
    };
    let ask = format!(
        "Leave the column out, or ask to see it, where the policy lets people ask: signet requests create RESOURCE {reveal}."
    );
    match position {
        Position::Renamed | Position::Labelled => ask.replacen("Leave the column out", "Leave it as it is", 1),
        Position::Write | Position::Shadowed => ask,
        Position::Equality => permitted(&ask, "equality"),
        Position::Predicate => permitted(&ask, "predicate"),
        Position::Shape => permitted(&ask, "shape"),
        Position::Computed => permitted(&ask, "computed"),
    }
}

fn permitted(ask: &str, word: &str) -> String {
    format!("{ask} A policy permits this with @positions(\"{word}\").")
}

/// What keeps values must be understood, and what the target is asked, where not every question may be asked.
fn not_understood(command: Command<'_>) -> Option<Public> {
    let lineage = command.lineage;
    let reads_nothing =
        lineage.known && !lineage.runs_unknown && lineage.relations.is_empty() && lineage.uses.is_empty();
    let told = match (command.trust(), command.effect()) {
        (Trust::Understood | Trust::Triggers, _) | (Trust::RunsCode, Effect::Shows | Effect::Runs) => return None,
        (Trust::Unsettled, _) if reads_nothing => return None,
        (Trust::Unsettled | Trust::NotUnderstood, Effect::Shows) if !command.asks() => return None,
        (Trust::Unsettled, _) => Public::new(
            Class::Denied,
            "this transaction has changed the structure of the database, so it cannot be told what this does with masked columns",
        )
        .with_hint("Commit the changes of structure first."),
        (Trust::RunsCode, Effect::Stores) => Public::new(
            Class::Denied,
            "this stores what a function makes that is not known, which may be masked columns",
        )
        .with_hint("Leave the function out."),
        (Trust::NotUnderstood, Effect::Shows) => Public::new(
            Class::Denied,
            "this is not understood well enough to tell whether it makes conditions on masked columns",
        )
        .with_hint("Look for an error in it. A text of more than 32 KiB, 2,000 words or 50 levels of parentheses is not read."),
        (Trust::NotUnderstood, _) => Public::new(
            Class::Denied,
            "this is not understood well enough to tell whether it copies masked columns",
        )
        .with_hint("Write it in a simpler form, without code in a text (DO, EXECUTE)."),
    };
    Some(told)
}

/// The policies that mask a column.
fn policies(resolution: &Resolution, column: ColumnId) -> Vec<&str> {
    let policy = |ground| resolution.rule(ground).map_or(system::POLICY, |rule| rule.policy.as_str());
    let names: BTreeSet<&str> = resolution.reasons(column).iter().map(|reason| policy(reason.ground)).collect();
    names.into_iter().collect()
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
