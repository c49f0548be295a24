//! What a statement names besides relations, for looking it up: functions, operators, types, and fields that may be functions.

use model::Name;
use pg_query::NodeEnum;
use pg_query::protobuf::{AExpr, AExprKind, JoinExpr, Node, TypeName};

use crate::names::{qualified, some, string, strings};

/// Names in a statement, each as often as it stands there.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pub(crate) calls: Vec<Called>,
    pub(crate) operators: Vec<Called>,
    pub(crate) types: Vec<Name>,
    /// `(value).name`, which is also how a function may be called.
    pub(crate) fields: Vec<String>,
    /// Relations of FROM, and queries of a WITH.
    pub(crate) scanned: Vec<Name>,
    /// A name has a form that is not known here.
    pub(crate) strange: bool,
}

/// A function or an operator with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) name: Name,
    /// Which arguments have a type of their own: bit 0 is the first. The others take that of what is called.
    pub(crate) typed: u64,
}

/// What the server looks up for BETWEEN, in all its forms.
const BETWEEN: [&str; 4] = ["<", "<=", ">", ">="];

impl Named {
    /// Notes what one node names.
    pub(super) fn see(&mut self, node: &NodeEnum) {
        match node {
            NodeEnum::FuncCall(call) => match name(&call.funcname) {
                Some(name) => self.calls.push(Called { name, typed: typed(call.args.iter().map(Some)) }),
                None => self.strange = true,
            },
            NodeEnum::AExpr(operation) => self.operation(operation),
            NodeEnum::SubLink(link) if link.testexpr.is_some() => match name(&link.oper_name) {
                Some(name) => self.operators.push(Called { name, typed: 0 }),
                None => self.plain("=", 0),
            },
            NodeEnum::CaseExpr(case) if case.arg.is_some() => self.plain("=", 0),
            NodeEnum::JoinExpr(join) => self.join(join),
            NodeEnum::SortBy(by) => self.operators.extend(name(&by.use_op).map(|name| Called { name, typed: 0 })),
            NodeEnum::RangeTableSample(sample) => match qualified(&sample.method) {
                Some((None, "bernoulli" | "system")) => {}
                Some(_) => self.calls.extend(name(&sample.method).map(|name| Called { name, typed: 0 })),
                None => self.strange = true,
            },
            NodeEnum::RangeVar(table) => {
                let schema = some(&table.schemaname).map(str::to_owned);
                self.scanned.push(Name { schema, name: table.relname.clone() });
            }
            NodeEnum::ColumnRef(reference) => {
                let behind_another = reference.fields.get(1..).and_then(<[Node]>::last);
                self.fields.extend(behind_another.and_then(string).map(str::to_owned));
            }
            NodeEnum::AIndirection(indirection) => self.fields.extend(strings(&indirection.indirection)),
            _ => {}
        }
    }

    /// Notes a type.
    pub(super) fn kind(&mut self, kind: Option<&TypeName>) {
        match kind.filter(|kind| !kind.pct_type).and_then(|kind| name(&kind.names)) {
            Some(name) => self.types.push(name),
            None => self.strange = true,
        }
    }

    fn operation(&mut self, operation: &AExpr) {
        let typed = typed([operation.lexpr.as_deref(), operation.rexpr.as_deref()].into_iter());
        match operation.kind() {
            AExprKind::AexprBetween
            | AExprKind::AexprNotBetween
            | AExprKind::AexprBetweenSym
            | AExprKind::AexprNotBetweenSym => BETWEEN.iter().for_each(|name| self.plain(name, typed)),
            _ => match name(&operation.name) {
                Some(name) => self.operators.push(Called { name, typed }),
                None => self.strange = true,
            },
        }
    }

    /// Columns that two relations share are compared.
    fn join(&mut self, join: &JoinExpr) {
        if join.is_natural || !join.using_clause.is_empty() {
            self.plain("=", 0b11);
        }
    }

    fn plain(&mut self, operator: &str, typed: u64) {
        self.operators.push(Called { name: Name { schema: None, name: operator.to_owned() }, typed });
    }
}

fn name(nodes: &[Node]) -> Option<Name> {
    let (schema, name) = qualified(nodes)?;
    Some(Name { schema: schema.map(str::to_owned), name: name.to_owned() })
}

/// Which of these have a type of their own. Named arguments can stand in any order.
fn typed<'a>(args: impl Iterator<Item = Option<&'a Node>>) -> u64 {
    let mut bits = 0;
    for (at, arg) in args.enumerate().take(64) {
        match arg.and_then(|arg| arg.node.as_ref()) {
            Some(NodeEnum::NamedArgExpr(_)) => return 0,
            Some(NodeEnum::ParamRef(_) | NodeEnum::List(_) | NodeEnum::RowExpr(_)) => {}
            Some(NodeEnum::AConst(constant)) if is_untyped(constant) => {}
            Some(_) => bits |= 1_u64 << at,
            None => {}
        }
    }
    bits
}

/// Whether a constant takes the type that is asked for: a text, NULL.
fn is_untyped(constant: &pg_query::protobuf::AConst) -> bool {
    use pg_query::protobuf::a_const::Val;
    !matches!(constant.val, Some(Val::Ival(_) | Val::Fval(_) | Val::Boolval(_) | Val::Bsval(_)))
}
