//! Whether an approval would lift a policy: found in the structure of its conditions.

use cedar_policy::pst::{BinaryOp, Clause, Expr, Literal, Template, UnaryOp, Var};

/// Whether the policy is certainly without effect once `approval` stands in `context.approvals`.
pub(crate) fn lifts(policy: &Template, approval: &str) -> bool {
    without_effect(policy, Given { place: APPROVALS, approval })
}

/// The same once it stands in `context.granted`.
pub(crate) fn lifts_for_a_time(policy: &Template, approval: &str) -> bool {
    without_effect(policy, Given { place: GRANTED, approval })
}

/// Where in `context` what was approved for one command stands.
const APPROVALS: &str = "approvals";
/// Where what was approved for access that lasts stands.
const GRANTED: &str = "granted";

/// A text that stands in a set of `context`.
#[derive(Clone, Copy)]
struct Given<'a> {
    place: &'static str,
    approval: &'a str,
}

fn without_effect(policy: &Template, approval: Given<'_>) -> bool {
    policy.clauses().iter().any(|clause| match clause {
        Clause::Unless(body) => given(body, approval) == Some(true),
        Clause::When(body) => given(body, approval) == Some(false),
    })
}

/// What an expression certainly is when the approval was given; `None` when that hangs on something else.
fn given(expr: &Expr, approval: Given<'_>) -> Option<bool> {
    match expr {
        Expr::Literal(Literal::Bool(value)) => Some(*value),
        Expr::UnaryOp { op: UnaryOp::Not, expr } => given(expr, approval).map(|value| !value),
        Expr::BinaryOp { op: BinaryOp::Contains, left, right } => {
            let named = matches!(&**right, Expr::Literal(Literal::String(text)) if text == approval.approval);
            (is(left, approval.place) && named).then_some(true)
        }
        Expr::BinaryOp { op: BinaryOp::Or, left, right } => match (given(left, approval), given(right, approval)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Expr::BinaryOp { op: BinaryOp::And, left, right } => match (given(left, approval), given(right, approval)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Texts that a policy looks for in `context.approvals` or `context.granted`.
pub(crate) fn looked_for(policy: &Template) -> Vec<String> {
    let mut found = Vec::new();
    for clause in policy.clauses() {
        let (Clause::When(body) | Clause::Unless(body)) = clause;
        collect(body, &mut found);
    }
    found
}

fn collect(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::BinaryOp { op: BinaryOp::Contains | BinaryOp::ContainsAll | BinaryOp::ContainsAny, left, right }
            if is(left, APPROVALS) || is(left, GRANTED) =>
        {
            texts(right, found);
        }
        Expr::BinaryOp { left, right, .. } => [left, right].into_iter().for_each(|part| collect(part, found)),
        Expr::UnaryOp { expr, .. } => collect(expr, found),
        Expr::IfThenElse { cond, then_expr, else_expr } => {
            [cond, then_expr, else_expr].into_iter().for_each(|part| collect(part, found));
        }
        _ => {}
    }
}

fn texts(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::Literal(Literal::String(text)) => found.push(text.to_string()),
        Expr::Set(parts) => parts.iter().for_each(|part| texts(part, found)),
        _ => {}
    }
}

fn is(expr: &Expr, place: &str) -> bool {
    matches!(expr, Expr::GetAttr { expr, attr } if attr == place && matches!(&**expr, Expr::Var(Var::Context)))
}
