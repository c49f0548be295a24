//! INSERT, UPDATE, DELETE, MERGE: what is written from what, and what RETURNING shows of it.

use model::{Catalogue, ColumnId, Derived, Position};
use pg_query::NodeEnum;
use pg_query::protobuf::{
    DeleteStmt, InsertStmt, MergeStmt, Node, RangeVar, ReturningClause, ReturningOptionKind, UpdateStmt,
};

use super::Analysis;
use super::columns::relations;
use super::flow::Value;
use super::scope::{Entry, Outputs, Scope};

/// Values that are written, by the names of their columns.
#[derive(Default)]
pub(super) struct Written {
    pub(super) columns: Vec<(String, Value)>,
    /// What may have gone into any column.
    pub(super) any: Option<Value>,
}

impl Written {
    /// The row that was to be inserted: what is written, defaults, and what is generated from these. Nothing of a row that
    /// stands already.
    fn proposed(&self, target: &Entry, catalogue: &Catalogue) -> Entry {
        let mut row = target.clone();
        let all = Value::all(self.columns.iter().map(|(_, value)| value).chain(&self.any));
        for column in &mut row.columns {
            let generated = column.value.sources.iter().any(|source| is_generated(catalogue, *source));
            let named = column.clone();
            let written = self.columns.iter().filter(|(name, _)| named.may_be(name)).map(|(_, value)| value);
            let value = Value::all(written.chain(&self.any));
            column.value = if generated { all.clone().at_least(Derived::Computed) } else { value };
        }
        row.other = row.other.map(|_| all.clone());
        row.row = all.at_least(Derived::Computed);
        row
    }

    /// The columns of a table, with what is written into them.
    fn into(self, mut target: Entry) -> Entry {
        for column in &mut target.columns {
            let named = column.clone();
            let written = self.columns.iter().filter(|(name, _)| named.may_be(name)).map(|(_, value)| value);
            for value in written.chain(&self.any).filter(|value| !value.is_constant()) {
                column.value.join(value);
                column.value.how = column.value.how.max(Derived::Computed);
            }
        }
        let values = self.columns.iter().map(|(_, value)| value).chain(&self.any);
        let all = Value::all(values);
        target.row.join(&all);
        if let Some(other) = &mut target.other {
            other.join(&all);
        }
        target
    }
}

