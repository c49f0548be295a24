//! Conditions that bound nothing.

use pg_query::NodeEnum;
use pg_query::protobuf::{BoolExprType, Node};

use crate::names::strings;

/// Whether a condition is true for every row, or may be, as far as can be seen without knowing the table: it compares nothing
/// of a row with anything else.
pub(super) fn is_trivial(node: &Node) -> bool {
    match &node.node {
        Some(NodeEnum::BoolExpr(logic)) => match logic.boolop() {
            BoolExprType::AndExpr => logic.args.iter().all(is_trivial),
            BoolExprType::OrExpr => logic.args.iter().any(is_trivial) || contradicts(&logic.args),
            _ => logic.args.iter().all(is_trivial),
        },
        Some(NodeEnum::AExpr(operation)) => match (operation.lexpr.as_deref(), operation.rexpr.as_deref()) {
            (Some(left), Some(right)) => is_same(left, right) || is_fixed(left) && is_fixed(right),
            (None, Some(one)) | (Some(one), None) => is_fixed(one),
            (None, None) => true,
        },
        _ => is_fixed(node),
    }
}

/// Whether a value is the same for every row.
fn is_fixed(node: &Node) -> bool {
    match &node.node {
        Some(NodeEnum::AConst(_) | NodeEnum::ParamRef(_) | NodeEnum::SqlvalueFunction(_)) => true,
        Some(NodeEnum::TypeCast(cast)) => cast.arg.as_deref().is_some_and(is_fixed),
        Some(NodeEnum::AExpr(operation)) => {
            [&operation.lexpr, &operation.rexpr].into_iter().flatten().all(|side| is_fixed(side))
        }
        Some(NodeEnum::List(list)) => list.items.iter().all(is_fixed),
        Some(NodeEnum::AArrayExpr(array)) => array.elements.iter().all(is_fixed),
        Some(NodeEnum::RowExpr(row)) => row.args.iter().all(is_fixed),
        Some(NodeEnum::CoalesceExpr(coalesce)) => coalesce.args.iter().all(is_fixed),
        Some(NodeEnum::FuncCall(call)) => call.args.iter().all(is_fixed),
        Some(NodeEnum::NullTest(test)) => test.arg.as_deref().is_some_and(is_fixed),
        Some(NodeEnum::BooleanTest(test)) => test.arg.as_deref().is_some_and(is_fixed),
        Some(NodeEnum::BoolExpr(logic)) => logic.args.iter().all(is_trivial),
        Some(NodeEnum::CollateClause(collate)) => collate.arg.as_deref().is_some_and(is_fixed),
        None => true,
        _ => false,
    }
}

/// Whether both are the same column, or may be: where one says its table and the other does not.
fn is_same(left: &Node, right: &Node) -> bool {
    match (&left.node, &right.node) {
        (Some(NodeEnum::ColumnRef(left)), Some(NodeEnum::ColumnRef(right))) => {
            let (left, right) = (strings(&left.fields), strings(&right.fields));
            left.iter().rev().zip(right.iter().rev()).all(|(left, right)| left == right)
        }
        _ => false,
    }
}

/// Whether `x IS NULL` and `x IS NOT NULL` stand side by side.
fn contradicts(args: &[Node]) -> bool {
    let tests = args.iter().filter_map(|arg| match &arg.node {
        Some(NodeEnum::NullTest(test)) => Some((test.nulltesttype, test.arg.as_deref()?)),
        _ => None,
    });
    let tests: Vec<_> = tests.collect();
    tests.iter().any(|(kind, arg)| tests.iter().any(|(other, with)| kind != other && is_same(arg, with)))
}
