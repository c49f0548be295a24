//! Texts that are put together, and whether they may grow too large: that they fail then would tell how long a value is.

use model::Derived;
use pg_query::NodeEnum;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{AExpr, AExprKind, Node};

use super::Analysis;
use super::calls::is_total;
use super::conditions::literal;
use super::scope::Scope;
use crate::names::qualified;

impl Analysis<'_> {
    /// Whether these are one column of text and literals. Literals are as short as the text of the command, so that it fails
    /// only where the column itself is as large as anything can be.
    pub(super) fn stays_small<'n>(&mut self, parts: impl IntoIterator<Item = &'n Node>, scope: &Scope<'_>) -> bool {
        let columns = parts.into_iter().map(|part| self.columns(part, scope)).sum::<Option<usize>>();
        columns.is_some_and(|columns| columns <= 1)
    }

    /// How many columns stand in a text that is put together of columns, what is never longer than one, and literals; `None`
    /// when it is made of anything else.
    fn columns(&mut self, node: &Node, scope: &Scope<'_>) -> Option<usize> {
        match &node.node {
            // Of a query it may be one thing or another, large or not.
            Some(NodeEnum::ColumnRef(reference)) => {
                let value = self.column_ref(reference, scope);
                let plain = value.how <= Derived::Total && !value.sources.is_empty();
                (plain && value.sources.iter().all(|source| self.is_text_column(*source))).then_some(1)
            }
            Some(NodeEnum::AConst(_)) => matches!(literal(node), Some(Val::Sval(_))).then_some(0),
            Some(NodeEnum::AExpr(operation)) if is_concatenation(operation) => {
                let (left, right) = (operation.lexpr.as_deref()?, operation.rexpr.as_deref()?);
                Some(self.columns(left, scope)? + self.columns(right, scope)?)
            }
            Some(NodeEnum::FuncCall(call)) => {
                let (None | Some("pg_catalog"), name) = qualified(&call.funcname)? else { return None };
                let bare = call.agg_filter.is_none() && call.over.is_none() && !call.agg_distinct;
                if bare && is_total(call, name) { self.columns(call.args.first()?, scope) } else { None }
            }
            _ => None,
        }
    }
}

fn is_concatenation(operation: &AExpr) -> bool {
    operation.kind() == AExprKind::AexprOp
        && qualified(&operation.name)
            .is_some_and(|(schema, name)| name == "||" && schema.is_none_or(|schema| schema == "pg_catalog"))
}
