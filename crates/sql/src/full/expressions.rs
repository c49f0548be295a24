//! Expressions, and what stands in FROM.

use pg_query::NodeEnum;
use pg_query::protobuf::{AExprKind, FuncCall, JsonAggConstructor, JsonBehavior, JsonOutput, JsonValueExpr, WindowDef};

use super::Walk;
use crate::names::string;

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
                self.foreign |= field;
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
                self.maybe(element.expr.as_deref(), queries);
                self.strange |= !element.opclass.is_empty();
            }
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
                let method = sample.method.last().and_then(string);
                self.strange |= !matches!(method, Some("bernoulli" | "system"));
                self.maybe(sample.relation.as_deref(), queries);
                self.nodes(&sample.args, queries);
                self.maybe(sample.repeatable.as_deref(), queries);
            }
            _ => self.document(node, queries),
        }
    }

    fn function(&mut self, call: &'a FuncCall, queries: usize) {
        self.call(&call.funcname);
        self.nodes(&call.args, queries);
        self.nodes(&call.agg_order, queries);
        self.maybe(call.agg_filter.as_deref(), queries);
        if let Some(window) = call.over.as_deref() {
            self.window(window, queries);
        }
    }

    fn window(&mut self, window: &'a WindowDef, queries: usize) {
        self.nodes(&window.partition_clause, queries);
        self.nodes(&window.order_clause, queries);
        self.maybe(window.start_offset.as_deref(), queries);
        self.maybe(window.end_offset.as_deref(), queries);
    }

    /// The grammar's own forms for XML and JSON.
    fn document(&mut self, node: &'a NodeEnum, queries: usize) {
        match node {
            NodeEnum::XmlExpr(xml) => {
                self.nodes(&xml.named_args, queries);
                self.nodes(&xml.args, queries);
            }
            NodeEnum::XmlSerialize(xml) => {
                self.kind(xml.type_name.as_ref());
                self.maybe(xml.expr.as_deref(), queries);
            }
            NodeEnum::JsonObjectConstructor(json) => {
                self.output(json.output.as_ref());
                self.nodes(&json.exprs, queries);
            }
            NodeEnum::JsonArrayConstructor(json) => {
                self.output(json.output.as_ref());
                self.nodes(&json.exprs, queries);
            }
            NodeEnum::JsonArrayQueryConstructor(json) => {
                self.output(json.output.as_ref());
                self.maybe(json.query.as_deref(), queries);
            }
            NodeEnum::JsonKeyValue(pair) => {
                self.maybe(pair.key.as_deref(), queries);
                self.value(pair.value.as_deref(), queries);
            }
            NodeEnum::JsonValueExpr(json) => self.value(Some(json), queries),
            NodeEnum::JsonArgument(argument) => self.value(argument.val.as_deref(), queries),
            NodeEnum::JsonIsPredicate(json) => self.maybe(json.expr.as_deref(), queries),
            NodeEnum::JsonFuncExpr(json) => {
                self.output(json.output.as_ref());
                self.value(json.context_item.as_deref(), queries);
                self.maybe(json.pathspec.as_deref(), queries);
                self.nodes(&json.passing, queries);
                self.behaviour(json.on_empty.as_deref(), queries);
                self.behaviour(json.on_error.as_deref(), queries);
            }
            NodeEnum::JsonObjectAgg(json) => {
                if let Some(pair) = json.arg.as_deref() {
                    self.maybe(pair.key.as_deref(), queries);
                    self.value(pair.value.as_deref(), queries);
                }
                self.aggregate(json.constructor.as_deref(), queries);
            }
            NodeEnum::JsonArrayAgg(json) => {
                self.value(json.arg.as_deref(), queries);
                self.aggregate(json.constructor.as_deref(), queries);
            }
            _ => self.strange = true,
        }
    }

    fn value(&mut self, json: Option<&'a JsonValueExpr>, queries: usize) {
        if let Some(json) = json {
            self.maybe(json.raw_expr.as_deref(), queries);
            self.maybe(json.formatted_expr.as_deref(), queries);
        }
    }

    fn behaviour(&mut self, behaviour: Option<&'a JsonBehavior>, queries: usize) {
        self.maybe(behaviour.and_then(|behaviour| behaviour.expr.as_deref()), queries);
    }

    fn output(&mut self, output: Option<&'a JsonOutput>) {
        if let Some(output) = output {
            self.kind(output.type_name.as_ref());
        }
    }

    fn aggregate(&mut self, constructor: Option<&'a JsonAggConstructor>, queries: usize) {
        let Some(constructor) = constructor else { return };
        self.output(constructor.output.as_ref());
        self.nodes(&constructor.agg_order, queries);
        self.maybe(constructor.agg_filter.as_deref(), queries);
        if let Some(window) = constructor.over.as_deref() {
            self.window(window, queries);
        }
    }
}
