//! Expressions: what a value is made of.

use model::{Derived, Position};
use pg_query::NodeEnum;
use pg_query::protobuf::{
    AExpr, AExprKind, CaseExpr, JsonAggConstructor, JsonKeyValue, JsonValueExpr, MultiAssignRef, Node, SubLink,
    SubLinkType, XmlExpr, XmlExprOp,
};

use super::Analysis;
use super::flow::Value;
use super::scope::Scope;
use crate::builtin;
use crate::names::qualified;

impl Analysis<'_> {
    /// What the value of an expression depends on. Whatever else is done with columns in it is noted.
    pub(super) fn expression(&mut self, node: &Node, scope: &Scope<'_>) -> Value {
        if !self.spend(1) {
            return Value::unknown();
        }
        let Some(node) = &node.node else { return Value::constant() };
        match node {
            NodeEnum::ColumnRef(reference) => self.column_ref(reference, scope),
            NodeEnum::AConst(_)
            | NodeEnum::ParamRef(_)
            | NodeEnum::SetToDefault(_)
            | NodeEnum::SqlvalueFunction(_)
            | NodeEnum::CurrentOfExpr(_)
            | NodeEnum::MergeSupportFunc(_) => Value::constant(),
            NodeEnum::AExpr(operation) => self.operation(operation, scope),
            NodeEnum::BoolExpr(logic) => self.computed(&logic.args, scope),
            NodeEnum::NullTest(test) => self.maybe(test.arg.as_deref(), scope).at_least(Derived::Computed),
            NodeEnum::BooleanTest(test) => self.maybe(test.arg.as_deref(), scope).at_least(Derived::Computed),
            NodeEnum::FuncCall(call) => self.call(call, scope),
            NodeEnum::TypeCast(cast) => self.cast(cast, scope),
            // The same text in another order of letters.
            NodeEnum::CollateClause(collate) => self.maybe(collate.arg.as_deref(), scope).at_least(Derived::Total),
            NodeEnum::SubLink(link) => self.sub_link(link, scope),
            NodeEnum::CaseExpr(case) => self.case(case, scope),
            NodeEnum::CoalesceExpr(coalesce) => self.computed(&coalesce.args, scope),
            NodeEnum::MinMaxExpr(most) => self.computed(&most.args, scope),
            NodeEnum::AArrayExpr(array) => self.computed(&array.elements, scope),
            NodeEnum::RowExpr(row) => self.computed(&row.args, scope),
            NodeEnum::List(list) => self.computed(&list.items, scope),
            NodeEnum::GroupingFunc(grouping) => self.computed(&grouping.args, scope),
            NodeEnum::AIndirection(indirection) => self.indirection(indirection, scope),
            NodeEnum::NamedArgExpr(named) => self.maybe(named.arg.as_deref(), scope),
            NodeEnum::MultiAssignRef(assign) => self.assigned(assign, scope),
            NodeEnum::ResTarget(target) => self.maybe(target.val.as_deref(), scope),
            NodeEnum::XmlExpr(xml) => self.xml(xml, scope),
            NodeEnum::XmlSerialize(xml) => self.maybe(xml.expr.as_deref(), scope).at_least(Derived::Computed),
            _ => self.json(node, scope),
        }
    }

    /// The value of what may be left out.
    pub(super) fn maybe(&mut self, node: Option<&Node>, scope: &Scope<'_>) -> Value {
        node.map_or_else(Value::constant, |node| self.expression(node, scope))
    }

    /// All of these together.
    pub(super) fn together(&mut self, nodes: &[Node], scope: &Scope<'_>) -> Value {
        let mut all = Value::constant();
        for node in nodes {
            all.join(&self.expression(node, scope));
        }
        all
    }

    /// Something made of all of these that cannot fail.
    fn computed(&mut self, nodes: &[Node], scope: &Scope<'_>) -> Value {
        self.together(nodes, scope).at_least(Derived::Computed)
    }

    /// Something made of these that can fail because of what they are.
    pub(super) fn risky(&mut self, value: Value) -> Value {
        self.used(&value, Position::Computed);
        value.at_least(Derived::Computed)
    }

    fn operation(&mut self, operation: &AExpr, scope: &Scope<'_>) -> Value {
        let mut value = self.maybe(operation.lexpr.as_deref(), scope);
        value.join(&self.maybe(operation.rexpr.as_deref(), scope));
        let Some((schema, name)) = qualified(&operation.name) else { return self.lost() };
        // The grammar writes BETWEEN and its like where an operator's name would be.
        let spelled = matches!(
            operation.kind(),
            AExprKind::AexprBetween
                | AExprKind::AexprNotBetween
                | AExprKind::AexprBetweenSym
                | AExprKind::AexprNotBetweenSym
        );
        if !spelled && (schema.is_some_and(|schema| schema != "pg_catalog") || !builtin::is_operator(name)) {
            self.foreign();
            self.used(&value, Position::Write);
            return value.at_least(Derived::Unknown);
        }
        if spelled || builtin::is_calm_operator(name) {
            return value.at_least(Derived::Computed);
        }
        self.risky(value)
    }

    /// `CASE`: which branch is taken tells of its condition.
    fn case(&mut self, case: &CaseExpr, scope: &Scope<'_>) -> Value {
        let mut all = Value::constant();
        if let Some(arg) = case.arg.as_deref() {
            let value = self.expression(arg, scope);
            self.used(&value, Position::Predicate);
            all.join(&value);
        }
        for branch in &case.args {
            let Some(NodeEnum::CaseWhen(when)) = &branch.node else { return self.lost() };
            if let Some(condition) = when.expr.as_deref() {
                all.join(&self.condition(condition, scope));
            }
            all.join(&self.maybe(when.result.as_deref(), scope));
        }
        all.join(&self.maybe(case.defresult.as_deref(), scope));
        all.at_least(Derived::Computed)
    }

    fn sub_link(&mut self, link: &SubLink, scope: &Scope<'_>) -> Value {
        let test = self.maybe(link.testexpr.as_deref(), scope);
        let Some(query) = link.subselect.as_deref() else { return self.lost() };
        let value = self.query(query, scope).all();
        match link.sub_link_type() {
            SubLinkType::ExprSublink => value,
            SubLinkType::ArraySublink => value.at_least(Derived::Computed),
            // Only whether there is a row; its conditions have been noted.
            SubLinkType::ExistsSublink => Value::constant(),
            SubLinkType::AnySublink | SubLinkType::AllSublink | SubLinkType::RowcompareSublink => {
                let mut all = test;
                all.join(&value);
                if !link.oper_name.is_empty()
                    && !qualified(&link.oper_name).is_some_and(|(schema, name)| {
                        schema.is_none_or(|schema| schema == "pg_catalog") && builtin::is_operator(name)
                    })
                {
                    self.foreign();
                    return all.at_least(Derived::Unknown);
                }
                self.used(&all, Position::Predicate);
                all.at_least(Derived::Computed)
            }
            _ => self.lost(),
        }
    }

    /// One of the columns of `SET (a, b) = ...`.
    fn assigned(&mut self, assign: &MultiAssignRef, scope: &Scope<'_>) -> Value {
        let Some(source) = assign.source.as_deref() else { return self.lost() };
        let at = usize::try_from(assign.colno - 1).unwrap_or(usize::MAX);
        match &source.node {
            Some(NodeEnum::RowExpr(row)) if row.args.get(at).is_some() => self.maybe(row.args.get(at), scope),
            Some(NodeEnum::SubLink(link)) => {
                let Some(query) = link.subselect.as_deref() else { return self.lost() };
                let outputs = self.query(query, scope);
                match (&outputs.rest, outputs.columns.get(at)) {
                    (None, Some(column)) => column.value.clone(),
                    _ => outputs.all(),
                }
            }
            _ => self.expression(source, scope).at_least(Derived::Computed),
        }
    }

    fn xml(&mut self, xml: &XmlExpr, scope: &Scope<'_>) -> Value {
        let mut value = self.together(&xml.named_args, scope);
        value.join(&self.together(&xml.args, scope));
        match xml.op() {
            XmlExprOp::IsXmlparse | XmlExprOp::IsXmlpi => self.risky(value),
            _ => value.at_least(Derived::Computed),
        }
    }

    fn json(&mut self, node: &NodeEnum, scope: &Scope<'_>) -> Value {
        match node {
            NodeEnum::JsonObjectConstructor(json) => self.computed(&json.exprs, scope),
            NodeEnum::JsonArrayConstructor(json) => self.computed(&json.exprs, scope),
            NodeEnum::JsonArrayQueryConstructor(json) => {
                let Some(query) = json.query.as_deref() else { return self.lost() };
                self.query(query, scope).all().at_least(Derived::Computed)
            }
            NodeEnum::JsonKeyValue(pair) => self.json_pair(pair, scope),
            NodeEnum::JsonValueExpr(json) => self.json_value(Some(json), scope),
            NodeEnum::JsonArgument(argument) => self.json_value(argument.val.as_deref(), scope),
            NodeEnum::JsonIsPredicate(json) => self.maybe(json.expr.as_deref(), scope).at_least(Derived::Computed),
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
        let mut value = self.maybe(pair.key.as_deref(), scope);
        value.join(&self.json_value(pair.value.as_deref(), scope));
        value.at_least(Derived::Computed)
    }

    pub(super) fn json_value(&mut self, json: Option<&JsonValueExpr>, scope: &Scope<'_>) -> Value {
        let Some(json) = json else { return Value::constant() };
        let mut value = self.maybe(json.raw_expr.as_deref(), scope);
        value.join(&self.maybe(json.formatted_expr.as_deref(), scope));
        value.at_least(Derived::Computed)
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
        }
        value.at_least(Derived::Computed)
    }
}
