//! Statements that hold another, or run code that has a name.

use model::Verb;
use pg_query::NodeEnum;
use pg_query::protobuf::{CopyStmt, CreateTableAsStmt, ExplainStmt, Node};

use super::walk::{Item, NO_QUERIES, WORDS, Walk, is_query};
use crate::names::string;

impl<'a> Walk<'a> {
    pub(super) fn holder(&mut self, statement: &'a NodeEnum) -> bool {
        match statement {
            NodeEnum::ExplainStmt(explain) => self.explain(explain),
            NodeEnum::CopyStmt(copy) => self.copy(copy),
            NodeEnum::CreateTableAsStmt(create) => self.create_as(create),
            NodeEnum::DeclareCursorStmt(cursor) => {
                self.does(Verb::Read, "DECLARE");
                self.query(cursor.query.as_deref());
            }
            NodeEnum::PrepareStmt(prepare) => {
                self.name = Some(WORDS);
                self.does(Verb::Read, WORDS);
                for kind in &prepare.argtypes {
                    match &kind.node {
                        Some(NodeEnum::TypeName(kind)) => self.kind(Some(kind)),
                        _ => self.strange = true,
                    }
                }
                self.inside(prepare.query.as_deref());
            }
            NodeEnum::ExecuteStmt(execute) => {
                self.worded(Verb::Call);
                self.nodes(&execute.params, NO_QUERIES);
            }
            NodeEnum::CallStmt(call) => {
                self.worded(Verb::Call);
                if let Some(call) = call.funccall.as_deref() {
                    self.names_function(&call.funcname);
                    self.nodes(&call.args, NO_QUERIES);
                }
            }
            NodeEnum::DoStmt(_) | NodeEnum::LoadStmt(_) => self.worded(Verb::Call),
            _ => return false,
        }
        // What runs code that cannot be seen here may be a write of everything.
        self.unbounded |= matches!(
            statement,
            NodeEnum::ExecuteStmt(_) | NodeEnum::CallStmt(_) | NodeEnum::DoStmt(_) | NodeEnum::LoadStmt(_)
        );
        true
    }

    fn explain(&mut self, explain: &'a ExplainStmt) {
        let runs = analyzes(explain);
        let name = if runs { "EXPLAIN ANALYZE" } else { "EXPLAIN" };
        self.does(Verb::Read, name);
        self.name = Some(name);
        let mut inner = Walk::default();
        inner.inside(explain.query.as_deref());
        inner.all();
        // The planner runs functions too.
        self.calls.append(&mut inner.calls);
        if runs {
            self.verbs.append(&mut inner.verbs);
        }
        self.limit = inner.limit;
        self.named = std::mem::take(&mut inner.named);
        self.named_by(inner);
    }

    /// What may stand in EXPLAIN and PREPARE: a query, or what runs one.
    fn inside(&mut self, node: Option<&'a Node>) {
        match node.and_then(|node| node.node.as_ref()) {
            Some(node) if is_query(node) => self.todo.push((Item::Node(node), NO_QUERIES)),
            Some(
                node @ (NodeEnum::CreateTableAsStmt(_)
                | NodeEnum::DeclareCursorStmt(_)
                | NodeEnum::ExecuteStmt(_)
                | NodeEnum::RefreshMatViewStmt(_)),
            ) => {
                // Even when it is only planned, what it runs is not known here.
                if matches!(node, NodeEnum::ExecuteStmt(_)) {
                    self.calls.push(Verb::Call);
                }
                self.strange |= !self.statement(node);
            }
            _ => self.strange = true,
        }
    }

    /// `CREATE TABLE AS`, `CREATE MATERIALIZED VIEW`.
    fn create_as(&mut self, create: &'a CreateTableAsStmt) {
        self.name.get_or_insert(WORDS);
        self.worded(Verb::Ddl);
        self.table(create.into.as_deref().and_then(|into| into.rel.as_ref()));
        self.inside(create.query.as_deref());
    }

    fn copy(&mut self, copy: &'a CopyStmt) {
        let (verb, name) = match (copy.is_program, copy.filename.is_empty(), copy.is_from) {
            (true, ..) => (Verb::Unknown, "COPY PROGRAM"),
            (false, false, _) => (Verb::Unknown, "COPY FILE"),
            (false, true, true) => (Verb::CopyIn, "COPY FROM STDIN"),
            (false, true, false) => (Verb::CopyOut, "COPY TO STDOUT"),
        };
        self.does(verb, name);
        // What becomes of the file or the program is not for a grammar to say.
        self.strange |= verb == Verb::Unknown;
        self.unbounded |= verb == Verb::Unknown;
        match (copy.query.as_deref(), &copy.relation) {
            (Some(query), _) => self.copied(query, verb),
            (None, table) => self.table(table.as_ref()),
        }
        self.runs(copy.where_clause.as_deref());
    }

    /// A query whose result is copied, which may be what counts.
    fn copied(&mut self, query: &'a Node, verb: Verb) {
        let mut inner = Walk::default();
        inner.query(Some(query));
        inner.all();
        if inner.verbs.iter().any(|(inside, _)| *inside > verb) {
            self.name = Some("COPY QUERY");
        }
        self.verbs.append(&mut inner.verbs);
        self.calls.append(&mut inner.calls);
        self.limit = inner.limit;
        self.named = std::mem::take(&mut inner.named);
        self.named_by(inner);
    }
}

/// Whether an EXPLAIN runs what it explains.
pub(crate) fn analyzes(explain: &ExplainStmt) -> bool {
    explain.options.iter().any(|option| match &option.node {
        Some(NodeEnum::DefElem(option)) => option.defname == "analyze" && !is_off(option.arg.as_deref()),
        _ => true,
    })
}

/// Whether an option is said to be off.
fn is_off(value: Option<&Node>) -> bool {
    let Some(value) = value else { return false };
    match &value.node {
        Some(NodeEnum::Integer(number)) => number.ival == 0,
        Some(NodeEnum::Boolean(value)) => !value.boolval,
        _ => string(value).is_some_and(|word| word.eq_ignore_ascii_case("off") || word.eq_ignore_ascii_case("false")),
    }
}
