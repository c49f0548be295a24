//! The grammar's own forms for XML and JSON.

use pg_query::NodeEnum;
use pg_query::protobuf::{JsonAggConstructor, JsonBehavior, JsonOutput, JsonValueExpr};

use super::walk::Walk;

impl<'a> Walk<'a> {
    /// The grammar's own forms for XML and JSON.
    pub(super) fn document(&mut self, node: &'a NodeEnum, queries: usize) {
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
            NodeEnum::JsonParseExpr(json) => {
                self.output(json.output.as_ref());
                self.value(json.expr.as_deref(), queries);
            }
            NodeEnum::JsonScalarExpr(json) => {
                self.output(json.output.as_ref());
                self.maybe(json.expr.as_deref(), queries);
            }
            NodeEnum::JsonSerializeExpr(json) => {
                self.output(json.output.as_ref());
                self.value(json.expr.as_deref(), queries);
            }
            _ => self.rows(node, queries),
        }
    }

    /// Rows that the grammar makes of a document.
    fn rows(&mut self, node: &'a NodeEnum, queries: usize) {
        match node {
            NodeEnum::RangeTableFunc(table) => {
                self.maybe(table.docexpr.as_deref(), queries);
                self.maybe(table.rowexpr.as_deref(), queries);
                self.nodes(&table.namespaces, queries);
                self.nodes(&table.columns, queries);
            }
            NodeEnum::RangeTableFuncCol(column) => {
                if !column.for_ordinality {
                    self.kind(column.type_name.as_ref());
                }
                self.maybe(column.colexpr.as_deref(), queries);
                self.maybe(column.coldefexpr.as_deref(), queries);
            }
            NodeEnum::JsonTable(table) => {
                self.value(table.context_item.as_deref(), queries);
                self.maybe(table.pathspec.as_deref().and_then(|path| path.string.as_deref()), queries);
                self.nodes(&table.passing, queries);
                self.nodes(&table.columns, queries);
                self.behaviour(table.on_error.as_deref(), queries);
            }
            NodeEnum::JsonTableColumn(column) => {
                if column.type_name.is_some() {
                    self.kind(column.type_name.as_ref());
                }
                self.maybe(column.pathspec.as_deref().and_then(|path| path.string.as_deref()), queries);
                self.nodes(&column.columns, queries);
                self.behaviour(column.on_empty.as_deref(), queries);
                self.behaviour(column.on_error.as_deref(), queries);
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
