//! Which values of `context` a policy asks about. A value that none asks about is not given to Cedar, so that no decision
//! can hang on it, and does not stand in the key of the cache.

use cedar_policy::pst::{Clause, Expr, Template, Var};

use crate::attributes::{ATTRIBUTES, Attribute};

/// A set of attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mentions(u32);

impl Mentions {
    /// All attributes.
    pub(crate) const ALL: Self = Self((1 << ATTRIBUTES.len()) - 1);

    /// Those of a policy.
    pub(crate) fn of(policy: &Template) -> Self {
        let mut found = Self::default();
        for clause in policy.clauses() {
            let (Clause::When(body) | Clause::Unless(body)) = clause;
            found.read(body);
        }
        found
    }

    /// Whether it is among them.
    pub(crate) fn has(self, attribute: Attribute) -> bool {
        self.0 & (1 << attribute as u32) != 0
    }

    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Each of them.
    pub(crate) fn each(self) -> impl Iterator<Item = &'static crate::attributes::About> {
        ATTRIBUTES.iter().filter(move |about| self.has(about.attribute))
    }

    fn add(&mut self, of_statement: bool, name: Option<&str>) {
        for about in ATTRIBUTES.iter().filter(|about| about.of_statement == of_statement) {
            if name.is_none_or(|name| about.name == name) {
                self.0 |= 1 << about.attribute as u32;
            }
        }
    }

    /// `context` as a whole mentions everything, and so does what is not known here.
    fn read(&mut self, expr: &Expr) {
        match expr {
            Expr::Var(Var::Context) => *self = Self::ALL,
            Expr::GetAttr { expr, attr } => self.path(expr, &[attr.as_str()]),
            Expr::HasAttr { expr, attrs } => {
                let attrs: Vec<&str> = attrs.iter().map(|attr| attr.as_str()).collect();
                self.path(expr, &attrs);
            }
            Expr::Literal(_) | Expr::Var(_) | Expr::Slot(_) => {}
            Expr::UnaryOp { expr, .. } | Expr::Like { expr, .. } => self.read(expr),
            Expr::BinaryOp { left, right, .. } => [left, right].into_iter().for_each(|part| self.read(part)),
            Expr::Is { expr, in_expr, .. } => {
                std::iter::once(expr).chain(in_expr.as_ref()).for_each(|part| self.read(part));
            }
            Expr::IfThenElse { cond, then_expr, else_expr } => {
                [cond, then_expr, else_expr].into_iter().for_each(|part| self.read(part));
            }
            Expr::Set(parts) => parts.iter().for_each(|part| self.read(part)),
            Expr::Record(parts) => parts.values().for_each(|part| self.read(part)),
            _ => *self = Self::ALL,
        }
    }

    /// `expr` with these attributes behind it, outermost last.
    fn path(&mut self, expr: &Expr, behind: &[&str]) {
        match (expr, behind) {
            (Expr::Var(Var::Context), ["statement", name, ..]) => self.add(true, Some(name)),
            (Expr::Var(Var::Context), ["statement"]) => self.add(true, None),
            (Expr::Var(Var::Context), [name, ..]) => self.add(false, Some(name)),
            (Expr::GetAttr { expr, attr }, _) => {
                let longer: Vec<&str> = std::iter::once(attr.as_str()).chain(behind.iter().copied()).collect();
                self.path(expr, &longer);
            }
            _ => self.read(expr),
        }
    }
}
