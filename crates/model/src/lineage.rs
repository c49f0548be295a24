//! Where what a command shows comes from, and what else it does with the columns that it reads.

use crate::catalogue::ColumnId;
use crate::reading::Name;

/// What one column of a result is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// All columns that its values may depend on. Column 0 stands for all of a relation.
    pub sources: Vec<ColumnId>,
    /// What was done with them.
    pub how: Derived,
}

/// What was done with the sources of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Derived {
    /// Nothing: the values of one source, unchanged.
    Same,
    /// A function that is known to give a value for every value, and never an error.
    Total,
    /// Something else.
    Computed,
    /// It cannot be told: anything that the account can read may stand in it.
    #[default]
    Unknown,
}

/// What a column is used for, besides being shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// Compared with a constant or parameter for equality, and only that.
    Equality,
    /// Any other condition: WHERE, HAVING, FILTER, CASE, a join.
    Predicate,
    /// Rows are grouped, told apart, ordered or counted by it: GROUP BY, DISTINCT, ORDER BY, set operations, windows.
    Shape,
    /// Something is computed from it that can fail, and so tells of it: a cast, arithmetic.
    Computed,
    /// It is written elsewhere: INSERT ... SELECT, CREATE TABLE AS, UPDATE ... SET, a function that keeps it.
    Write,
    /// Its name or place is changed: that of the column, its relation or its schema, or what the relation is a part of.
    Renamed,
    /// What labels it has at the target is changed.
    Labelled,
    /// Its relation's name stands for something else in this session from then on.
    Shadowed,
}

/// One use of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The column; number 0 = all of the relation.
    pub column: ColumnId,
    /// What for.
    pub position: Position,
}

/// What is known of the flow of a command. A name that may stand for several things stands for all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// All of it was understood. If not, it may touch anything.
    pub known: bool,
    /// It runs code whose text is not known, which may read and show anything that the account can.
    pub runs_unknown: bool,
    /// Relations that are read, also those of which no column is named.
    pub relations: Vec<u32>,
    /// The columns of its result; `None` when their number is not known.
    pub outputs: Option<Vec<Flow>>,
    /// What else is done with columns.
    pub uses: Vec<Use>,
}

impl Lineage {
    /// Nothing is known: it may do everything with anything.
    pub fn unknown() -> Self {
        Self { known: false, runs_unknown: true, ..Self::default() }
    }
}

/// What a text names, read without a catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// All of it was understood. If not, it may name anything.
    pub known: bool,
    /// Tables, views and the like, read or written; not the names that it gives to parts of itself.
    pub relations: Vec<Name>,
    /// Columns by their names, of whatever relation.
    pub columns: Vec<String>,
    /// All columns of a relation are named together: `*`, a whole row, a COPY, an INSERT without a list.
    pub all_columns: bool,
}
