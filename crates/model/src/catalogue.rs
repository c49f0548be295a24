//! What a database holds, as its inspection account sees it at one moment.

use std::collections::{HashMap, HashSet};

use crate::code::{Code, Operator};

/// One column of one relation, by the target's own numbers (PostgreSQL: OID and attribute number), which survive renaming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnId {
    /// The relation.
    pub relation: u32,
    /// The column; 0 = the row as a whole, with all columns.
    pub column: i16,
}

impl ColumnId {
    /// A column of a relation that no catalogue holds: it may be any value that the account can read.
    pub const ANYTHING: Self = Self { relation: 0, column: 0 };
}

/// What kind of thing a relation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// An ordinary table.
    Table,
    /// A table whose rows stand in its partitions.
    Partitioned,
    /// A view: its rows are computed when it is read.
    View,
    /// A view whose rows were computed earlier.
    Materialized,
    /// A table of another server.
    Foreign,
    /// Anything else: a sequence, a composite type.
    Other,
}

/// A column of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its number, from 1; negative for columns of the system.
    pub number: i16,
    /// Its name.
    pub name: String,
    /// The number of its type.
    pub kind: u32,
    /// Labels that somebody put on it at the target.
    pub labels: Vec<String>,
    /// Columns that its values are taken or computed from: of a view what stands in its definition, of a generated column
    /// the others of its row. All that it may be, when that is not known exactly, and [`ColumnId::ANYTHING`] where code
    /// that is not known makes it.
    pub from: Vec<ColumnId>,
    /// Its values are those of the one column in `from`, unchanged.
    pub same: bool,
}

/// A table, view or the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its number.
    pub id: u32,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: RelationKind,
    /// Its columns that have not been dropped, by number.
    pub columns: Vec<Column>,
    /// What it inherits from, or is a partition of.
    pub parents: Vec<u32>,
    /// Labels that somebody put on it at the target: they hold for all its columns.
    pub labels: Vec<String>,
    /// It has triggers, rules or the like, or what is written to it may go on to one that has, so that writing to it runs code
    /// that stands elsewhere.
    pub triggered: bool,
}

/// How far a function's result depends on more than its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volatility {
    /// Not at all.
    Immutable,
    /// On what is stored.
    Stable,
    /// On anything, and it may change things.
    Volatile,
}

/// A function, procedure or aggregate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its number.
    pub id: u32,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its language: `internal`, `c`, `sql`, `plpgsql`.
    pub language: String,
    /// What its result depends on.
    pub volatility: Volatility,
    /// It acts as its owner, not as who calls it.
    pub definer: bool,
    /// It came with the server.
    pub built_in: bool,
    /// Labels that somebody put on it at the target.
    pub labels: Vec<String>,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its number.
    pub id: u32,
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Of a domain the type below it; of an array that of its elements.
    pub made_of: Option<u32>,
    /// It is a domain: its values are those of the type below it.
    pub domain: bool,
    /// It is an array.
    pub array: bool,
    /// It came with the server.
    pub built_in: bool,
}

/// What a database holds. Made whole and never changed.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Grows when anything in it differs from the one before.
    pub version: u64,
    /// The major version of the server.
    pub server: u32,
    relations: HashMap<u32, Relation>,
    functions: HashMap<String, Vec<Function>>,
    types: HashMap<u32, Type>,
    names: HashMap<String, Vec<u32>>,
    running: HashSet<u32>,
    numbers: HashMap<u32, String>,
    operators: HashMap<String, Vec<usize>>,
    code: Code,
}

impl Catalogue {
    /// A catalogue of these.
    pub fn new(
        version: u64,
        server: u32,
        relations: Vec<Relation>,
        functions: Vec<Function>,
        types: Vec<Type>,
    ) -> Self {
        let mut made = Self { version, server, ..Self::default() };
        for relation in relations {
            made.names.entry(relation.name.clone()).or_default().push(relation.id);
            made.relations.insert(relation.id, relation);
        }
        for function in functions {
            if !function.built_in {
                made.numbers.insert(function.id, function.name.clone());
            }
            made.functions.entry(function.name.clone()).or_default().push(function);
        }
        made.types = types.into_iter().map(|kind| (kind.id, kind)).collect();
        made
    }

    /// Reading these relations runs code that is not known: functions in definitions of views, and in policies on rows.
    #[must_use]
    pub fn with_running(self, running: HashSet<u32>) -> Self {
        Self { running, ..self }
    }

    /// The code of users in it.
    #[must_use]
    pub fn with_code(mut self, code: Code) -> Self {
        self.operators.clear();
        for (at, operator) in code.operators.iter().enumerate() {
            self.operators.entry(operator.name.clone()).or_default().push(at);
        }
        Self { code, ..self }
    }

    /// The code of users in it.
    pub fn code(&self) -> &Code {
        &self.code
    }

    /// All operators of users that a name may stand for: without a schema, those of any.
    pub fn operators<'a>(&'a self, schema: Option<&'a str>, name: &str) -> impl Iterator<Item = &'a Operator> {
        let found = self.operators.get(name).map(Vec::as_slice).unwrap_or_default();
        let operators = found.iter().filter_map(|at| self.code.operators.get(*at));
        operators.filter(move |operator| schema.is_none_or(|schema| schema == operator.schema))
    }

    /// The function of users of that number.
    pub fn function(&self, id: u32) -> Option<&Function> {
        self.functions.get(self.numbers.get(&id)?)?.iter().find(|function| function.id == id)
    }

    /// Whether reading the relation runs code that is not known.
    pub fn runs_code(&self, relation: u32) -> bool {
        self.running.contains(&relation)
    }

    /// The relation of that number.
    pub fn relation(&self, id: u32) -> Option<&Relation> {
        self.relations.get(&id)
    }

    /// All relations, in no order.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations.values()
    }

    /// All relations that a name may stand for: without a schema, those of any.
    pub fn named<'a>(&'a self, schema: Option<&'a str>, name: &str) -> impl Iterator<Item = &'a Relation> {
        let found = self.names.get(name).map(Vec::as_slice).unwrap_or_default();
        let relations = found.iter().filter_map(|id| self.relations.get(id));
        relations.filter(move |relation| schema.is_none_or(|schema| schema == relation.schema))
    }

    /// All functions that a name may stand for: without a schema, those of any.
    pub fn functions<'a>(&'a self, schema: Option<&'a str>, name: &str) -> impl Iterator<Item = &'a Function> {
        let found = self.functions.get(name).map(Vec::as_slice).unwrap_or_default();
        found.iter().filter(move |function| schema.is_none_or(|schema| schema == function.schema))
    }

    /// The type of that number.
    pub fn kind(&self, id: u32) -> Option<&Type> {
        self.types.get(&id)
    }

    /// All types that a name may stand for: without a schema, those of any.
    pub fn kinds<'a>(&'a self, schema: Option<&'a str>, name: &'a str) -> impl Iterator<Item = &'a Type> {
        let named = self.types.values().filter(move |kind| kind.name == name);
        named.filter(move |kind| schema.is_none_or(|schema| schema == kind.schema))
    }

    /// The column of that number, when there is one.
    pub fn column(&self, id: ColumnId) -> Option<&Column> {
        self.relation(id.relation)?.columns.iter().find(|column| column.number == id.column)
    }
}
