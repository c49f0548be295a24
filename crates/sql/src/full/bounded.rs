//! Conditions that bound nothing.
//!
//! A condition bounds a write when it compares something of the row with something else. What is true for all rows by what they
//! hold, nobody can see in a text.

use pg_query::NodeEnum;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{
    AExpr, AExprKind, BoolExprType, BoolTestType, CaseExpr, InsertStmt, Node, OnConflictAction, RangeVar, SelectStmt,
    SubLink, SubLinkType,
};

use super::same::{column, negates, parts, relations};

/// The relation whose rows are written, and those that are read beside it.
pub(super) struct Target<'a> {
    relation: &'a str,
    /// What its columns may have in front of them.
    called: &'a str,
    /// What is read beside it: what it is called, and its relation.
    beside: Vec<(&'a str, &'a str)>,
    /// Inside another query a column with nothing in front is taken for one of that.
    inside: bool,
}

impl<'a> Target<'a> {
    pub(super) fn of(table: Option<&'a RangeVar>, beside: &'a [Node]) -> Self {
        let (relation, called) = table.map_or(("", ""), names);
        Self { relation, called, beside: relations(beside).into_iter().map(named).collect(), inside: false }
    }

    /// Whether a condition is true for every row, or may be, as far as can be seen without knowing the table.
    pub(super) fn is_trivial(&self, node: &Node) -> bool {
        match &node.node {
            Some(NodeEnum::BoolExpr(logic)) => match logic.boolop() {
                BoolExprType::OrExpr => logic.args.iter().any(|arg| self.is_trivial(arg)) || negates(&logic.args),
                _ => logic.args.iter().all(|arg| self.is_trivial(arg)),
            },
            Some(NodeEnum::AExpr(operation)) => self.compares_nothing(operation),
            Some(NodeEnum::BooleanTest(test)) => {
                let known = matches!(test.booltesttype(), BoolTestType::IsUnknown | BoolTestType::IsNotUnknown);
                test.arg.as_deref().is_none_or(|arg| known && is_test(arg) || self.is_trivial(arg))
            }
            Some(NodeEnum::NullTest(test)) => test
                .arg
                .as_deref()
                .is_none_or(|arg| is_test(arg) || self.columns(arg).is_some_and(|own| own.is_empty())),
            Some(NodeEnum::TypeCast(cast)) => cast.arg.as_deref().is_none_or(|arg| self.is_trivial(arg)),
            Some(NodeEnum::CaseExpr(case)) => self.chooses_nothing(case),
            Some(NodeEnum::CoalesceExpr(coalesce)) => coalesce.args.iter().any(|arg| self.lets_through(arg)),
            Some(NodeEnum::SubLink(link)) => self.asks_nothing(link),
            _ => self.is_fixed(node),
        }
    }

    /// Whether all rows are inserted again, each of which is changed then because it is there already.
    pub(super) fn is_inserted_again(&self, insert: &InsertStmt) -> bool {
        let changes = insert.on_conflict_clause.as_deref().is_some_and(|clause| {
            let any = || clause.where_clause.as_deref().is_none_or(|condition| self.is_trivial(condition));
            clause.action() == OnConflictAction::OnconflictUpdate && any()
        });
        let rows = insert.select_stmt.as_deref().and_then(|rows| rows.node.as_ref());
        changes && matches!(rows, Some(NodeEnum::SelectStmt(select)) if self.gives_all(select))
    }

    /// Whether both sides of a comparison are of the same columns, or neither is of any.
    fn compares_nothing(&self, operation: &AExpr) -> bool {
        let (Some(left), Some(right)) = (operation.lexpr.as_deref(), operation.rexpr.as_deref()) else {
            return [&operation.lexpr, &operation.rexpr].into_iter().flatten().all(|one| self.is_fixed(one));
        };
        match operation.kind() {
            // Each of true and false is one of two.
            AExprKind::AexprIn if is_test(left) => return true,
            AExprKind::AexprOpAll if is_empty(right) => return true,
            AExprKind::AexprLike | AExprKind::AexprIlike if fits_all(right) => return true,
            _ => {}
        }
        let (Some(left_own), Some(right_own)) = (self.columns(left), self.columns(right)) else { return false };
        left_own == right_own || self.is_itself(operation, left, right)
    }

    /// Whether a row is compared with the one of its own table that it is itself.
    fn is_itself(&self, operation: &AExpr, left: &Node, right: &Node) -> bool {
        let equal = matches!(operation.name.last().and_then(crate::names::string), Some("=" | "<=" | ">="));
        let (Some(left), Some(right)) = (column(left), column(right)) else { return false };
        let relation = |front: Option<&str>| match front {
            Some(front) if front == self.called => Some(self.relation),
            Some(front) => self.beside.iter().find(|(called, _)| *called == front).map(|(_, relation)| *relation),
            None => None,
        };
        let both = relation(left.0).zip(relation(right.0));
        equal && left.1 == right.1 && both.is_some_and(|(left, right)| left == right && left == self.relation)
    }

