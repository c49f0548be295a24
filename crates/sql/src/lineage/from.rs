//! What stands in FROM: tables, queries, functions, joins.

use model::{ColumnId, Derived, Position};
use pg_query::NodeEnum;
use pg_query::protobuf::{JoinExpr, JsonTable, Node, RangeFunction, RangeTableFunc, RangeVar};

use super::Analysis;
use super::columns::{entry_of, relations};
use super::flow::Value;
use super::label;
use super::scope::{Entry, Outputs, Scope};
use crate::names::{alias, some, string, strings};

/// What one item of FROM brings.
pub(super) struct Source {
    pub(super) entries: Vec<Entry>,
    /// What `*` stands for.
    pub(super) star: Outputs,
}

impl Source {
    fn of(entry: Entry) -> Self {
        Self { star: entry.star(), entries: vec![entry] }
    }
}

/// Built-in functions that give rows of known columns. Of one without names here the column has the name of the function.
const ROWS: &[(&str, &[&str])] = &[
    ("generate_series", &[]),
    ("generate_subscripts", &[]),
    ("json_array_elements", &["value"]),
    ("json_array_elements_text", &["value"]),
    ("json_each", &["key", "value"]),
    ("json_each_text", &["key", "value"]),
    ("json_object_keys", &[]),
    ("jsonb_array_elements", &["value"]),
    ("jsonb_array_elements_text", &["value"]),
    ("jsonb_each", &["key", "value"]),
    ("jsonb_each_text", &["key", "value"]),
    ("jsonb_object_keys", &[]),
    ("regexp_matches", &[]),
    ("regexp_split_to_table", &[]),
    ("string_to_table", &[]),
];

