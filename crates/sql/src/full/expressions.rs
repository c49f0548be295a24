//! Expressions, and what stands in FROM.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{AExprKind, FuncCall, Node, WindowDef};

use super::walk::Walk;
use crate::names::{qualified, string};
use crate::settings;

impl<'a> Walk<'a> {
    /// Looks at one node, and puts those in it aside. A node that is not known makes the statement strange.
    pub(super) fn expression(&mut self, node: &'a NodeEnum, queries: usize) {
        self.named.see(node);
        match node {
            NodeEnum::AConst(_)
            | NodeEnum::ColumnRef(_)
            | NodeEnum::ParamRef(_)
            | NodeEnum::AStar(_)
            | NodeEnum::String(_)
            | NodeEnum::Integer(_)
            | NodeEnum::Float(_)
            | NodeEnum::Boolean(_)
            | NodeEnum::SetToDefault(_)
            | NodeEnum::SqlvalueFunction(_)
            | NodeEnum::MergeSupportFunc(_)
            | NodeEnum::CurrentOfExpr(_) => {}
            NodeEnum::AExpr(operation) => {
                let spelled = matches!(
                    operation.kind(),
                    AExprKind::AexprBetween
                        | AExprKind::AexprNotBetween
                        | AExprKind::AexprBetweenSym
                        | AExprKind::AexprNotBetweenSym
                );
                if !spelled {
                    self.operator(&operation.name);
                }
                self.maybe(operation.lexpr.as_deref(), queries);
                self.maybe(operation.rexpr.as_deref(), queries);
            }
            NodeEnum::BoolExpr(logic) => self.nodes(&logic.args, queries),
            NodeEnum::NullTest(test) => self.maybe(test.arg.as_deref(), queries),
            NodeEnum::BooleanTest(test) => self.maybe(test.arg.as_deref(), queries),
            NodeEnum::FuncCall(call) => self.function(call, queries),
            NodeEnum::TypeCast(cast) => {
                self.kind(cast.type_name.as_ref());
                self.maybe(cast.arg.as_deref(), queries);
            }
            NodeEnum::CollateClause(collate) => self.maybe(collate.arg.as_deref(), queries),
            NodeEnum::SubLink(link) => {
                if !link.oper_name.is_empty() {
                    self.operator(&link.oper_name);
                }
                self.maybe(link.testexpr.as_deref(), queries);
                self.maybe(link.subselect.as_deref(), queries);
            }
            NodeEnum::CaseExpr(case) => {
                self.maybe(case.arg.as_deref(), queries);
                self.nodes(&case.args, queries);
                self.maybe(case.defresult.as_deref(), queries);
            }
            NodeEnum::CaseWhen(when) => {
                self.maybe(when.expr.as_deref(), queries);
                self.maybe(when.result.as_deref(), queries);
            }
            NodeEnum::CoalesceExpr(coalesce) => self.nodes(&coalesce.args, queries),
            NodeEnum::MinMaxExpr(most) => self.nodes(&most.args, queries),
            NodeEnum::AArrayExpr(array) => self.nodes(&array.elements, queries),
            NodeEnum::RowExpr(row) => self.nodes(&row.args, queries),
            NodeEnum::List(list) => self.nodes(&list.items, queries),
            NodeEnum::GroupingFunc(grouping) => self.nodes(&grouping.args, queries),
            NodeEnum::GroupingSet(set) => self.nodes(&set.content, queries),
            NodeEnum::NamedArgExpr(named) => self.maybe(named.arg.as_deref(), queries),
            NodeEnum::MultiAssignRef(assign) => self.maybe(assign.source.as_deref(), queries),
            NodeEnum::ResTarget(target) => {
                self.nodes(&target.indirection, queries);
                self.maybe(target.val.as_deref(), queries);
            }
            NodeEnum::AIndirection(indirection) => {
                // `(value).name` is also how a function may be called.
                let field = indirection.indirection.iter().any(|step| string(step).is_some());
                self.field |= field;
                self.maybe(indirection.arg.as_deref(), queries);
                self.nodes(&indirection.indirection, queries);
            }
            NodeEnum::AIndices(indices) => {
                self.maybe(indices.lidx.as_deref(), queries);
                self.maybe(indices.uidx.as_deref(), queries);
            }
            NodeEnum::SortBy(by) => {
                if !by.use_op.is_empty() {
                    self.operator(&by.use_op);
                }
                self.maybe(by.node.as_deref(), queries);
            }
            NodeEnum::WindowDef(window) => self.window(window, queries),
            NodeEnum::IndexElem(element) => {
                // Only superusers make operator classes.
                self.maybe(element.expr.as_deref(), queries);
            }
            NodeEnum::PartitionElem(element) => self.maybe(element.expr.as_deref(), queries),
            NodeEnum::RangeVar(table) => self.scanned(table, queries),
            NodeEnum::RangeSubselect(sub) => self.maybe(sub.subquery.as_deref(), queries),
            NodeEnum::JoinExpr(join) => {
                self.maybe(join.larg.as_deref(), queries);
                self.maybe(join.rarg.as_deref(), queries);
                self.maybe(join.quals.as_deref(), queries);
            }
            NodeEnum::RangeFunction(functions) => {
                self.nodes(&functions.functions, queries);
                self.nodes(&functions.coldeflist, queries);
            }
            NodeEnum::ColumnDef(column) => self.kind(column.type_name.as_ref()),
            NodeEnum::RangeTableSample(sample) => {
                if !matches!(qualified(&sample.method), Some((None, "bernoulli" | "system"))) {
                    self.calls.push(Verb::Call);
                }
                self.maybe(sample.relation.as_deref(), queries);
                self.nodes(&sample.args, queries);
                self.maybe(sample.repeatable.as_deref(), queries);
            }
            _ => self.document(node, queries),
        }
    }

    fn function(&mut self, call: &'a FuncCall, queries: usize) {
        match setting(call) {
            Some(verb) => {
                self.names_function(&call.funcname);
                self.calls.push(verb);
            }
            None => self.call(&call.funcname),
        }
        self.nodes(&call.args, queries);
        self.nodes(&call.agg_order, queries);
        self.maybe(call.agg_filter.as_deref(), queries);
        if let Some(window) = call.over.as_deref() {
            self.window(window, queries);
        }
    }

    pub(super) fn window(&mut self, window: &'a WindowDef, queries: usize) {
        self.nodes(&window.partition_clause, queries);
        self.nodes(&window.order_clause, queries);
        self.maybe(window.start_offset.as_deref(), queries);
        self.maybe(window.end_offset.as_deref(), queries);
    }
}

/// The verb of a `set_config` that says what it sets.
fn setting(call: &FuncCall) -> Option<Verb> {
    let (schema, name) = qualified(&call.funcname)?;
    if name != "set_config" || schema.is_some_and(|schema| schema != "pg_catalog") {
        return None;
    }
    settings::verb(constant(call.args.first()?)?)
}

/// The text of a constant.
fn constant(node: &Node) -> Option<&str> {
    let Some(NodeEnum::AConst(constant)) = &node.node else { return None };
    match &constant.val {
        Some(Val::Sval(text)) => Some(&text.sval),
        _ => None,
    }
}