    /// Whether it is true whatever it chooses.
    fn chooses_nothing(&self, case: &CaseExpr) -> bool {
        let fixed = case.arg.as_deref().map(|arg| self.columns(arg));
        let chosen = case.args.iter().any(|arm| {
            let Some(NodeEnum::CaseWhen(when)) = &arm.node else { return true };
            let (Some(condition), Some(result)) = (when.expr.as_deref(), when.result.as_deref()) else { return true };
            let always = match &fixed {
                Some(of) => *of == self.columns(condition),
                None => self.is_trivial(condition),
            };
            always && self.lets_through(result)
        });
        chosen || case.defresult.as_deref().is_some_and(|other| self.lets_through(other))
    }

    /// Whether a part of a condition may be true for every row.
    fn lets_through(&self, node: &Node) -> bool {
        !is_false(node) && self.is_trivial(node)
    }

    /// Whether a query in a condition has the same answer for every row, or says yes to each.
    fn asks_nothing(&self, link: &SubLink) -> bool {
        let select = link.subselect.as_deref().and_then(|query| match &query.node {
            Some(NodeEnum::SelectStmt(select)) => Some(select.as_ref()),
            _ => None,
        });
        let Some(select) = select else { return true };
        let own = link.testexpr.as_deref().is_some_and(|test| !self.is_fixed(test));
        match link.sub_link_type() {
            SubLinkType::AnySublink | SubLinkType::AllSublink if own => self.gives_all(select),
            _ => !self.is_asked_in(select),
        }
    }

    /// Whether a query gives all rows of the table that is written to.
    fn gives_all(&self, select: &SelectStmt) -> bool {
        let from = relations(&select.from_clause);
        let [table] = from.as_slice() else { return false };
        let alone = select.limit_count.is_none() && select.having_clause.is_none() && select.from_clause.len() == 1;
        let all = || select.where_clause.as_deref().is_none_or(|node| Target::of(Some(table), &[]).is_trivial(node));
        table.relname == self.relation && alone && all()
    }

    /// Whether a query inside a condition compares something of the row with something else.
    fn is_asked_in(&self, select: &SelectStmt) -> bool {
        let mut beside: Vec<_> = relations(&select.from_clause).into_iter().map(named).collect();
        let hidden = beside.iter().any(|(called, _)| *called == self.called);
        beside.extend(&self.beside);
        let within = Target { relation: self.relation, called: self.called, beside, inside: true };
        let joins = select.from_clause.iter().filter_map(|from| match &from.node {
            Some(NodeEnum::JoinExpr(join)) => join.quals.as_deref(),
            _ => None,
        });
        !hidden && select.where_clause.as_deref().into_iter().chain(joins).any(|node| !within.is_trivial(node))
    }

    /// Whether a value is the same for every row.
    fn is_fixed(&self, node: &Node) -> bool {
        self.columns(node).is_some_and(|own| own.is_empty())
    }

    /// The columns of the row in an expression, in order; `None` when it holds something else that may be of the row.
    fn columns<'n>(&self, node: &'n Node) -> Option<Vec<&'n str>> {
        let (mut own, mut left) = (Vec::new(), vec![node]);
        while let Some(node) = left.pop() {
            match &node.node {
                Some(NodeEnum::ColumnRef(_)) => {
                    let (front, name) = column(node)?;
                    if front.map_or(!self.inside, |front| front == self.called) {
                        own.push(name);
                    }
                }
                Some(NodeEnum::SubLink(link)) if self.asks_nothing(link) => {}
                Some(_) => left.extend(parts(node)?),
                None => {}
            }
        }
        own.sort_unstable();
        own.dedup();
        Some(own)
    }
}

fn names(table: &RangeVar) -> (&str, &str) {
    let alias = table.alias.as_ref().map(|alias| alias.aliasname.as_str());
    (&table.relname, alias.unwrap_or(&table.relname))
}

fn named(table: &RangeVar) -> (&str, &str) {
    let (relation, called) = names(table);
    (called, relation)
}

/// Whether a value is true or false by what it is.
fn is_test(node: &Node) -> bool {
    match &node.node {
        Some(NodeEnum::BoolExpr(_) | NodeEnum::NullTest(_) | NodeEnum::BooleanTest(_)) => true,
        Some(NodeEnum::AExpr(operation)) => {
            let name = operation.name.last().and_then(crate::names::string);
            operation.kind() != AExprKind::AexprOp || matches!(name, Some("=" | "<>" | "<" | ">" | "<=" | ">="))
        }
        _ => false,
    }
}

fn is_false(node: &Node) -> bool {
    match &node.node {
        Some(NodeEnum::AConst(constant)) => match &constant.val {
            Some(Val::Boolval(value)) => !value.boolval,
            Some(_) => false,
            None => true,
        },
        _ => false,
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.node {
        Some(NodeEnum::TypeCast(cast)) => cast.arg.as_deref().is_some_and(is_empty),
        Some(NodeEnum::AArrayExpr(array)) => array.elements.is_empty(),
        Some(NodeEnum::AConst(constant)) => text(constant) == Some("{}"),
        _ => false,
    }
}

/// Whether any text is like that.
fn fits_all(node: &Node) -> bool {
    match &node.node {
        Some(NodeEnum::AConst(constant)) => {
            text(constant).is_some_and(|pattern| pattern.bytes().all(|sign| sign == b'%'))
        }
        _ => false,
    }
}

fn text(constant: &pg_query::protobuf::AConst) -> Option<&str> {
    match &constant.val {
        Some(Val::Sval(text)) => Some(&text.sval),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