impl Analysis<'_> {
    /// All items of a FROM. What is LATERAL sees those before it; the rest sees only what is `outside`.
    pub(super) fn items_of(&mut self, items: &[Node], scope: &mut Scope<'_>, outside: &Scope<'_>) -> Outputs {
        let mut star = Outputs::default();
        for item in items {
            let source = self.item(item, scope, outside);
            star.extend(source.star);
            scope.entries.extend(source.entries);
        }
        star
    }

    pub(super) fn item(&mut self, item: &Node, siblings: &Scope<'_>, outside: &Scope<'_>) -> Source {
        if !self.spend(1) {
            return Source::of(Entry::opaque(None, Value::unknown()));
        }
        match &item.node {
            Some(NodeEnum::RangeVar(table)) => Source::of(self.table(table, outside)),
            Some(NodeEnum::RangeSubselect(sub)) => {
                let Some(query) = sub.subquery.as_deref() else { return self.lost_source() };
                let outputs = self.query(query, if sub.lateral { siblings } else { outside });
                let (name, columns) = alias(sub.alias.as_ref());
                Source::of(Entry::of(name, outputs).renamed(&columns))
            }
            Some(NodeEnum::RangeFunction(function)) => self.function_rows(function, siblings),
            Some(NodeEnum::JoinExpr(join)) => self.join(join, siblings, outside),
            Some(NodeEnum::RangeTableSample(sample)) => {
                let Some(relation) = sample.relation.as_deref() else { return self.lost_source() };
                let mut value = self.together(&sample.args, outside);
                value.join(&self.maybe(sample.repeatable.as_deref(), outside));
                self.used(&value, Position::Shape);
                if !matches!(strings(&sample.method).last().map(String::as_str), Some("bernoulli" | "system")) {
                    self.foreign();
                }
                self.item(relation, siblings, outside)
            }
            Some(NodeEnum::RangeTableFunc(table)) => self.xml_table(table, siblings),
            Some(NodeEnum::JsonTable(table)) => self.json_table(table, siblings),
            _ => self.lost_source(),
        }
    }

    fn lost_source(&mut self) -> Source {
        Source::of(Entry::opaque(None, self.lost()))
    }

    /// A table, view, or query of a WITH.
    pub(super) fn table(&mut self, table: &RangeVar, scope: &Scope<'_>) -> Entry {
        let (name, columns) = alias(table.alias.as_ref());
        let aliased = name.is_some();
        let name = name.unwrap_or_else(|| table.relname.clone());
        if table.schemaname.is_empty()
            && let Some(cte) = scope.cte(&table.relname)
        {
            return Entry::of(Some(name), cte.outputs.clone()).renamed(&columns);
        }
        let found = relations(self.catalogue, &table.schemaname, &table.relname);
        if found.is_empty() {
            // The catalogue does not hold it, so it may be anything.
            self.scanned(ColumnId::ANYTHING.relation);
            return Entry::opaque(Some(name), Value::unknown()).renamed(&columns);
        }
        found.iter().for_each(|relation| self.scanned(relation.id));
        self.spend(found.iter().map(|relation| relation.columns.len()).sum());
        let mut entry = entry_of(&found, name).renamed(&columns);
        if aliased {
            entry.schemas.clear();
        }
        entry
    }

    fn join(&mut self, join: &JoinExpr, siblings: &Scope<'_>, outside: &Scope<'_>) -> Source {
        let (Some(left), Some(right)) = (join.larg.as_deref(), join.rarg.as_deref()) else {
            return self.lost_source();
        };
        let left = self.item(left, siblings, outside);
        let mut scope = Scope::inside(siblings);
        scope.entries.clone_from(&left.entries);
        let right = self.item(right, &scope, outside);
        // The condition sees the two sides and what is around the query, but not what stands beside the join.
        let mut sides = Scope::inside(outside);
        sides.entries.extend(left.entries.iter().chain(&right.entries).cloned());
        self.only_if(join.quals.as_deref(), &sides);

        let (star, merged) = self.joined(join, &left.star, &right.star);
        let (name, columns) = alias(join.alias.as_ref());
        let mut entries = match name {
            Some(name) => return Source::of(Entry::of(Some(name), star).renamed(&columns)),
            None => left.entries,
        };
        entries.extend(right.entries);
        if let Some(using) = &join.join_using_alias {
            let merged = Entry::of(Some(using.aliasname.clone()), merged);
            entries.push(Entry { qualified: true, ..merged });
        }
        Source { entries, star }
    }

    /// What `*` stands for behind a join, and the columns that both sides share.
    fn joined(&mut self, join: &JoinExpr, left: &Outputs, right: &Outputs) -> (Outputs, Outputs) {
        let known = [left, right].iter().all(|side| side.rest.is_none() && !side.has_nameless());
        let shared: Vec<String> = match () {
            () if join.is_natural => {
                let names = left.columns.iter().filter_map(|column| column.name.as_ref());
                names.filter(|name| right.columns.iter().any(|other| other.may_be(name))).cloned().collect()
            }
            () => strings(&join.using_clause),
        };
        if !known {
            let mut all = left.all();
            all.join(&right.all());
            if join.is_natural || !shared.is_empty() {
                self.used(&all, Position::Predicate);
            }
            let all = Outputs { columns: Vec::new(), rest: Some(all) };
            return (all.clone(), all);
        }
        let (mut merged, mut rest) = (Outputs::default(), Outputs::default());
        for name in &shared {
            let both = left.columns.iter().chain(&right.columns).filter(|column| column.may_be(name));
            let value = Value::all(both.map(|column| &column.value));
            self.used(&value, Position::Predicate);
            merged.push(name.as_str(), value);
        }
        let own =
            left.columns.iter().chain(&right.columns).filter(|column| !shared.iter().any(|name| column.may_be(name)));
        rest.columns.extend(own.cloned());
        let mut star = merged.clone();
        star.extend(rest);
        (star, merged)
    }

    /// Functions in FROM, which see what stands before them.
    fn function_rows(&mut self, functions: &RangeFunction, scope: &Scope<'_>) -> Source {
        let (name, columns) = alias(functions.alias.as_ref());
        let mut outputs = Outputs::default();
        for item in &functions.functions {
            let Some(NodeEnum::List(pair)) = &item.node else { return self.lost_source() };
            let Some(call) = pair.items.first() else { return self.lost_source() };
            let value = self.expression(call, scope);
            self.used(&value, Position::Shape);
            let own = match pair.items.get(1).and_then(|node| node.node.as_ref()) {
                Some(NodeEnum::List(list)) => &list.items[..],
                _ => &[],
            };
            let defined = if own.is_empty() { &functions.coldeflist[..] } else { own };
            // Of several functions each column has the name of its function.
            let alias = name.as_deref().filter(|_| functions.functions.len() == 1);
            outputs.extend(self.rows_of(call, value, defined, alias));
        }
        if functions.ordinality {
            outputs.push("ordinality", Value::constant());
        }
        let name = name.or_else(|| functions.functions.first().and_then(function_name));
        Source::of(Entry::of(name, outputs).renamed(&columns))
    }

    /// The columns that a function gives.
    fn rows_of(&mut self, call: &Node, value: Value, defined: &[Node], alias: Option<&str>) -> Outputs {
        let value = value.at_least(Derived::Computed);
        let mut outputs = Outputs::default();
        for column in defined {
            let Some(NodeEnum::ColumnDef(column)) = &column.node else { continue };
            let value = match &column.type_name {
                Some(kind) => self.typed(kind, value.clone()),
                None => self.lost(),
            };
            outputs.push(column.colname.clone(), value);
        }
        if !defined.is_empty() {
            return outputs;
        }
        let Some(NodeEnum::FuncCall(call)) = &call.node else {
            return Outputs { columns: Vec::new(), rest: Some(value) };
        };
        let name = call.funcname.last().and_then(string).unwrap_or_default();
        match ROWS.iter().find(|(known, _)| *known == name && value.how != Derived::Unknown) {
            Some((_, [])) => outputs.push(alias.unwrap_or(name), value),
            Some((_, names)) => names.iter().for_each(|name| outputs.push(*name, value.clone())),
            None => outputs.rest = Some(value),
        }
        outputs
    }

    fn xml_table(&mut self, table: &RangeTableFunc, scope: &Scope<'_>) -> Source {
        let mut value = self.maybe(table.docexpr.as_deref(), scope);
        value.join(&self.maybe(table.rowexpr.as_deref(), scope));
        value.join(&self.together(&table.namespaces, scope));
        self.used(&value, Position::Shape);
        let mut outputs = Outputs::default();
        for column in &table.columns {
            let Some(NodeEnum::RangeTableFuncCol(column)) = &column.node else { return self.lost_source() };
            let mut value = value.clone();
            for part in [&column.colexpr, &column.coldefexpr].into_iter().flatten() {
                value.join(&self.expression(part, scope));
            }
            let value = match &column.type_name {
                Some(kind) => self.typed(kind, value),
                None => value,
            };
            outputs.push(column.colname.clone(), self.risky(value));
        }
        let (name, columns) = alias(table.alias.as_ref());
        Source::of(Entry::of(name, outputs).renamed(&columns))
    }

    fn json_table(&mut self, table: &JsonTable, scope: &Scope<'_>) -> Source {
        let mut value = self.json_value(table.context_item.as_deref(), scope);
        value.join(&self.together(&table.passing, scope));
        self.used(&value, Position::Shape);
        let value = self.risky(value);
        let mut outputs = Outputs::default();
        let mut left: Vec<&Node> = table.columns.iter().rev().collect();
        while let Some(column) = left.pop() {
            let Some(NodeEnum::JsonTableColumn(column)) = &column.node else { return self.lost_source() };
            left.extend(column.columns.iter().rev());
            let mut value = value.clone();
            for behaviour in [&column.on_empty, &column.on_error].into_iter().flatten() {
                value.join(&self.maybe(behaviour.expr.as_deref(), scope));
            }
            let value = match &column.type_name {
                Some(kind) => self.typed(kind, value),
                None => value,
            };
            // A nested group of columns has no name of its own as a column.
            if let Some(name) = some(&column.name)
                && column.columns.is_empty()
            {
                outputs.push(name, value);
            }
        }
        let (name, columns) = alias(table.alias.as_ref());
        Source::of(Entry::of(name, outputs).renamed(&columns))
    }
}

/// The name that a function in FROM has without an alias.
fn function_name(item: &Node) -> Option<String> {
    let Some(NodeEnum::List(pair)) = &item.node else { return None };
    label::of_call(pair.items.first()?)
}
