//! XML and JSON that the grammar itself makes and reads.

use model::{Derived, Position};
use pg_query::NodeEnum;
use pg_query::protobuf::{
    JsonAggConstructor, JsonFormatType, JsonKeyValue, JsonOutput, JsonValueExpr, XmlExpr, XmlExprOp,
};

use super::Analysis;
use super::flow::Value;
use super::scope::Scope;

impl Analysis<'_> {
    pub(super) fn xml(&mut self, xml: &XmlExpr, scope: &Scope<'_>) -> Value {
        let mut value = self.together(&xml.named_args, scope);
        value.join(&self.together(&xml.args, scope));
        match xml.op() {
            XmlExprOp::IsXmlelement | XmlExprOp::IsXmlforest => value.at_least(Derived::Computed),
            _ => self.risky(value),
        }
    }

    pub(super) fn json(&mut self, node: &NodeEnum, scope: &Scope<'_>) -> Value {
        match node {
            NodeEnum::JsonObjectConstructor(json) => {
                let value = self.computed(&json.exprs, scope);
                self.as_output(json.output.as_ref(), value)
            }
            NodeEnum::JsonArrayConstructor(json) => {
                let value = self.computed(&json.exprs, scope);
                self.as_output(json.output.as_ref(), value)
            }
            NodeEnum::JsonArrayQueryConstructor(json) => {
                let Some(query) = json.query.as_deref() else { return self.lost() };
                let value = self.query(query, scope).all().at_least(Derived::Computed);
                self.as_output(json.output.as_ref(), value)
            }
            NodeEnum::JsonKeyValue(pair) => self.json_pair(pair, scope),
            NodeEnum::JsonValueExpr(json) => self.json_value(Some(json), scope),
            NodeEnum::JsonArgument(argument) => self.json_value(argument.val.as_deref(), scope),
            NodeEnum::JsonIsPredicate(json) => {
                let value = self.maybe(json.expr.as_deref(), scope);
                self.risky(value)
            }
            NodeEnum::JsonScalarExpr(json) => self.maybe(json.expr.as_deref(), scope).at_least(Derived::Computed),
            NodeEnum::JsonParseExpr(json) => {
                let value = self.json_value(json.expr.as_deref(), scope);
                self.risky(value)
            }
            NodeEnum::JsonSerializeExpr(json) => {
                let value = self.json_value(json.expr.as_deref(), scope);
                self.risky(value)
            }
            NodeEnum::JsonFuncExpr(json) => {
                let mut value = self.json_value(json.context_item.as_deref(), scope);
                value.join(&self.maybe(json.pathspec.as_deref(), scope));
                value.join(&self.together(&json.passing, scope));
                for behaviour in [&json.on_empty, &json.on_error].into_iter().flatten() {
                    value.join(&self.maybe(behaviour.expr.as_deref(), scope));
                }
                let kind = json.output.as_ref().and_then(|output| output.type_name.as_ref());
                let value = self.risky(value);
                match kind {
                    Some(kind) => self.typed(kind, value),
                    None => value,
                }
            }
            NodeEnum::JsonObjectAgg(json) => {
                let value = json.arg.as_deref().map_or_else(Value::constant, |pair| self.json_pair(pair, scope));
                self.json_aggregate(json.constructor.as_deref(), value, scope)
            }
            NodeEnum::JsonArrayAgg(json) => {
                let value = self.json_value(json.arg.as_deref(), scope);
                self.json_aggregate(json.constructor.as_deref(), value, scope)
            }
            _ => self.lost(),
        }
    }

    fn json_pair(&mut self, pair: &JsonKeyValue, scope: &Scope<'_>) -> Value {
        // A key may not be there twice.
        let mut value = self.maybe(pair.key.as_deref(), scope);
        self.used(&value, Position::Computed);
        value.join(&self.json_value(pair.value.as_deref(), scope));
        value.at_least(Derived::Computed)
    }

    pub(super) fn json_value(&mut self, json: Option<&JsonValueExpr>, scope: &Scope<'_>) -> Value {
        let Some(json) = json else { return Value::constant() };
        let mut value = self.maybe(json.raw_expr.as_deref(), scope);
        value.join(&self.maybe(json.formatted_expr.as_deref(), scope));
        match &json.format {
            // FORMAT JSON reads a text.
            Some(format) if format.format_type() != JsonFormatType::JsFormatDefault => self.risky(value),
            _ => value.at_least(Derived::Computed),
        }
    }

    /// JSON in the type that RETURNING asks for, in which it may not fit.
    fn as_output(&mut self, output: Option<&JsonOutput>, value: Value) -> Value {
        match output.and_then(|output| output.type_name.as_ref()) {
            Some(kind) => {
                let value = self.risky(value);
                self.typed(kind, value)
            }
            None => value,
        }
    }

    fn json_aggregate(
        &mut self,
        constructor: Option<&JsonAggConstructor>,
        mut value: Value,
        scope: &Scope<'_>,
    ) -> Value {
        if let Some(constructor) = constructor {
            let order = self.sorted(&constructor.agg_order, scope);
            value.join(&order);
            if let Some(filter) = constructor.agg_filter.as_deref() {
                value.join(&self.condition(filter, scope));
            }
            if let Some(over) = constructor.over.as_deref() {
                value.join(&self.window(over, scope));
            }
            value = self.as_output(constructor.output.as_ref(), value);
        }
        value.at_least(Derived::Computed)
    }
}
