//! Which columns of a database are masked, by which rules. Made once for what a database holds and a set of rules.
//!
//! A rule holds for the columns that it names or that bear its label, and from there on it spreads:
//! to the column of the same name of all that inherits from the relation or is a partition of it, and of what it inherits
//! from or is a partition of; and to what is made of the column, in views and generated columns. What has its values
//! unchanged is masked as it is; what is computed from it is masked whole.

mod edges;
mod spread;

use std::collections::{HashMap, HashSet};

use model::{Catalogue, Column, ColumnId, ColumnPattern, MaskOperator, MaskRule, Positions, Relation};

use crate::system;
use edges::Edges;

/// Why a column is masked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ground {
    /// By the rule of that place in the list.
    Rule(usize),
    /// It is one of the system's that are always masked.
    BuiltIn,
    /// It is made of something that the catalogue does not hold.
    NotHeld,
}

/// How a mask came from one column to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// The other is that of the relation which this one's inherits from, or is a partition of.
    Parent,
    /// The other is that of a relation which inherits from this one's, or is a partition of it.
    Child,
    /// This one has the values of the other, unchanged.
    Same,
    /// This one is computed from the other, and perhaps from more.
    Computed,
}

/// One reason for masking a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) ground: Ground,
    /// Nothing of its values may be shown, whatever the operator would leave of them.
    pub(crate) whole: bool,
    /// The column that it came from, and how; `None` where the rule itself is about the column.
    pub(crate) from: Option<(ColumnId, Link)>,
}

/// The masked columns of a database.
pub(crate) struct Resolution {
    rules: Vec<MaskRule>,
    columns: HashMap<ColumnId, Vec<Reason>>,
    /// Relations with masked columns, and all that is made of them, even where it shows none of these.
    touching: HashSet<u32>,
    /// Somewhere there are triggers.
    triggers: bool,
}

impl Resolution {
    /// What the rules come to in this database.
    pub(crate) fn new(catalogue: &Catalogue, rules: &[MaskRule]) -> Self {
        let edges = Edges::new(catalogue);
        let columns = spread::spread(catalogue, &edges, named(catalogue, rules));
        let touching = spread::touching(&edges, columns.keys().map(|column| column.relation));
        let triggers = catalogue.relations().any(|relation| relation.triggered);
        Self { rules: rules.to_vec(), columns, touching, triggers }
    }

    /// Why the column is masked; empty when it is not.
    pub(crate) fn reasons(&self, column: ColumnId) -> &[Reason] {
        self.columns.get(&column).map(Vec::as_slice).unwrap_or_default()
    }

    /// The masked columns among those that a number stands for: all of the relation's when it is 0.
    pub(crate) fn masked(&self, catalogue: &Catalogue, column: ColumnId) -> Vec<ColumnId> {
        let all = catalogue.relation(column.relation).map(|relation| relation.columns.as_slice()).unwrap_or_default();
        let meant = all.iter().map(|one| ColumnId { column: one.number, ..column });
        meant.filter(|one| column.column == 0 || *one == column).filter(|one| !self.reasons(*one).is_empty()).collect()
    }

    /// Whether something of the relation is masked, or it is made of something that is.
    pub(crate) fn touches(&self, relation: u32) -> bool {
        self.touching.contains(&relation)
    }

    /// Whether there are triggers in the database.
    pub(crate) fn has_triggers(&self) -> bool {
        self.triggers
    }

    /// The rule that a reason stands for, unless it is built in.
    pub(crate) fn rule(&self, ground: Ground) -> Option<&MaskRule> {
        match ground {
            Ground::Rule(at) => self.rules.get(at),
            Ground::BuiltIn | Ground::NotHeld => None,
        }
    }

    /// What the reason has done with values.
    pub(crate) fn operator(&self, ground: Ground) -> Option<&MaskOperator> {
        match ground {
            Ground::Rule(_) => self.rule(ground).map(|rule| &rule.operator),
            Ground::BuiltIn => Some(&MaskOperator::Null),
            Ground::NotHeld => None,
        }
    }

