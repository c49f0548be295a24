//! Queries: what their columns are made of, and what rows are chosen, grouped and ordered by.

use model::Position;
use pg_query::NodeEnum;
use pg_query::protobuf::{Node, SelectStmt, SetOperation};

use super::Analysis;
use super::flow::Value;
use super::label::of_target;
use super::scope::{Entry, Named, Outputs, Scope};
use crate::names::string;

impl Analysis<'_> {
    /// The result of a query, or of a statement that writes and returns.
    pub(super) fn query(&mut self, node: &Node, outer: &Scope<'_>) -> Outputs {
        match &node.node {
            Some(node) => {
                let outputs = self.query_of(node, outer);
                if self.measured {
                    self.used(&outputs.all(), Position::Computed);
                }
                outputs
            }
            None => self.lost_outputs(),
        }
    }

    pub(super) fn query_of(&mut self, node: &NodeEnum, outer: &Scope<'_>) -> Outputs {
        match node {
            NodeEnum::SelectStmt(select) => self.select(select, outer),
            NodeEnum::InsertStmt(insert) => self.insert(insert, outer),
            NodeEnum::UpdateStmt(update) => self.update(update, outer),
            NodeEnum::DeleteStmt(delete) => self.delete(delete, outer),
            NodeEnum::MergeStmt(merge) => self.merge(merge, outer),
            NodeEnum::ExecuteStmt(execute) => self.executed(execute, outer),
            _ => self.lost_outputs(),
        }
    }

    fn lost_outputs(&mut self) -> Outputs {
        Outputs { columns: Vec::new(), rest: Some(self.lost()) }
    }

    pub(super) fn select(&mut self, select: &SelectStmt, outer: &Scope<'_>) -> Outputs {
        if !self.spend(1) {
            return self.lost_outputs();
        }
        let mut with = Scope::inside(outer);
        self.with(select.with_clause.as_ref(), &mut with);
        if let Some(into) = &select.into_clause {
            self.made(into.rel.as_ref());
            self.stored = true;
        }
        let outputs = match select.op() {
            SetOperation::SetopNone if select.values_lists.is_empty() => self.plain(select, &with),
            SetOperation::SetopNone => {
                let outputs = self.values(&select.values_lists, &with);
                self.order_outputs(select, &outputs, &with);
                outputs
            }
            _ => {
                let outputs = self.combined(select, &with);
                self.order_outputs(select, &outputs, &with);
                outputs
            }
        };
        for count in [&select.limit_count, &select.limit_offset].into_iter().flatten() {
            let value = self.expression(count, &with);
            self.used(&value, Position::Shape);
        }
        outputs
    }

    /// UNION and its like.
    fn combined(&mut self, select: &SelectStmt, with: &Scope<'_>) -> Outputs {
        let (Some(left), Some(right)) = (select.larg.as_deref(), select.rarg.as_deref()) else {
            return self.lost_outputs();
        };
        let mut outputs = self.select(left, with);
        let right = self.select(right, with);
        outputs.merge(&right);
        if !(select.all && select.op() == SetOperation::SetopUnion) {
            self.used(&outputs.all(), Position::Shape);
        }
        outputs
    }

    fn values(&mut self, rows: &[Node], with: &Scope<'_>) -> Outputs {
        let mut all: Option<Outputs> = None;
        for row in rows {
            let Some(NodeEnum::List(row)) = &row.node else { return self.lost_outputs() };
            let mut outputs = Outputs::default();
            for (at, value) in row.items.iter().enumerate() {
                let value = self.expression(value, with);
                outputs.push(format!("column{}", at + 1), value);
            }
            match &mut all {
                Some(all) => all.merge(&outputs),
                None => all = Some(outputs),
            }
        }
        all.unwrap_or_default()
    }

    fn order_outputs(&mut self, select: &SelectStmt, outputs: &Outputs, with: &Scope<'_>) {
        let mut scope = Scope::inside(with);
        scope.entries.push(Entry::of(None, outputs.clone()));
        self.order_by(&select.sort_clause, outputs, &scope);
    }

    /// A SELECT with a list of results.
    fn plain(&mut self, select: &SelectStmt, with: &Scope<'_>) -> Outputs {
        let mut scope = Scope::inside(with);
        let star = self.items_of(&select.from_clause, &mut scope, with);
        for window in &select.window_clause {
            let Some(NodeEnum::WindowDef(window)) = &window.node else { return self.lost_outputs() };
            let value = self.window(window, &scope);
            scope.windows.push((window.name.clone(), value));
        }
        self.only_if(select.where_clause.as_deref(), &scope);
        self.only_if(select.having_clause.as_deref(), &scope);
        let outputs = self.targets(&select.target_list, &star, &scope);
        self.group_by(&select.group_clause, &outputs, &scope);
        self.order_by(&select.sort_clause, &outputs, &scope);
        self.distinct(&select.distinct_clause, &outputs, &scope);
        outputs
    }

    /// A list of results.
    pub(super) fn targets(&mut self, targets: &[Node], star: &Outputs, scope: &Scope<'_>) -> Outputs {
        let mut outputs = Outputs::default();
        for target in targets {
            let Some(NodeEnum::ResTarget(target)) = &target.node else { return self.lost_outputs() };
            let Some(node) = target.val.as_deref() else { return self.lost_outputs() };
            match self.star(node, star, scope) {
                Some(expanded) => {
                    self.spend(expanded.columns.len());
                    outputs.extend(expanded);
                }
                None => {
                    let value = self.expression(node, scope);
                    outputs.columns.push(Named { name: of_target(target), value, certain: true });
                }
            }
        }
        outputs
    }

    fn group_by(&mut self, items: &[Node], outputs: &Outputs, scope: &Scope<'_>) {
        let mut left: Vec<&Node> = items.iter().collect();
        while let Some(item) = left.pop() {
            let value = match &item.node {
                Some(NodeEnum::GroupingSet(set)) => {
                    left.extend(&set.content);
                    continue;
                }
                // Columns of FROM come first here, and those of the result after them.
                Some(NodeEnum::ColumnRef(reference)) if reference.fields.len() == 1 => {
                    let name = reference.fields.first().and_then(string).unwrap_or_default();
                    let mut value = outputs_named(outputs, name).unwrap_or_else(Value::constant);
                    value.join(&scope.column(name).unwrap_or_else(Value::constant));
                    value
                }
                _ => self.key(item, outputs, scope),
            };
            self.used(&value, Position::Shape);
        }
    }

    fn order_by(&mut self, items: &[Node], outputs: &Outputs, scope: &Scope<'_>) {
        for item in items {
            let value = match &item.node {
                Some(NodeEnum::SortBy(by)) => match by.node.as_deref() {
                    Some(node) if by.use_op.is_empty() => self.key(node, outputs, scope),
                    _ => self.sort_key(item, scope),
                },
                _ => self.key(item, outputs, scope),
            };
            self.used(&value, Position::Shape);
        }
    }

    fn distinct(&mut self, items: &[Node], outputs: &Outputs, scope: &Scope<'_>) {
        for item in items {
            // DISTINCT without ON is one item of nothing.
            let value = if item.node.is_none() { outputs.all() } else { self.key(item, outputs, scope) };
            self.used(&value, Position::Shape);
        }
    }

    /// What rows are ordered by: a number or name of a column of the result, or an expression.
    fn key(&mut self, node: &Node, outputs: &Outputs, scope: &Scope<'_>) -> Value {
        use pg_query::protobuf::a_const::Val;
        match &node.node {
            Some(NodeEnum::AConst(constant)) => {
                let Some(Val::Ival(number)) = &constant.val else { return Value::constant() };
                let at = usize::try_from(number.ival - 1).unwrap_or(usize::MAX);
                match (&outputs.rest, outputs.columns.get(at)) {
                    (None, Some(column)) => column.value.clone(),
                    _ => outputs.all(),
                }
            }
            Some(NodeEnum::ColumnRef(reference)) if reference.fields.len() == 1 => {
                let name = reference.fields.first().and_then(string).unwrap_or_default();
                match outputs_named(outputs, name) {
                    Some(mut value) if outputs.rest.is_some() || outputs.has_nameless() => {
                        value.join(&scope.column(name).unwrap_or_else(Value::constant));
                        value
                    }
                    Some(value) => value,
                    None => self.expression(node, scope),
                }
            }
            _ => self.expression(node, scope),
        }
    }
}

/// All columns of a result that have that name.
fn outputs_named(outputs: &Outputs, name: &str) -> Option<Value> {
    let mut found = outputs.columns.iter().filter(|column| column.may_be(name)).map(|column| &column.value).peekable();
    found.peek()?;
    Some(Value::all(found))
}
