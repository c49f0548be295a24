//! Where what a statement shows comes from, read from PostgreSQL's own syntax tree.
//!
//! The reading errs to one side: whatever may flow into a column of the result stands among its sources, and what is not
//! understood makes everything unknown. Names stand for all that they may stand for in the catalogue: the search path is not
//! known here. docs/sql.md says what is taken for granted.

mod alter;
mod calls;
mod columns;
mod commands;
mod conditions;
mod conflicts;
mod constraints;
mod documents;
mod expression;
mod flow;
mod from;
mod label;
mod named;
mod query;
mod scope;
mod small;
mod structure;
mod upkeep;
mod with;
mod writes;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use model::{Catalogue, ColumnId, Derived, Lineage, Position, Use};
use pg_query::NodeEnum;

use self::flow::Value;
use crate::parsed::{Tree, with_tree};

/// Nodes and sources that are looked at for one statement; a statement that needs more is not known.
const MOST: usize = 1 << 18;

/// The lineage of one statement. Of several, or of one that the grammar does not take, nothing is known.
pub fn lineage(text: &str, catalogue: &Catalogue) -> Lineage {
    with_tree(text, |tree| of_tree(tree, None, catalogue)).unwrap_or_else(Lineage::unknown)
}

/// The lineage of a statement that has only a name for what it runs (EXECUTE, FETCH), with the text of that: the PREPARE, the
/// DECLARE, or the query itself.
pub fn lineage_behind(text: &str, behind: &str, catalogue: &Catalogue) -> Lineage {
    let read = |named: &Tree| match &named.statements()[..] {
        [one] => with_tree(text, |tree| of_tree(tree, Some(*one), catalogue)),
        _ => None,
    };
    with_tree(behind, read).flatten().unwrap_or_else(Lineage::unknown)
}

fn of_tree<'t>(tree: &Tree, behind: Option<&'t NodeEnum>, catalogue: &'t Catalogue) -> Lineage {
    let mut analysis = Analysis { behind, ..Analysis::new(catalogue) };
    let outputs = match &tree.statements()[..] {
        [] => Some(Vec::new()),
        [one] => analysis.command(one),
        _ => return Lineage::unknown(),
    };
    if !analysis.known {
        return Lineage::unknown();
    }
    Lineage {
        known: true,
        runs_unknown: analysis.runs_unknown,
        relations: analysis.relations.into_iter().collect(),
        outputs: outputs.map(|outputs| outputs.into_iter().map(Value::into_flow).collect()),
        uses: analysis.uses.into_iter().collect(),
    }
}

/// What has been found so far about one statement.
struct Analysis<'c> {
    catalogue: &'c Catalogue,
    /// What the statement has only a name for.
    behind: Option<&'c NodeEnum>,
    known: bool,
    runs_unknown: bool,
    relations: BTreeSet<u32>,
    uses: BTreeSet<Use>,
    /// Rows of the query go into a new table.
    stored: bool,
    /// The client is told how large and how slow the results are: EXPLAIN ANALYZE.
    measured: bool,
    left: usize,
}

impl<'c> Analysis<'c> {
    fn new(catalogue: &'c Catalogue) -> Self {
        Self {
            catalogue,
            behind: None,
            known: true,
            runs_unknown: false,
            relations: BTreeSet::new(),
            uses: BTreeSet::new(),
            stored: false,
            measured: false,
            left: MOST,
        }
    }

    /// Something that is not understood here.
    fn lost(&mut self) -> Value {
        self.known = false;
        Value::unknown()
    }

    /// Code that nobody knows here.
    fn foreign(&mut self) {
        self.runs_unknown = true;
    }

    /// Takes so much of what may be done; false when there is no more.
    fn spend(&mut self, amount: usize) -> bool {
        match self.left.checked_sub(amount) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.known = false;
                self.left = 0;
                false
            }
        }
    }

    /// Its sources are used so.
    fn used(&mut self, value: &Value, position: Position) {
        self.spend(value.sources.len());
        self.uses.extend(value.sources.iter().map(|column| Use { column: *column, position }));
        if value.how == Derived::Unknown {
            self.uses.insert(Use { column: ColumnId::ANYTHING, position });
        }
    }

    /// A relation is read.
    fn scanned(&mut self, id: u32) {
        self.relations.insert(id);
    }

    /// All columns of a relation.
    fn row_of(relation: u32) -> Value {
        Value { sources: vec![ColumnId { relation, column: 0 }], how: Derived::Computed }
    }
}