    /// Whether the column would no longer be masked under another name: of its own, or `of_relation`, where the relation's
    /// name, schema or parent changes. What is made of other columns is known by their numbers.
    pub(crate) fn hangs_on_name(&self, column: ColumnId, of_relation: bool) -> bool {
        self.reasons(column).iter().any(|reason| {
            let rule = self.rule(reason.ground).map(|rule| &rule.columns);
            match (rule, reason.from) {
                (_, Some((_, Link::Same | Link::Computed))) => false,
                // Wherever a column of that name is, it is masked.
                (Some(ColumnPattern::Named { schema: None, relation: None, .. }), _) if of_relation => false,
                (_, Some((_, Link::Parent | Link::Child))) => true,
                (rule, None) => matches!(rule, Some(ColumnPattern::Named { .. })),
            }
        })
    }

    /// Whether the column is masked because of a label of its own.
    pub(crate) fn hangs_on_label(&self, column: ColumnId) -> bool {
        let labelled = |reason: &Reason| {
            matches!(self.rule(reason.ground).map(|rule| &rule.columns), Some(ColumnPattern::Label(_)))
        };
        self.reasons(column).iter().any(|reason| reason.from.is_none() && labelled(reason))
    }

    /// Whether anything may be asked about every column that a policy masks.
    pub(crate) fn allows_all(&self) -> bool {
        self.rules.iter().all(|rule| rule.positions == Positions::ALL)
    }

    /// What may be asked about a masked column: what all of its rules allow.
    pub(crate) fn positions(&self, column: ColumnId) -> Positions {
        let allowed = |reason: &Reason| self.rule(reason.ground).map_or(Positions::NONE, |rule| rule.positions);
        self.reasons(column).iter().map(allowed).reduce(Positions::and).unwrap_or_default()
    }
}

/// The columns that rules are about themselves, and those that are masked in any case.
fn named(catalogue: &Catalogue, rules: &[MaskRule]) -> Vec<(ColumnId, Ground)> {
    let mut found = Vec::new();
    for relation in catalogue.relations() {
        let rules: Vec<(usize, &MaskRule)> =
            rules.iter().enumerate().filter(|(_, rule)| may_fit(&rule.columns, relation)).collect();
        let system = system::is_system(relation);
        for column in &relation.columns {
            let id = ColumnId { relation: relation.id, column: column.number };
            let fitting = rules.iter().filter(|(_, rule)| fits(&rule.columns, relation, column));
            found.extend(fitting.map(|(at, _)| (id, Ground::Rule(*at))));
            if system::is_masked(relation, &column.name) {
                found.push((id, Ground::BuiltIn));
            }
            if !system && column.from.iter().any(|from| !is_held(catalogue, *from)) {
                found.push((id, Ground::NotHeld));
            }
        }
    }
    found
}

/// Whether the pattern may be about columns of the relation.
fn may_fit(pattern: &ColumnPattern, relation: &Relation) -> bool {
    match pattern {
        ColumnPattern::Label(_) => true,
        ColumnPattern::Named { schema, relation: name, .. } => {
            let schema_fits = match schema {
                Some(schema) => schema.fits(&relation.schema),
                None => !system::is_system(relation),
            };
            schema_fits && name.as_ref().is_none_or(|name| name.fits(&relation.name))
        }
    }
}

/// Whether a pattern that may be about the relation is about the column.
fn fits(pattern: &ColumnPattern, relation: &Relation, column: &Column) -> bool {
    match pattern {
        ColumnPattern::Label(label) => column.labels.contains(label) || relation.labels.contains(label),
        ColumnPattern::Named { column: name, .. } => name.fits(&column.name),
    }
}

/// Whether the catalogue holds the column. Those of the system that every table has need not be listed.
pub(crate) fn is_held(catalogue: &Catalogue, column: ColumnId) -> bool {
    match catalogue.relation(column.relation) {
        None => false,
        Some(_) => column.column <= 0 || catalogue.column(column).is_some(),
    }
}
