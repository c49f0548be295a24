//! Conditions, and what rows are ordered and told apart by.

use model::{Derived, Position};
use pg_query::NodeEnum;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{AExpr, AExprKind, Node, WindowDef};

use super::Analysis;
use super::flow::Value;
use super::scope::Scope;
use crate::names::{qualified, some};

impl Analysis<'_> {
    /// A condition, of which each part is noted as one. What it gives depends on all of it.
    pub(super) fn condition(&mut self, node: &Node, scope: &Scope<'_>) -> Value {
        match &node.node {
            Some(NodeEnum::BoolExpr(logic)) => {
                let mut all = Value::constant();
                for part in &logic.args {
                    all.join(&self.condition(part, scope));
                }
                all.at_least(Derived::Computed)
            }
            Some(NodeEnum::AExpr(operation)) if is_equality(operation) => {
                let mut value = self.maybe(operation.lexpr.as_deref(), scope);
                value.join(&self.maybe(operation.rexpr.as_deref(), scope));
                let value = value.at_least(Derived::Computed);
                let column = [&operation.lexpr, &operation.rexpr].into_iter().flatten().find(|side| is_column(side));
                let plain = column.is_some_and(|side| {
                    let value = self.expression(side, scope);
                    value.how == Derived::Same && value.sources.iter().all(|source| source.column != 0)
                });
                self.used(&value, if plain { Position::Equality } else { Position::Predicate });
                value
            }
            _ => {
                let value = self.expression(node, scope);
                self.used(&value, Position::Predicate);
                value
            }
        }
    }

    /// A condition that may be left out, and whose value goes nowhere.
    pub(super) fn only_if(&mut self, node: Option<&Node>, scope: &Scope<'_>) {
        if let Some(node) = node {
            self.condition(node, scope);
        }
    }

    /// What an ORDER BY orders by.
    pub(super) fn sorted(&mut self, order: &[Node], scope: &Scope<'_>) -> Value {
        let mut all = Value::constant();
        for item in order {
            all.join(&self.sort_key(item, scope));
        }
        self.used(&all, Position::Shape);
        all
    }

    /// One item of an ORDER BY, also with an operator of somebody's own.
    pub(super) fn sort_key(&mut self, item: &Node, scope: &Scope<'_>) -> Value {
        let Some(NodeEnum::SortBy(by)) = &item.node else { return self.expression(item, scope) };
        let own = qualified(&by.use_op).is_some_and(|(schema, name)| {
            schema.is_some_and(|schema| schema != "pg_catalog") || !crate::builtin::is_operator(name)
        });
        if own {
            self.foreign();
        }
        self.maybe(by.node.as_deref(), scope)
    }

    /// What rows are told apart and ordered by in a window.
    pub(super) fn window(&mut self, window: &WindowDef, scope: &Scope<'_>) -> Value {
        let mut all = self.together(&window.partition_clause, scope);
        all.join(&self.sorted(&window.order_clause, scope));
        for bound in [&window.start_offset, &window.end_offset].into_iter().flatten() {
            all.join(&self.expression(bound, scope));
        }
        for name in [&window.name, &window.refname].into_iter().filter_map(|name| some(name)) {
            all.join(&scope.window(name));
        }
        self.used(&all, Position::Shape);
        all.at_least(Derived::Computed)
    }
}

/// A column that is compared with constants by `=` and nothing else.
fn is_equality(operation: &AExpr) -> bool {
    let (Some(left), Some(right)) = (operation.lexpr.as_deref(), operation.rexpr.as_deref()) else { return false };
    let named = qualified(&operation.name)
        .is_some_and(|(schema, name)| name == "=" && schema.is_none_or(|schema| schema == "pg_catalog"));
    match operation.kind() {
        AExprKind::AexprOp => named && (is_column(left) && is_constant(right) || is_constant(left) && is_column(right)),
        AExprKind::AexprIn => named && is_column(left) && are_constants(right),
        _ => false,
    }
}

fn is_column(node: &Node) -> bool {
    matches!(node.node, Some(NodeEnum::ColumnRef(_)))
}

/// A literal or parameter, perhaps with its type.
pub(super) fn is_constant(node: &Node) -> bool {
    match &node.node {
        Some(NodeEnum::AConst(_) | NodeEnum::ParamRef(_)) => true,
        Some(NodeEnum::TypeCast(cast)) => {
            cast.arg.as_deref().is_some_and(|arg| matches!(arg.node, Some(NodeEnum::AConst(_) | NodeEnum::ParamRef(_))))
        }
        _ => false,
    }
}

fn are_constants(node: &Node) -> bool {
    matches!(&node.node, Some(NodeEnum::List(list)) if list.items.iter().all(is_constant))
}

/// What a literal holds.
pub(super) fn literal(node: &Node) -> Option<&Val> {
    match &node.node {
        Some(NodeEnum::AConst(constant)) => constant.val.as_ref(),
        _ => None,
    }
}
