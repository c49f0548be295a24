//! Expressions: what a value is made of.

use model::{Derived, Position};
use pg_query::NodeEnum;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{AExpr, AExprKind, CaseExpr, MultiAssignRef, Node, SubLink, SubLinkType};

use super::Analysis;
use super::conditions::literal;
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
            // With NULL as one of them it is NULL or not.
            NodeEnum::BoolExpr(logic) => {
                let value = self.together(&logic.args, scope);
                self.chosen(value)
            }
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
            NodeEnum::AArrayExpr(array) => {
                let value = self.together(&array.elements, scope);
                self.array_of(value)
            }
            NodeEnum::RowExpr(row) => self.computed(&row.args, scope),
            NodeEnum::List(list) => self.computed(&list.items, scope),
            NodeEnum::GroupingFunc(grouping) => self.computed(&grouping.args, scope),
            NodeEnum::AIndirection(indirection) => self.indirection(indirection, scope),
            NodeEnum::NamedArgExpr(named) => self.maybe(named.arg.as_deref(), scope),
            NodeEnum::MultiAssignRef(assign) => self.assigned(assign, scope),
            NodeEnum::ResTarget(target) => self.maybe(target.val.as_deref(), scope),
            NodeEnum::XmlExpr(xml) => self.xml(xml, scope),
            NodeEnum::XmlSerialize(xml) => {
                let value = self.maybe(xml.expr.as_deref(), scope);
                self.risky(value)
            }
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
    pub(super) fn computed(&mut self, nodes: &[Node], scope: &Scope<'_>) -> Value {
        self.together(nodes, scope).at_least(Derived::Computed)
    }

    /// Something made of these that can fail because of what they are.
    pub(super) fn risky(&mut self, value: Value) -> Value {
        self.used(&value, Position::Computed);
        value.at_least(Derived::Computed)
    }

    /// Something that is NULL, or one thing or another, because of what these are.
    fn chosen(&mut self, value: Value) -> Value {
        self.used(&value, Position::Predicate);
        value.at_least(Derived::Computed)
    }

    /// An array of these. Arrays inside another must have one size, and their sizes are not known here.
    fn array_of(&mut self, value: Value) -> Value {
        if value.how > Derived::Total { self.risky(value) } else { value.at_least(Derived::Computed) }
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
        let sides = [&operation.lexpr, &operation.rexpr].into_iter().filter_map(|side| side.as_deref());
        match operation.kind() {
            AExprKind::AexprOp if name == "||" && self.stays_small(sides, scope) => value.at_least(Derived::Computed),
            AExprKind::AexprOp | AExprKind::AexprLike | AExprKind::AexprIlike if is_calm(operation, name) => {
                value.at_least(Derived::Computed)
            }
            AExprKind::AexprDistinct | AExprKind::AexprNotDistinct => value.at_least(Derived::Computed),
            AExprKind::AexprIn | AExprKind::AexprNullif => self.chosen(value),
            _ if spelled => self.chosen(value),
            _ => self.risky(value),
        }
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
            SubLinkType::ArraySublink => self.array_of(value),
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
}

/// Whether an operator neither fails because of what a value is nor makes NULL of one that is not: comparisons of two
/// values, and patterns that are constants.
fn is_calm(operation: &AExpr, name: &str) -> bool {
    let sides = [&operation.lexpr, &operation.rexpr];
    // Of rows each field is compared for itself, and NULL is the answer where one of them is NULL.
    let rows =
        sides.iter().filter_map(|side| side.as_deref()).any(|side| matches!(side.node, Some(NodeEnum::RowExpr(_))));
    // A pattern that ends in a backslash fails, but only where the value has matched so far.
    let harmless = |node: &Node| matches!(literal(node), Some(Val::Sval(pattern)) if !pattern.sval.contains('\\'));
    let pattern = !builtin::takes_pattern(name) || operation.rexpr.as_deref().is_some_and(harmless);
    !rows && pattern && builtin::is_calm_operator(name)
}
