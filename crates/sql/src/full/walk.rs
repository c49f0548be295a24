//! The way through a tree, and what is gathered on it.

use model::{Name, Reading, Verb};
use pg_query::NodeEnum;
use pg_query::protobuf::{Node, RangeVar, SelectStmt, TypeName};

use super::{Found, Named};
use crate::builtin;
use crate::names::qualified;

/// Something that is still to be looked at.
pub(super) enum Item<'a> {
    Node(&'a NodeEnum),
    Select(&'a SelectStmt),
}

/// Where no WITH has named anything.
pub(super) const NO_QUERIES: usize = usize::MAX;

/// The queries that a WITH has named, and those around it.
pub(super) struct Queries<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) outer: usize,
}

/// Goes through a tree without recursion.
#[derive(Default)]
pub(super) struct Walk<'a> {
    /// What is left, each with the number of the innermost WITH that it sees.
    pub(super) todo: Vec<(Item<'a>, usize)>,
    pub(super) queries: Vec<Queries<'a>>,
    /// What its parts do, with their names.
    pub(super) verbs: Vec<(Verb, &'static str)>,
    /// What running the functions and operators in it comes to.
    pub(super) calls: Vec<Verb>,
    /// A name that is better than that of its worst part.
    pub(super) name: Option<&'static str>,
    relations: Vec<Name>,
    functions: Vec<Name>,
    pub(super) limit: Option<u64>,
    /// A SELECT has been looked at: those behind it are inside another.
    pub(super) begun: bool,
    pub(super) unbounded: bool,
    pub(super) strange: bool,
    /// It holds `(value).name`, which may be a column or a function.
    pub(super) field: bool,
    /// What it runs, by name.
    pub(super) named: Named,
}

/// Stands for a name that the words of the statement give.
pub(super) const WORDS: &str = "";

pub(super) fn is_query(node: &NodeEnum) -> bool {
    matches!(
        node,
        NodeEnum::SelectStmt(_)
            | NodeEnum::InsertStmt(_)
            | NodeEnum::UpdateStmt(_)
            | NodeEnum::DeleteStmt(_)
            | NodeEnum::MergeStmt(_)
    )
}

impl<'a> Walk<'a> {
    /// Begins with a statement; whether it is of a kind that is known.
    pub(super) fn statement(&mut self, statement: &'a NodeEnum) -> bool {
        if is_query(statement) {
            self.does(Verb::Read, "SELECT");
            self.todo.push((Item::Node(statement), NO_QUERIES));
            return true;
        }
        self.holder(statement)
            || self.session(statement)
            || self.structure(statement)
            || self.code(statement)
            || self.object(statement)
            || self.rights(statement)
            || self.upkeep(statement)
    }

    pub(super) fn all(&mut self) {
        while let Some((item, queries)) = self.todo.pop() {
            match item {
                Item::Select(select) => self.select(select, queries),
                Item::Node(node) if is_query(node) => self.write_or_select(node, queries),
                Item::Node(node) => self.expression(node, queries),
            }
        }
    }

    pub(super) fn found(mut self) -> Found {
        self.relations.sort_unstable();
        self.relations.dedup();
        self.functions.sort_unstable();
        self.functions.dedup();
        let worst = self.verbs.iter().copied().max_by_key(|(verb, _)| *verb);
        let (verb, name) = worst.unwrap_or((Verb::Unknown, "UNKNOWN"));
        let name = self.name.unwrap_or(name);
        let mut verbs: Vec<Verb> = self.verbs.iter().map(|(verb, _)| *verb).chain(self.calls.iter().copied()).collect();
        verbs.sort_unstable();
        verbs.dedup();
        let verb = verbs.last().copied().unwrap_or(verb);
        let (relations, functions, limit) = (self.relations, self.functions, self.limit);
        let reading = Reading { verbs, relations, functions, limit, ..Reading::default() };
        let name = (name != WORDS).then_some(name);
        Found {
            verb,
            name,
            unbounded_write: self.unbounded,
            reading,
            all_known: !self.strange && !self.field,
            named: self.named,
            strange: self.strange,
        }
    }

    /// Whether nothing was found but what the server computes from constants.
    pub(super) fn is_plain(&self) -> bool {
        let reads = self.calls.iter().all(|verb| *verb == Verb::Read);
        reads && !self.strange && !self.field && self.verbs.is_empty() && self.relations.is_empty()
    }

    pub(super) fn does(&mut self, verb: Verb, name: &'static str) {
        self.verbs.push((verb, name));
    }

    /// What a statement does that its first words name.
    pub(super) fn worded(&mut self, verb: Verb) {
        self.does(verb, WORDS);
    }

    pub(super) fn node(&mut self, node: &'a Node, queries: usize) {
        if let Some(node) = &node.node {
            self.todo.push((Item::Node(node), queries));
        }
    }

    pub(super) fn maybe(&mut self, node: Option<&'a Node>, queries: usize) {
        if let Some(node) = node {
            self.node(node, queries);
        }
    }

    pub(super) fn nodes(&mut self, nodes: &'a [Node], queries: usize) {
        nodes.iter().for_each(|node| self.node(node, queries));
    }

    /// An expression of a statement that is no query.
    pub(super) fn runs(&mut self, node: Option<&'a Node>) {
        self.maybe(node, NO_QUERIES);
    }

    /// The query that a statement holds.
    pub(super) fn query(&mut self, node: Option<&'a Node>) {
        match node.and_then(|node| node.node.as_ref()) {
            Some(node) if is_query(node) => self.todo.push((Item::Node(node), NO_QUERIES)),
            _ => self.strange = true,
        }
    }

    /// What `look` finds is named, but not run now.
    pub(super) fn kept(&mut self, look: impl FnOnce(&mut Self)) {
        let mut inner = Walk::default();
        look(&mut inner);
        inner.all();
        self.named_by(inner);
    }

    /// Takes over the names that another found, without what it runs.
    pub(super) fn named_by(&mut self, inner: Self) {
        self.relations.extend(inner.relations);
        self.functions.extend(inner.functions);
        self.unbounded |= inner.unbounded;
        self.strange |= inner.strange;
        self.field |= inner.field;
    }

    pub(super) fn relation(&mut self, schema: &str, name: &str) {
        let schema = (!schema.is_empty()).then(|| schema.to_owned());
        self.relations.push(Name { schema, name: name.to_owned() });
    }

    /// A relation that is never a query of a WITH.
    pub(super) fn table(&mut self, table: Option<&'a RangeVar>) {
        match table {
            Some(table) => self.relation(&table.schemaname, &table.relname),
            None => self.strange = true,
        }
    }

    /// Relations of which all are of the kind that a list holds.
    pub(super) fn tables(&mut self, tables: &'a [Node]) {
        for table in tables {
            match &table.node {
                Some(NodeEnum::RangeVar(table)) => self.table(Some(table)),
                _ => self.strange = true,
            }
        }
    }

    /// Names a function that is not run now.
    pub(super) fn names_function(&mut self, name: &'a [Node]) -> Option<(Option<&'a str>, &'a str)> {
        let Some((schema, name)) = qualified(name) else {
            self.strange = true;
            return None;
        };
        self.functions.push(Name { schema: schema.map(str::to_owned), name: name.to_owned() });
        Some((schema, name))
    }

    /// Names a function that is run, and what that comes to.
    pub(super) fn call(&mut self, name: &'a [Node]) {
        let Some((schema, name)) = self.names_function(name) else { return };
        self.calls.push(builtin::called_in(schema, name).unwrap_or(Verb::Call));
    }

    pub(super) fn operator(&mut self, name: &'a [Node]) {
        let known = qualified(name).is_some_and(|(schema, name)| {
            schema.is_none_or(|schema| schema == "pg_catalog") && builtin::is_operator(name)
        });
        self.unless(known);
    }

    /// A type that values are made of.
    pub(super) fn kind(&mut self, kind: Option<&'a TypeName>) {
        self.named.kind(kind);
        let known = kind.is_some_and(|kind| {
            !kind.pct_type
                && qualified(&kind.names).is_some_and(|(schema, name)| {
                    schema.is_none_or(|schema| schema == "pg_catalog") && builtin::is_type(name)
                })
        });
        self.unless(known);
    }

    /// What is not known to come with the server runs code of which nothing is known.
    fn unless(&mut self, known: bool) {
        if !known {
            self.calls.push(Verb::Call);
        }
    }
}
