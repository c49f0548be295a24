//! How masks spread from the columns that rules are about.

use std::collections::{HashMap, HashSet};

use model::{Catalogue, ColumnId};

use super::edges::Edges;
use super::{Ground, Link, Reason};

/// A column that a mask has come to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Reached {
    column: ColumnId,
    ground: Ground,
    whole: bool,
    /// It came from a child, and does not go down again: the other partitions are not masked because one is.
    upwards: bool,
}

/// All masked columns. Each is visited a few times for each reason at most, whatever circles there are.
pub(super) fn spread(
    catalogue: &Catalogue,
    edges: &Edges,
    named: Vec<(ColumnId, Ground)>,
) -> HashMap<ColumnId, Vec<Reason>> {
    let (mut columns, mut seen) = (HashMap::<ColumnId, Vec<Reason>>::new(), HashSet::new());
    // What is made of something unknown has no value that an operator could be used on.
    let begin = |(column, ground)| (Reached { column, ground, whole: ground == Ground::NotHeld, upwards: false }, None);
    let mut left: Vec<(Reached, Option<(ColumnId, Link)>)> = named.into_iter().map(begin).collect();
    while let Some((at, from)) = left.pop() {
        if !seen.insert(at) {
            continue;
        }
        let reasons = columns.entry(at.column).or_default();
        if !reasons.iter().any(|reason| (reason.ground, reason.whole) == (at.ground, at.whole)) {
            reasons.push(Reason { ground: at.ground, whole: at.whole, from });
        }
        let next = onwards(catalogue, edges, at).into_iter();
        left.extend(next.map(|(next, link)| (next, Some((at.column, link)))));
    }
    columns
}

/// Where a mask goes from a column, and how it got there.
fn onwards(catalogue: &Catalogue, edges: &Edges, at: Reached) -> Vec<(Reached, Link)> {
    let relation = at.column.relation;
    let name = catalogue.column(at.column).map(|column| column.name.as_str()).unwrap_or_default();
    let namesake = |relation: u32| {
        let column = catalogue.relation(relation)?.columns.iter().find(|column| column.name == name)?;
        Some(ColumnId { relation, column: column.number })
    };
    let mut next = Vec::new();
    if !at.upwards {
        let children = edges.children(relation).iter().filter_map(|child| namesake(*child));
        next.extend(children.map(|column| (Reached { column, ..at }, Link::Parent)));
    }
    let parents = edges.parents(relation).iter().filter_map(|parent| namesake(*parent));
    next.extend(parents.map(|column| (Reached { column, upwards: true, ..at }, Link::Child)));
    next.extend(edges.made(at.column).map(|(column, link)| {
        let whole = at.whole || link == Link::Computed;
        (Reached { column, whole, upwards: false, ..at }, link)
    }));
    next
}

/// These relations, and all that is made of them.
pub(super) fn touching(edges: &Edges, masked: impl Iterator<Item = u32>) -> HashSet<u32> {
    let (mut found, mut left) = (HashSet::new(), masked.collect::<Vec<u32>>());
    while let Some(relation) = left.pop() {
        if found.insert(relation) {
            left.extend(edges.onwards(relation));
        }
    }
    found
}
