//! Expressions side by side: what they are made of, and which say the same.

use pg_query::NodeEnum;
use pg_query::protobuf::{AExprKind, BoolExprType, Node, RangeVar};

use crate::names::{string, strings};

/// A column: what stands in front of it, and its name. A `*` is the name of all.
pub(super) fn column(node: &Node) -> Option<(Option<&str>, &str)> {
    let Some(NodeEnum::ColumnRef(reference)) = &node.node else { return None };
    let (last, front) = reference.fields.split_last()?;
    Some((front.last().and_then(string), string(last).unwrap_or("*")))
}

/// The relations of a FROM, also those that are joined there.
pub(super) fn relations(from: &[Node]) -> Vec<&RangeVar> {
    let (mut found, mut left) = (Vec::new(), from.iter().collect::<Vec<_>>());
    while let Some(node) = left.pop() {
        match &node.node {
            Some(NodeEnum::RangeVar(table)) => found.push(table),
            Some(NodeEnum::JoinExpr(join)) => {
                left.extend([&join.larg, &join.rarg].into_iter().flatten().map(|side| &**side))
            }
            _ => {}
        }
    }
    found
}

/// What an expression is made of; `None` when it is not known here.
pub(super) fn parts(node: &Node) -> Option<Vec<&Node>> {
    Some(match node.node.as_ref()? {
        NodeEnum::AConst(_) | NodeEnum::ParamRef(_) | NodeEnum::SqlvalueFunction(_) => Vec::new(),
        NodeEnum::TypeCast(cast) => cast.arg.as_deref().into_iter().collect(),
        NodeEnum::CollateClause(collate) => collate.arg.as_deref().into_iter().collect(),
        NodeEnum::AExpr(operation) => {
            [&operation.lexpr, &operation.rexpr].into_iter().flatten().map(|side| &**side).collect()
        }
        NodeEnum::BoolExpr(logic) => logic.args.iter().collect(),
        NodeEnum::NullTest(test) => test.arg.as_deref().into_iter().collect(),
        NodeEnum::BooleanTest(test) => test.arg.as_deref().into_iter().collect(),
        NodeEnum::List(list) => list.items.iter().collect(),
        NodeEnum::AArrayExpr(array) => array.elements.iter().collect(),
        NodeEnum::RowExpr(row) => row.args.iter().collect(),
        NodeEnum::CoalesceExpr(coalesce) => coalesce.args.iter().collect(),
        NodeEnum::MinMaxExpr(most) => most.args.iter().collect(),
        NodeEnum::FuncCall(call) => call.args.iter().collect(),
        NodeEnum::NamedArgExpr(named) => named.arg.as_deref().into_iter().collect(),
        NodeEnum::CaseExpr(case) => {
            let ends = [&case.arg, &case.defresult].into_iter().flatten().map(|part| &**part);
            ends.chain(&case.args).collect()
        }
        NodeEnum::CaseWhen(when) => [&when.expr, &when.result].into_iter().flatten().map(|part| &**part).collect(),
        _ => return None,
    })
}

/// Whether of several conditions one says the opposite of another.
pub(super) fn negates(conditions: &[Node]) -> bool {
    let pairs = conditions
        .iter()
        .enumerate()
        .flat_map(|(at, one)| conditions.get(at + 1..).unwrap_or_default().iter().map(move |other| (one, other)));
    pairs.take(MOST_PAIRS).any(|(one, other)| are_opposite(one, other) || is_not(one, other) || is_not(other, one))
}

/// So many pairs of conditions are compared.
const MOST_PAIRS: usize = 1000;

fn is_not(one: &Node, other: &Node) -> bool {
    match &one.node {
        Some(NodeEnum::BoolExpr(logic)) if logic.boolop() == BoolExprType::NotExpr => {
            logic.args.first().is_some_and(|inner| is_same(inner, other))
        }
        _ => false,
    }
}

/// Operators of which one or the other is true.
const OPPOSITES: &[[&str; 2]] = &[["=", "<>"], ["<", ">="], [">", "<="], ["~~", "!~~"], ["~~*", "!~~*"], ["<=", ">="]];

fn are_opposite(one: &Node, other: &Node) -> bool {
    match (&one.node, &other.node) {
        (Some(NodeEnum::NullTest(one)), Some(NodeEnum::NullTest(other))) => {
            one.nulltesttype != other.nulltesttype && both(one.arg.as_deref(), other.arg.as_deref())
        }
        (Some(NodeEnum::AExpr(one)), Some(NodeEnum::AExpr(other))) => {
            let names = [&one.name, &other.name].map(|name| name.last().and_then(string).unwrap_or_default());
            let opposite = OPPOSITES.iter().any(|[a, b]| names == [*a, *b] || names == [*b, *a]);
            let sides = both(one.lexpr.as_deref(), other.lexpr.as_deref())
                && both(one.rexpr.as_deref(), other.rexpr.as_deref());
            opposite && one.kind() != AExprKind::AexprOpAny && one.kind() == other.kind() && sides
        }
        _ => false,
    }
}

fn both(one: Option<&Node>, other: Option<&Node>) -> bool {
    one.zip(other).is_some_and(|(one, other)| is_same(one, other))
}

/// Whether both say the same, as far as is known here: wherever they stand.
fn is_same(one: &Node, other: &Node) -> bool {
    let told = match (&one.node, &other.node) {
        (Some(NodeEnum::ColumnRef(one)), Some(NodeEnum::ColumnRef(other))) => {
            let (one, other) = (strings(&one.fields), strings(&other.fields));
            return one.iter().rev().zip(other.iter().rev()).all(|(one, other)| one == other);
        }
        (Some(NodeEnum::AConst(one)), Some(NodeEnum::AConst(other))) => return one.val == other.val,
        (Some(NodeEnum::ParamRef(one)), Some(NodeEnum::ParamRef(other))) => return one.number == other.number,
        (Some(NodeEnum::AExpr(one)), Some(NodeEnum::AExpr(other))) => {
            one.kind() == other.kind() && strings(&one.name) == strings(&other.name)
        }
        (Some(NodeEnum::FuncCall(one)), Some(NodeEnum::FuncCall(other))) => {
            strings(&one.funcname) == strings(&other.funcname)
        }
        (Some(NodeEnum::BoolExpr(one)), Some(NodeEnum::BoolExpr(other))) => one.boolop() == other.boolop(),
        (Some(NodeEnum::TypeCast(_)), Some(NodeEnum::TypeCast(_)))
        | (Some(NodeEnum::List(_)), Some(NodeEnum::List(_)))
        | (Some(NodeEnum::CoalesceExpr(_)), Some(NodeEnum::CoalesceExpr(_))) => true,
        _ => false,
    };
    let Some((one, other)) = parts(one).zip(parts(other)).filter(|_| told) else { return false };
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
}
