//! References to columns, and `*`.

use model::{Catalogue, Derived, Relation};
use pg_query::NodeEnum;
use pg_query::protobuf::{AIndirection, ColumnRef, Node};

use super::Analysis;
use super::flow::Value;
use super::scope::{Entry, Named, Outputs, Scope};
use crate::names::{string, strings};

/// Columns that every table has besides its own. They hold nothing of what was written.
const SYSTEM: &[&str] = &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"];

impl Analysis<'_> {
    /// A name, or a name with what qualifies it.
    pub(super) fn column_ref(&mut self, reference: &ColumnRef, scope: &Scope<'_>) -> Value {
        let names = strings(&reference.fields);
        if names.len() != reference.fields.len() {
            // `c.*` as a value is the row.
            return match names.last() {
                Some(_) => rows(&qualified_by(&names, scope)),
                None => self.lost(),
            };
        }
        match &names[..] {
            [column] => self.unqualified(column, scope),
            [entry @ .., column] => self.field_of(&qualified_by(entry, scope), column),
            [] => self.lost(),
        }
    }

    fn unqualified(&mut self, name: &str, scope: &Scope<'_>) -> Value {
        match scope.column(name) {
            Some(value) => value,
            None if SYSTEM.contains(&name) => Value::constant(),
            None => Value::unknown(),
        }
    }

    /// `entry.column`, which is also how `column(entry)` may be written.
    fn field_of(&mut self, entries: &[&Entry], column: &str) -> Value {
        if entries.is_empty() {
            return Value::unknown();
        }
        let mut all = Value::constant();
        for found in entries {
            let (value, certain) = found.find(column).unwrap_or((Value::constant(), false));
            all.join(&value);
            if !certain && !SYSTEM.contains(&column) {
                let row = found.row.clone();
                all.join(&self.field(column, row));
            }
        }
        all
    }

    /// `(value).name`: a field of a row, or a function that is called in this way.
    pub(super) fn field(&mut self, name: &str, of: Value) -> Value {
        if self.is_foreign_field(name) {
            self.foreign();
            return of.at_least(Derived::Unknown);
        }
        of.at_least(Derived::Computed)
    }

    /// `(c).f`, `a[1]`, `(f(x)).y`.
    pub(super) fn indirection(&mut self, indirection: &AIndirection, scope: &Scope<'_>) -> Value {
        let Some(arg) = indirection.arg.as_deref() else { return self.lost() };
        let mut steps = indirection.indirection.iter();
        let mut value = match (&arg.node, steps.clone().next().and_then(string)) {
            (Some(NodeEnum::ColumnRef(reference)), Some(field)) => {
                steps.next();
                self.field_of_reference(reference, field, scope)
            }
            _ => self.expression(arg, scope),
        };
        for step in steps {
            value = match &step.node {
                Some(NodeEnum::String(name)) => self.field(&name.sval, value),
                Some(NodeEnum::AStar(_)) => value,
                Some(NodeEnum::AIndices(indices)) => {
                    let bounds = [indices.lidx.as_deref(), indices.uidx.as_deref()];
                    for bound in bounds.into_iter().flatten() {
                        value.join(&self.expression(bound, scope));
                    }
                    // There may be no such element.
                    self.risky(value)
                }
                _ => self.lost(),
            };
        }
        value.at_least(Derived::Computed)
    }

    /// `(c).f`, where `c` may be a row of FROM, whose column is then known, or a column of rows.
    fn field_of_reference(&mut self, reference: &ColumnRef, field: &str, scope: &Scope<'_>) -> Value {
        if let [one] = &reference.fields[..]
            && let Some(name) = string(one)
            && !scope.may_have_column(name)
            && !scope.entries_named(name).is_empty()
        {
            return self.field_of(&scope.entries_named(name), field);
        }
        let value = self.column_ref(reference, scope);
        self.field(field, value)
    }

    /// What `*`, `c.*` and `(value).*` stand for in a list of results; `None` when it is none of them.
    pub(super) fn star(&mut self, node: &Node, star: &Outputs, scope: &Scope<'_>) -> Option<Outputs> {
        match &node.node {
            Some(NodeEnum::ColumnRef(reference)) => {
                let last = reference.fields.last()?;
                if !matches!(last.node, Some(NodeEnum::AStar(_))) {
                    return None;
                }
                let names = strings(&reference.fields);
                Some(if names.is_empty() { star.clone() } else { expanded(&qualified_by(&names, scope)) })
            }
            Some(NodeEnum::AIndirection(indirection)) => {
                let last = indirection.indirection.last()?;
                if !matches!(last.node, Some(NodeEnum::AStar(_))) {
                    return None;
                }
                if let ([_], Some(arg)) = (&indirection.indirection[..], indirection.arg.as_deref())
                    && let Some(NodeEnum::ColumnRef(reference)) = &arg.node
                    && let [one] = &reference.fields[..]
                    && let Some(name) = string(one)
                    && !scope.may_have_column(name)
                    && !scope.entries_named(name).is_empty()
                {
                    return Some(expanded(&scope.entries_named(name)));
                }
                let rest = self.indirection(indirection, scope);
                Some(Outputs { columns: Vec::new(), rest: Some(rest) })
            }
            _ => None,
        }
    }
}

