//! Relations and functions as policies write them: `orders`, or `public.orders`. A command that leaves the schema out may mean
//! the object of that name in any, so it counts as every one that a policy looks for.

use std::collections::BTreeSet;

use cedar_policy::pst::{Clause, Expr, Literal, Template};
use model::Name;

/// What policies look for, by schema and name.
pub(crate) type Sought = BTreeSet<String>;

/// All texts in the conditions of a policy that may be such a name.
pub(crate) fn sought(policy: &Template) -> Sought {
    let mut found = Sought::new();
    for clause in policy.clauses() {
        let (Clause::When(body) | Clause::Unless(body)) = clause;
        collect(body, &mut found);
    }
    found
}

fn collect(expr: &Expr, found: &mut Sought) {
    match expr {
        Expr::Literal(Literal::String(text)) if text.contains('.') => {
            found.insert(text.to_string());
        }
        Expr::UnaryOp { expr, .. }
        | Expr::Like { expr, .. }
        | Expr::GetAttr { expr, .. }
        | Expr::HasAttr { expr, .. } => {
            collect(expr, found);
        }
        Expr::BinaryOp { left, right, .. } => [left, right].into_iter().for_each(|part| collect(part, found)),
        Expr::IfThenElse { cond, then_expr, else_expr } => {
            [cond, then_expr, else_expr].into_iter().for_each(|part| collect(part, found));
        }
        Expr::Set(parts) => parts.iter().for_each(|part| collect(part, found)),
        Expr::Record(parts) => parts.values().for_each(|part| collect(part, found)),
        _ => {}
    }
}

/// These names in all the ways in which a policy may look for them, in order and each once.
pub(crate) fn named(names: &[Name], sought: &Sought) -> Vec<String> {
    let mut all = BTreeSet::new();
    for Name { schema, name } in names {
        let bare = escaped(name);
        match schema {
            Some(schema) => {
                all.insert(format!("{}.{bare}", escaped(schema)));
            }
            None => {
                let of_any_schema = |text: &&String| text.split_once('.').is_some_and(|(_, name)| name == bare);
                all.extend(sought.iter().filter(of_any_schema).cloned());
            }
        }
        all.insert(bare);
    }
    all.into_iter().collect()
}

/// A `.` in a name is written `%2E` (and `%` as `%25`), so that no two objects share a text.
fn escaped(name: &str) -> String {
    name.replace('%', "%25").replace('.', "%2E")
}
