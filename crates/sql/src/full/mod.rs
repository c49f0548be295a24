//! Tier Full: what a statement does, by PostgreSQL's own grammar.
//!
//! Everything that stands in a statement is looked at, one node after the other. A node that is not known here, or a function,
//! operator or type that does not come with the server, keeps the statement from being Full.

mod bounded;
mod expressions;
mod named;
mod queries;

use model::{Name, Reading, Verb};
use pg_query::NodeEnum;
use pg_query::protobuf::{CopyStmt, ExplainStmt, Node, SelectStmt, TypeName};

use crate::builtin::{self, Class};
use crate::names::{qualified, string};
pub(crate) use named::{Called, Named};

/// What was found in a statement.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) verb: Verb,
    pub(crate) name: &'static str,
    pub(crate) unbounded_write: bool,
    pub(crate) reading: Reading,
    /// Nothing in it is unknown here.
    pub(crate) all_known: bool,
    /// What it names besides relations.
    pub(crate) named: Named,
    /// It holds something that is not known here, besides names.
    pub(crate) strange: bool,
}

/// Reads one statement; `None` when it is of a kind of which the lexer's reading is enough.
pub(crate) fn find(statement: &NodeEnum) -> Option<Found> {
    let mut walk = Walk::default();
    match statement {
        NodeEnum::ExplainStmt(explain) => walk.explain(explain),
        NodeEnum::CopyStmt(copy) => walk.copy(copy)?,
        NodeEnum::DeclareCursorStmt(cursor) => {
            walk.does(Verb::Read, "DECLARE");
            walk.query(cursor.query.as_deref());
        }
        _ if is_query(statement) => {
            walk.does(Verb::Read, "SELECT");
            walk.todo.push((Item::Node(statement), NO_QUERIES));
        }
        _ => return None,
    }
    walk.all();
    Some(walk.found())
}

fn is_query(node: &NodeEnum) -> bool {
    matches!(
        node,
        NodeEnum::SelectStmt(_)
            | NodeEnum::InsertStmt(_)
            | NodeEnum::UpdateStmt(_)
            | NodeEnum::DeleteStmt(_)
            | NodeEnum::MergeStmt(_)
    )
}

/// Something that is still to be looked at.
enum Item<'a> {
    Node(&'a NodeEnum),
    Select(&'a SelectStmt),
}

/// Where no WITH has named anything.
const NO_QUERIES: usize = usize::MAX;

/// The queries that a WITH has named, and those around it.
struct Queries<'a> {
    names: Vec<&'a str>,
    outer: usize,
}