/// What `relation`, `schema.relation` or `database.schema.relation` stands for in front of a column.
fn qualified_by<'s>(names: &[String], scope: &'s Scope<'_>) -> Vec<&'s Entry> {
    match names {
        [relation] => scope.entries_named(relation),
        [.., schema, relation] => scope.relations_named(schema, relation),
        [] => Vec::new(),
    }
}

/// The whole rows of what has one name.
fn rows(entries: &[&Entry]) -> Value {
    if entries.is_empty() { Value::unknown() } else { Value::all(entries.iter().map(|entry| &entry.row)) }
}

/// The columns of what has one name.
fn expanded(entries: &[&Entry]) -> Outputs {
    match entries {
        [] => Outputs { columns: Vec::new(), rest: Some(Value::unknown()) },
        [one] => one.star(),
        several => Outputs { columns: Vec::new(), rest: Some(Value::all(several.iter().map(|entry| &entry.row))) },
    }
}

/// Something in FROM that stands for one of these relations.
pub(super) fn entry_of(relations: &[&Relation], name: String) -> Entry {
    let lists: Vec<Vec<&str>> = relations.iter().map(|relation| names_of(relation)).collect();
    let alike = lists.windows(2).all(|two| matches!(two, [one, two] if one == two));
    let mut columns: Vec<Named> = Vec::new();
    for relation in relations {
        for column in relation.columns.iter().filter(|column| column.number > 0) {
            let value = Value::column(relation.id, column.number);
            match columns.iter_mut().find(|known| known.may_be(&column.name)) {
                Some(known) => known.value.join(&value),
                None => {
                    let certain = lists.iter().all(|list| list.contains(&column.name.as_str()));
                    columns.push(Named { name: Some(column.name.clone()), value, certain });
                }
            }
        }
    }
    let rows: Vec<Value> = relations.iter().map(|relation| Analysis::row_of(relation.id)).collect();
    let schemas = relations.iter().map(|relation| relation.schema.clone()).collect();
    Entry { name: Some(name), schemas, columns, exact: alike, other: None, row: Value::all(&rows), qualified: false }
}

fn names_of(relation: &Relation) -> Vec<&str> {
    let own = relation.columns.iter().filter(|column| column.number > 0);
    own.map(|column| column.name.as_str()).collect()
}

/// All relations that a name may stand for.
pub(super) fn relations<'c>(catalogue: &'c Catalogue, schema: &str, name: &str) -> Vec<&'c Relation> {
    let schema = crate::names::some(schema);
    let of = |relation: &&Relation| schema.is_none_or(|schema| schema == relation.schema);
    let mut found: Vec<&Relation> = catalogue.named(None, name).filter(of).collect();
    found.sort_unstable_by_key(|relation| relation.id);
    found
}
