//! Columns with their constraints, and indexes: whether they hold tells of values.

use model::Position;
use pg_query::NodeEnum;
use pg_query::protobuf::{ColumnDef, ConstrType, Constraint, IndexElem, IndexStmt, Node};

use super::Analysis;
use super::flow::Value;
use super::scope::{Entry, Scope};
use crate::builtin;
use crate::names::{qualified, some, string};

impl Analysis<'_> {
    /// A column that a table gets. What it is computed from, where it is a generated one, is what it says itself: the catalogue
    /// will know.
    pub(super) fn column_of(&mut self, column: &ColumnDef, table: &Entry, scope: &Scope<'_>) -> Value {
        let constraints: Vec<&Constraint> = constraints(&column.constraints);
        if constraints.len() != column.constraints.len() {
            return self.lost();
        }
        let made = constraints.iter().filter(|constraint| constraint.contype() == ConstrType::ConstrGenerated);
        let made: Vec<Value> = made.map(|made| self.maybe(made.raw_expr.as_deref(), scope)).collect();
        let made = Value::all(&made);
        if !constraints.iter().all(|constraint| is_silent(constraint.contype())) {
            self.used(&made, Position::Predicate);
        }
        for constraint in constraints {
            match constraint.contype() {
                ConstrType::ConstrGenerated => {}
                ConstrType::ConstrForeign => self.foreign_key(constraint, made.clone()),
                _ => self.constraint(constraint, table, scope),
            }
        }
        made
    }

    /// A constraint of a table. Also one that is not checked at once is checked with the next change of a row.
    pub(super) fn constraint(&mut self, constraint: &Constraint, table: &Entry, scope: &Scope<'_>) {
        match constraint.contype() {
            ConstrType::ConstrCheck => self.only_if(constraint.raw_expr.as_deref(), scope),
            ConstrType::ConstrDefault => self.kept_expression(constraint.raw_expr.as_deref(), &Scope::default()),
            ConstrType::ConstrGenerated => self.kept_expression(constraint.raw_expr.as_deref(), scope),
            ConstrType::ConstrNotnull => {
                let value = self.among(table, constraint.keys.iter().filter_map(string));
                self.used(&value, Position::Predicate);
            }
            ConstrType::ConstrUnique | ConstrType::ConstrPrimary => {
                let names = constraint.keys.iter().chain(&constraint.including).filter_map(string);
                let value = self.among(table, names);
                self.used(&value, Position::Shape);
                // A primary key of an index that is there already: which columns it has is not known.
                if constraint.contype() == ConstrType::ConstrPrimary && !constraint.indexname.is_empty() {
                    self.used(&table.row, Position::Predicate);
                }
            }
            ConstrType::ConstrExclusion => self.exclusion(constraint, table, scope),
            ConstrType::ConstrForeign => {
                let value = self.among(table, constraint.fk_attrs.iter().filter_map(string));
                self.foreign_key(constraint, value);
            }
            kind if is_silent(kind) => {}
            _ => {
                self.lost();
            }
        }
    }

    /// Whether a value may stand here tells whether it stands there.
    fn foreign_key(&mut self, constraint: &Constraint, from: Value) {
        let target = self.standing(constraint.pktable.as_ref());
        let to = match &constraint.pk_attrs[..] {
            // The primary key, which the catalogue does not tell.
            [] => target.row.clone(),
            columns => self.among(&target, columns.iter().filter_map(string)),
        };
        self.used(&from, Position::Predicate);
        self.used(&to, Position::Predicate);
    }

    fn exclusion(&mut self, constraint: &Constraint, table: &Entry, scope: &Scope<'_>) {
        for pair in &constraint.exclusions {
            let Some(NodeEnum::List(pair)) = &pair.node else {
                self.lost();
                continue;
            };
            let (Some(NodeEnum::IndexElem(element)), Some(NodeEnum::List(operator))) = (
                pair.items.first().and_then(|node| node.node.as_ref()),
                pair.items.get(1).and_then(|node| node.node.as_ref()),
            ) else {
                self.lost();
                continue;
            };
            let value = self.indexed(element, table, scope);
            self.used(&value, Position::Predicate);
            let own = qualified(&operator.items).is_some_and(|(schema, name)| {
                schema.is_none_or(|schema| schema == "pg_catalog") && builtin::is_operator(name)
            });
            if !own {
                self.foreign();
            }
        }
        self.only_if(constraint.where_clause.as_deref(), scope);
    }

    pub(super) fn create_index(&mut self, index: &IndexStmt) {
        let table = self.standing(index.relation.as_ref());
        let scope = Scope { entries: vec![table.clone()], ..Scope::default() };
        for element in index.index_params.iter().chain(&index.index_including_params) {
            let Some(NodeEnum::IndexElem(element)) = &element.node else {
                self.lost();
                continue;
            };
            let value = self.indexed(element, &table, &scope);
            // What is too large for an index makes it fail.
            self.used(&value, Position::Computed);
            if index.unique {
                self.used(&value, Position::Shape);
            }
        }
        self.only_if(index.where_clause.as_deref(), &scope);
    }

    /// One key of an index.
    fn indexed(&mut self, element: &IndexElem, table: &Entry, scope: &Scope<'_>) -> Value {
        let mut value = self.among(table, some(&element.name));
        value.join(&self.maybe(element.expr.as_deref(), scope));
        value
    }
}

/// The constraints among these nodes.
fn constraints(nodes: &[Node]) -> Vec<&Constraint> {
    nodes
        .iter()
        .filter_map(|node| match &node.node {
            Some(NodeEnum::Constraint(constraint)) => Some(&**constraint),
            _ => None,
        })
        .collect()
}

/// Constraints that say nothing about values.
fn is_silent(kind: ConstrType) -> bool {
    matches!(
        kind,
        ConstrType::ConstrNull
            | ConstrType::ConstrDefault
            | ConstrType::ConstrIdentity
            | ConstrType::ConstrGenerated
            | ConstrType::ConstrAttrDeferrable
            | ConstrType::ConstrAttrNotDeferrable
            | ConstrType::ConstrAttrDeferred
            | ConstrType::ConstrAttrImmediate
            | ConstrType::ConstrAttrEnforced
            | ConstrType::ConstrAttrNotEnforced
    )
}
