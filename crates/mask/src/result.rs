//! What masks one result.

use std::sync::Arc;

use model::{
    Catalogue, ColumnId, ColumnShown, Derived, Flow, Lineage, Mask, MaskOperator, Public, Treatment, ValueKind, Verb,
};

use crate::Keys;
use crate::command::Command;
use crate::judgement::{Because, Judge, Judgement, Level};
use crate::operators;
use crate::resolution::{Reason, Resolution};

/// How often a type may be made of another, or a column be the same as another, before it is taken as it is.
const DEEPEST: usize = 32;

/// Masks the result of one command.
pub(crate) struct ResultMask {
    pub(crate) keys: Arc<Keys>,
    /// The name of the resource: dates move by another number in each.
    pub(crate) resource: String,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) resolution: Arc<Resolution>,
    pub(crate) lineage: Arc<Lineage>,
    pub(crate) verb: Verb,
    pub(crate) in_transaction: bool,
    pub(crate) unsettled: bool,
}

impl ResultMask {
    pub(crate) fn command(&self) -> Command<'_> {
        Command {
            judge: Judge { catalogue: &self.catalogue, resolution: &self.resolution },
            lineage: &self.lineage,
            verb: self.verb,
            in_transaction: self.in_transaction,
            unsettled: self.unsettled,
        }
    }

    /// What a judgement comes to for values of a kind.
    fn treatment(&self, judgement: &Judgement, kind: &ValueKind) -> Treatment {
        let reasons = judgement.because.iter().flat_map(|because| self.reasons(because));
        let operators: Vec<&MaskOperator> =
            reasons.filter_map(|reason| self.resolution.operator(reason.ground)).collect();
        match (judgement.level, judgement.because.as_slice()) {
            (Level::Show, _) => Treatment::Show,
            (Level::Operators, [Because::Of(column), ..]) => {
                let operator = operators::strictest(operators, kind);
                operators::treatment(&operator, kind, &self.keys, &self.place(*column))
            }
            _ if operators.contains(&&MaskOperator::Null) => Treatment::Null,
            _ => operators::whole(kind),
        }
    }

    fn reasons(&self, because: &Because) -> &[Reason] {
        match because {
            Because::Of(column) | Because::From(column) => self.resolution.reasons(*column),
            Because::NotHeld | Because::NotTold | Because::Command(_) => &[],
        }
    }

    /// Names the column that values come from: the same for a view of it and for all partitions, after a restart and in a
    /// restored copy.
    fn place(&self, column: ColumnId) -> String {
        let mut at = column;
        for _ in 0..DEEPEST {
            match self.above(at) {
                Some(above) => at = above,
                None => break,
            }
        }
        let relation = self.catalogue.relation(at.relation);
        let (schema, relation) = relation.map_or(("", ""), |relation| (&relation.schema, &relation.name));
        let column = self.catalogue.column(at).map(|column| column.name.as_str()).unwrap_or_default();
        // Names may hold any character but this one.
        [&self.resource, schema, relation, column].join("\0")
    }

    /// The column that this one has its values from, or that stands above it.
    fn above(&self, at: ColumnId) -> Option<ColumnId> {
        let (relation, column) = (self.catalogue.relation(at.relation)?, self.catalogue.column(at)?);
        if let ([from], true) = (column.from.as_slice(), column.same) {
            return Some(*from);
        }
        let parent = self.catalogue.relation(*relation.parents.first()?)?;
        let namesake = parent.columns.iter().find(|other| other.name == column.name)?;
        Some(ColumnId { relation: parent.id, column: namesake.number })
    }

    /// The kind of what a copy shows, where that is a column as it is.
    fn kind(&self, flow: &Flow, kind_of: &dyn Fn(u32) -> ValueKind) -> Option<ValueKind> {
        let [source] = flow.sources.as_slice() else { return None };
        if flow.how != Derived::Same {
            return None;
        }
        let mut id = self.catalogue.column(*source)?.kind;
        for _ in 0..DEEPEST {
            match self.catalogue.kind(id).filter(|kind| kind.domain).and_then(|kind| kind.made_of) {
                Some(below) => id = below,
                None => break,
            }
        }
        Some(kind_of(id))
    }
}

impl Mask for ResultMask {
    fn columns(&self, columns: &[ColumnShown]) -> Result<Vec<Treatment>, Public> {
        let (command, count) = (self.command(), columns.len());
        let judged = columns.iter().enumerate().map(|(at, column)| {
            let judgement = command.output(at, count, column.origin);
            self.treatment(&judgement, &column.kind)
        });
        Ok(judged.collect())
    }

    fn copied(&self, count: usize, kind_of: &dyn Fn(u32) -> ValueKind) -> Result<Vec<(Treatment, ValueKind)>, Public> {
        let command = self.command();
        let judged = (0..count).map(|at| {
            let judgement = command.output(at, count, None);
            let flow = command.flows(count).and_then(|flows| flows.get(at));
            let kind = flow.and_then(|flow| self.kind(flow, kind_of)).unwrap_or(ValueKind::Other);
            (self.treatment(&judgement, &kind), kind)
        });
        Ok(judged.collect())
    }

    /// Wherever something masked may come of a command it may also stand in an error, of whatever part of it.
    fn scrubs(&self) -> bool {
        true
    }
}