impl Analysis<'_> {
    pub(super) fn insert(&mut self, insert: &InsertStmt, outer: &Scope<'_>) -> Outputs {
        let mut with = Scope::inside(outer);
        self.with(insert.with_clause.as_ref(), &mut with);
        let Some(mut target) = self.target(insert.relation.as_ref()) else {
            return Outputs { columns: Vec::new(), rest: Some(self.lost()) };
        };
        if let Some(alias) = insert.relation.as_ref().and_then(|relation| relation.alias.as_ref()) {
            target.name = Some(alias.aliasname.clone());
            target.schemas.clear();
        }
        let mut written = Written::default();
        if let Some(query) = insert.select_stmt.as_deref() {
            let outputs = self.query(query, &with);
            self.used(&outputs.all(), Position::Write);
            written = inserted(&insert.cols, &target, &outputs);
        }
        if let Some(conflict) = insert.on_conflict_clause.as_deref() {
            let excluded = written.proposed(&target, self.catalogue);
            self.on_conflict(conflict, &target, excluded, &mut written, &with);
        }
        let target = self.returned(insert.relation.as_ref(), written.into(target));
        let mut scope = Scope::inside(&with);
        let star = target.star();
        scope.entries.push(target.clone());
        self.returning(insert.returning_clause.as_ref(), &target, &star, scope)
    }

    pub(super) fn update(&mut self, update: &UpdateStmt, outer: &Scope<'_>) -> Outputs {
        let mut with = Scope::inside(outer);
        self.with(update.with_clause.as_ref(), &mut with);
        let Some(target) = self.target(update.relation.as_ref()) else {
            return Outputs { columns: Vec::new(), rest: Some(self.lost()) };
        };
        let mut scope = Scope::inside(&with);
        let from = self.items_of(&update.from_clause, &mut scope, &with);
        scope.entries.push(target.clone());
        self.only_if(update.where_clause.as_deref(), &scope);
        let mut written = Written::default();
        self.assignments(&update.target_list, &scope, &mut written);

        let target = self.returned(update.relation.as_ref(), written.into(target));
        scope.entries.pop();
        scope.entries.push(target.clone());
        let mut star = target.star();
        star.extend(from);
        self.returning(update.returning_clause.as_ref(), &target, &star, scope)
    }

    pub(super) fn delete(&mut self, delete: &DeleteStmt, outer: &Scope<'_>) -> Outputs {
        let mut with = Scope::inside(outer);
        self.with(delete.with_clause.as_ref(), &mut with);
        let Some(target) = self.target(delete.relation.as_ref()) else {
            return Outputs { columns: Vec::new(), rest: Some(self.lost()) };
        };
        let mut scope = Scope::inside(&with);
        let using = self.items_of(&delete.using_clause, &mut scope, &with);
        scope.entries.push(target.clone());
        self.only_if(delete.where_clause.as_deref(), &scope);
        let target = self.returned(delete.relation.as_ref(), target);
        scope.entries.pop();
        scope.entries.push(target.clone());
        let mut star = target.star();
        star.extend(using);
        self.returning(delete.returning_clause.as_ref(), &target, &star, scope)
    }

    pub(super) fn merge(&mut self, merge: &MergeStmt, outer: &Scope<'_>) -> Outputs {
        let mut with = Scope::inside(outer);
        self.with(merge.with_clause.as_ref(), &mut with);
        let (Some(target), Some(source)) = (self.target(merge.relation.as_ref()), &merge.source_relation) else {
            return Outputs { columns: Vec::new(), rest: Some(self.lost()) };
        };
        let mut scope = Scope::inside(&with);
        let mut star = self.items_of(std::slice::from_ref(&**source), &mut scope, &with);
        scope.entries.push(target.clone());
        self.only_if(merge.join_condition.as_deref(), &scope);
        let mut written = Written::default();
        for clause in &merge.merge_when_clauses {
            let Some(NodeEnum::MergeWhenClause(clause)) = &clause.node else {
                self.lost();
                continue;
            };
            self.only_if(clause.condition.as_deref(), &scope);
            if clause.values.is_empty() {
                self.assignments(&clause.target_list, &scope, &mut written);
                continue;
            }
            let mut outputs = Outputs::default();
            for value in &clause.values {
                let value = self.expression(value, &scope);
                self.used(&value, Position::Write);
                outputs.push("", value);
            }
            let more = inserted(&clause.target_list, &target, &outputs);
            written.columns.extend(more.columns);
            written.any = written.any.or(more.any);
        }
        let target = self.returned(merge.relation.as_ref(), written.into(target));
        scope.entries.pop();
        scope.entries.push(target.clone());
        star.extend(target.star());
        self.returning(merge.returning_clause.as_ref(), &target, &star, scope)
    }

    /// The table that is written to.
    fn target(&mut self, table: Option<&RangeVar>) -> Option<Entry> {
        let table = table?;
        // EXPLAIN ANALYZE counts the rows of what its rules do too.
        if self.measured && self.sets_off(table) {
            self.foreign();
        }
        // A query of WITH cannot be written to, so that its name stands for the table here.
        Some(self.table(table, &Scope::default()))
    }

    /// The rows of that table as they come back from writing: triggers and rules put into them what they like.
    fn returned(&self, table: Option<&RangeVar>, mut rows: Entry) -> Entry {
        if !table.is_some_and(|table| self.sets_off(table)) {
            return rows;
        }
        let values = rows.columns.iter_mut().map(|column| &mut column.value);
        for value in values.chain(&mut rows.other).chain([&mut rows.row]) {
            value.how = Derived::Unknown;
        }
        rows
    }

    /// Whether writing there sets off code of somebody.
    fn sets_off(&self, table: &RangeVar) -> bool {
        relations(self.catalogue, &table.schemaname, &table.relname).iter().any(|relation| relation.triggered)
    }

    /// `SET column = value`.
    pub(super) fn assignments(&mut self, targets: &[Node], scope: &Scope<'_>, written: &mut Written) {
        for target in targets {
            let Some(NodeEnum::ResTarget(target)) = &target.node else {
                self.lost();
                continue;
            };
            for step in &target.indirection {
                if let Some(NodeEnum::AIndices(indices)) = &step.node {
                    for bound in [&indices.lidx, &indices.uidx].into_iter().flatten() {
                        let value = self.expression(bound, scope);
                        self.used(&value, Position::Write);
                    }
                }
            }
            let value = self.maybe(target.val.as_deref(), scope);
            self.used(&value, Position::Write);
            written.columns.push((target.name.clone(), value));
        }
    }

    fn returning(
        &mut self,
        clause: Option<&ReturningClause>,
        target: &Entry,
        star: &Outputs,
        mut scope: Scope<'_>,
    ) -> Outputs {
        let Some(clause) = clause else { return Outputs::default() };
        let mut names = vec!["old".to_owned(), "new".to_owned()];
        for option in &clause.options {
            let Some(NodeEnum::ReturningOption(option)) = &option.node else { continue };
            debug_assert_ne!(option.option(), ReturningOptionKind::Undefined);
            names.push(option.value.clone());
        }
        for name in names {
            let name = Some(name);
            scope.entries.push(Entry { name, schemas: Vec::new(), qualified: true, ..target.clone() });
        }
        self.targets(&clause.exprs, star, &scope)
    }
}

/// Whether a column is computed from others of its row.
pub(super) fn is_generated(catalogue: &Catalogue, column: ColumnId) -> bool {
    catalogue.column(column).is_some_and(|column| !column.from.is_empty())
}

/// What of a query goes into which column.
fn inserted(columns: &[Node], target: &Entry, outputs: &Outputs) -> Written {
    let listed = columns.iter().filter_map(|column| match &column.node {
        Some(NodeEnum::ResTarget(target)) => Some(target.name.clone()),
        _ => None,
    });
    let names: Vec<String> = if columns.is_empty() {
        target.columns.iter().filter_map(|column| column.name.clone()).collect()
    } else {
        listed.collect()
    };
    let known = outputs.rest.is_none() && outputs.columns.len() <= names.len() && (target.exact || !columns.is_empty());
    if !known {
        return Written { columns: Vec::new(), any: Some(outputs.all()) };
    }
    let columns = names.into_iter().zip(outputs.columns.iter().map(|column| column.value.clone())).collect();
    Written { columns, any: None }
}
