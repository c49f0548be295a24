//! What is made of what, the other way round than the catalogue has it.

use std::collections::HashMap;

use model::{Catalogue, ColumnId};

use super::Link;
use crate::system;

/// Ways that a mask can spread.
pub(super) struct Edges {
    children: HashMap<u32, Vec<u32>>,
    parents: HashMap<u32, Vec<u32>>,
    made: HashMap<ColumnId, Vec<(ColumnId, Link)>>,
    relations: HashMap<u32, Vec<u32>>,
}

impl Edges {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        let (mut children, mut parents) = (HashMap::<u32, Vec<u32>>::new(), HashMap::new());
        let (mut made, mut relations) = (HashMap::<_, Vec<_>>::new(), HashMap::<u32, Vec<u32>>::new());
        // What the system's own views show is on a list.
        for relation in catalogue.relations().filter(|relation| !system::is_system(relation)) {
            parents.insert(relation.id, relation.parents.clone());
            for parent in &relation.parents {
                children.entry(*parent).or_default().push(relation.id);
            }
            for column in &relation.columns {
                let id = ColumnId { relation: relation.id, column: column.number };
                let same = column.same && matches!(column.from.as_slice(), [one] if one.column != 0);
                for from in &column.from {
                    made.entry(*from).or_default().push((id, if same { Link::Same } else { Link::Computed }));
                    let onwards = relations.entry(from.relation).or_default();
                    if onwards.last() != Some(&relation.id) {
                        onwards.push(relation.id);
                    }
                }
            }
        }
        Self { children, parents, made, relations }
    }

    /// Relations that inherit from this one, or are its partitions.
    pub(super) fn children(&self, relation: u32) -> &[u32] {
        self.children.get(&relation).map(Vec::as_slice).unwrap_or_default()
    }

    /// Relations that this one inherits from, or is a partition of.
    pub(super) fn parents(&self, relation: u32) -> &[u32] {
        self.parents.get(&relation).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is made of a column, also as a part of its row.
    pub(super) fn made(&self, column: ColumnId) -> impl Iterator<Item = (ColumnId, Link)> {
        let row = ColumnId { column: 0, ..column };
        let of_row = self.made.get(&row).into_iter().flatten().map(|(made, _)| (*made, Link::Computed));
        self.made.get(&column).into_iter().flatten().copied().chain(of_row)
    }

    /// Relations in which something is made of this one, or that have its rows, or whose rows it has.
    pub(super) fn onwards(&self, relation: u32) -> impl Iterator<Item = u32> {
        let made = self.relations.get(&relation).map(Vec::as_slice).unwrap_or_default();
        made.iter().chain(self.children(relation)).chain(self.parents(relation)).copied()
    }
}