/// Goes through a tree without recursion.
#[derive(Default)]
struct Walk<'a> {
    /// What is left, each with the number of the innermost WITH that it sees.
    todo: Vec<(Item<'a>, usize)>,
    queries: Vec<Queries<'a>>,
    verbs: Vec<(Verb, &'static str)>,
    relations: Vec<Name>,
    functions: Vec<Name>,
    limit: Option<u64>,
    /// A SELECT has been looked at: those behind it are inside another.
    begun: bool,
    unbounded: bool,
    strange: bool,
    /// A name in it is not known to come with the server.
    foreign: bool,
    named: Named,
}

impl<'a> Walk<'a> {
    fn all(&mut self) {
        while let Some((item, queries)) = self.todo.pop() {
            match item {
                Item::Select(select) => self.select(select, queries),
                Item::Node(node) if is_query(node) => self.write_or_select(node, queries),
                Item::Node(node) => self.expression(node, queries),
            }
        }
    }

    fn found(mut self) -> Found {
        self.relations.sort_unstable();
        self.relations.dedup();
        self.functions.sort_unstable();
        self.functions.dedup();
        let worst = self.verbs.iter().copied().max_by_key(|(verb, _)| *verb);
        let (verb, name) = worst.unwrap_or((Verb::Unknown, "UNKNOWN"));
        let mut verbs: Vec<Verb> = self.verbs.iter().map(|(verb, _)| *verb).collect();
        verbs.sort_unstable();
        verbs.dedup();
        let (relations, functions, limit) = (self.relations, self.functions, self.limit);
        let reading = Reading { verbs, relations, functions, limit, ..Reading::default() };
        Found {
            verb,
            name,
            unbounded_write: self.unbounded,
            reading,
            all_known: !self.strange && !self.foreign,
            named: self.named,
            strange: self.strange,
        }
    }

    fn does(&mut self, verb: Verb, name: &'static str) {
        self.verbs.push((verb, name));
    }

    fn node(&mut self, node: &'a Node, queries: usize) {
        if let Some(node) = &node.node {
            self.todo.push((Item::Node(node), queries));
        }
    }

    fn maybe(&mut self, node: Option<&'a Node>, queries: usize) {
        if let Some(node) = node {
            self.node(node, queries);
        }
    }

    fn nodes(&mut self, nodes: &'a [Node], queries: usize) {
        nodes.iter().for_each(|node| self.node(node, queries));
    }

    /// The query that a statement holds.
    fn query(&mut self, node: Option<&'a Node>) {
        match node.and_then(|node| node.node.as_ref()) {
            Some(node) if is_query(node) => self.todo.push((Item::Node(node), NO_QUERIES)),
            _ => self.strange = true,
        }
    }

    fn explain(&mut self, explain: &'a ExplainStmt) {
        let runs = analyzes(explain);
        self.does(Verb::Read, "EXPLAIN");
        let mut inner = Walk::default();
        inner.query(explain.query.as_deref());
        inner.all();
        if runs {
            self.verbs.extend(inner.verbs.iter().map(|(verb, _)| (*verb, "EXPLAIN ANALYZE")));
        }
        let verbs = std::mem::take(&mut self.verbs);
        *self = Self { verbs, ..inner };
    }

    /// A copy to the client; of the other kinds the first words say all.
    fn copy(&mut self, copy: &'a CopyStmt) -> Option<()> {
        if copy.is_from || copy.is_program || !copy.filename.is_empty() {
            return None;
        }
        self.does(Verb::CopyOut, "COPY TO STDOUT");
        match (&copy.query, &copy.relation) {
            (Some(query), _) => self.query(Some(query)),
            (None, Some(table)) => self.relation(&table.schemaname, &table.relname),
            (None, None) => self.strange = true,
        }
        Some(())
    }

    fn relation(&mut self, schema: &str, name: &str) {
        let schema = (!schema.is_empty()).then(|| schema.to_owned());
        self.relations.push(Name { schema, name: name.to_owned() });
    }

    fn call(&mut self, name: &'a [Node]) {
        let Some((schema, name)) = qualified(name) else {
            self.strange = true;
            return;
        };
        let own = schema.is_none_or(|schema| schema == "pg_catalog");
        self.foreign |= !own || builtin::function(name).is_none_or(|function| function.class != Class::Reads);
        self.functions.push(Name { schema: schema.map(str::to_owned), name: name.to_owned() });
    }

    fn operator(&mut self, name: &'a [Node]) {
        let known = qualified(name).is_some_and(|(schema, name)| {
            schema.is_none_or(|schema| schema == "pg_catalog") && builtin::is_operator(name)
        });
        self.foreign |= !known;
    }

    fn kind(&mut self, kind: Option<&TypeName>) {
        self.named.kind(kind);
        let known = kind.is_some_and(|kind| {
            !kind.pct_type
                && qualified(&kind.names).is_some_and(|(schema, name)| {
                    schema.is_none_or(|schema| schema == "pg_catalog") && builtin::is_type(name)
                })
        });
        self.foreign |= !known;
    }
}

/// Whether expressions, outside of any query, hold nothing but what is known here, and read nothing.
pub(crate) fn are_plain(expressions: &[Node]) -> bool {
    let mut walk = Walk::default();
    walk.nodes(expressions, NO_QUERIES);
    walk.all();
    !walk.strange && !walk.foreign && walk.verbs.is_empty() && walk.relations.is_empty()
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
