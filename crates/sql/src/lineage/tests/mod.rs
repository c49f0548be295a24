//! What flows where, statement by statement.

mod attacks;
mod generated;
mod named;
mod names;
mod oracles;
mod shapes;
mod statements;
mod structure;
mod uses;

use model::{Catalogue, Column, Derived, Function, Lineage, Position, Relation, RelationKind, Type, Volatility};

use super::lineage;

/// Tables by name, with their columns. `m.` and `other.` stand for schemas besides `public`.
const TABLES: &[(u32, &str, &str, &[&str])] = &[
    (1, "public", "customers", &["id", "name", "ssn", "email", "data"]),
    (2, "public", "orders", &["id", "customer_id", "amount", "note"]),
    (3, "public", "notes", &["id", "body"]),
    (4, "m", "twins", &["id", "secret"]),
    (5, "other", "twins", &["id", "secret"]),
    (6, "m", "odd", &["id", "secret"]),
    (7, "other", "odd", &["id", "plain", "secret"]),
    (8, "public", "audited", &["id", "what"]),
    (9, "public", "parts", &["id", "base", "doubled"]),
];

pub(super) fn catalogue() -> Catalogue {
    let relations = TABLES.iter().map(|(id, schema, name, columns)| Relation {
        id: *id,
        schema: (*schema).to_owned(),
        name: (*name).to_owned(),
        kind: RelationKind::Table,
        columns: columns.iter().enumerate().map(|(at, name)| column(*id, at, name)).collect(),
        parents: Vec::new(),
        labels: Vec::new(),
        triggered: *name == "audited",
    });
    let function = |schema: &str, name: &str| Function {
        id: 100,
        schema: schema.to_owned(),
        name: name.to_owned(),
        language: "sql".to_owned(),
        volatility: Volatility::Stable,
        definer: true,
        built_in: false,
        labels: Vec::new(),
    };
    let kind = |id, name: &str, domain: bool| Type {
        id,
        schema: "public".to_owned(),
        name: name.to_owned(),
        made_of: domain.then_some(25),
        domain,
        array: false,
        built_in: false,
    };
    let functions = vec![function("public", "leak"), function("public", "initcap")];
    Catalogue::new(1, 18, relations.collect(), functions, vec![kind(900, "mood", false), kind(901, "checked", true)])
}

fn column(relation: u32, at: usize, name: &str) -> Column {
    let number = i16::try_from(at + 1).unwrap();
    let from = if name == "doubled" { vec![model::ColumnId { relation, column: 2 }] } else { Vec::new() };
    Column { number, name: name.to_owned(), kind: 25, labels: Vec::new(), from, same: false }
}

/// A column as the tests write it: `customers.ssn`, `customers.*`.
pub(super) fn spelled(column: model::ColumnId) -> String {
    if column == model::ColumnId::ANYTHING {
        return "anything".to_owned();
    }
    let (_, schema, name, columns) = TABLES.iter().find(|(id, ..)| *id == column.relation).unwrap();
    let table = if *schema == "public" { (*name).to_owned() } else { format!("{schema}.{name}") };
    match usize::try_from(column.column).unwrap() {
        0 => format!("{table}.*"),
        at => format!("{table}.{}", columns[at - 1]),
    }
}

/// All of a lineage in one line: outputs, then uses.
pub(super) fn shown(lineage: &Lineage) -> String {
    if !lineage.known {
        return "unknown".to_owned();
    }
    let output = |flow: &model::Flow| {
        let how = match flow.how {
            Derived::Same => "=",
            Derived::Total => "total ",
            Derived::Computed => "of ",
            Derived::Unknown => "? ",
        };
        let sources: Vec<String> = flow.sources.iter().map(|source| spelled(*source)).collect();
        if sources.is_empty() && flow.how == Derived::Computed {
            return "-".to_owned();
        }
        format!("{how}{}", sources.join("+"))
    };
    let outputs = match &lineage.outputs {
        Some(outputs) => outputs.iter().map(output).collect::<Vec<_>>().join(", "),
        None => "any number".to_owned(),
    };
    let foreign = if lineage.runs_unknown { "; foreign" } else { "" };
    format!("{outputs}{foreign}")
}

pub(super) fn flows(text: &str) -> String {
    shown(&lineage(text, &catalogue()))
}

/// The uses of a statement: `predicate customers.ssn`.
pub(super) fn uses(text: &str) -> String {
    used(&lineage(text, &catalogue()))
}

/// The uses of a lineage in one line.
pub(super) fn used(lineage: &Lineage) -> String {
    let position = |position| match position {
        Position::Equality => "equality",
        Position::Predicate => "predicate",
        Position::Shape => "shape",
        Position::Computed => "computed",
        Position::Write => "write",
        Position::Renamed => "renamed",
        Position::Labelled => "labelled",
        Position::Shadowed => "shadowed",
    };
    let uses = lineage.uses.iter().map(|one| format!("{} {}", position(one.position), spelled(one.column)));
    uses.collect::<Vec<_>>().join(", ")
}

pub(super) fn check(cases: &[(&str, &str)], read: impl Fn(&str) -> String) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let found = read(text);
            (found != *expected).then(|| format!("{text}\n  expected {expected}\n  found    {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
