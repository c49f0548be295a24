//! What is known of one command: whether it may happen at all, and what is to be done with each column of its result.
//!
//! | what the command does | understood | runs code that is not known | not understood, or after changes of structure |
//! |---|---|---|---|
//! | asks: reads, copies out | column by column | what is derived is masked whole | refused, unless all may be asked |
//! | other that shows: settings, cursors, transactions | column by column | what is derived is masked whole | the same |
//! | runs: `CALL`, functions that may do anything | column by column | what is derived is masked whole | refused |
//! | stores: writes, copies in, structure, grants | column by column | refused; if it is only triggers, not | refused |
//!
//! Triggers and rules are code that an administrator put there. Rows of what they wrote to are masked whole, whichever columns
//! the target says they come from; so says the lineage, and so are rows that a rule shows unasked.
//!
//! What stores must be understood because nothing masks a copy once it stands elsewhere. After changes of structure in an open
//! transaction names may stand for other things than the catalogue says; what reads no relation may still store.

use model::{Catalogue, ColumnId, Derived, Flow, Lineage, RelationKind, Verb};

use crate::judgement::{Because, Judge, Judgement, Level, Trust};

/// A command in a database.
#[derive(Clone, Copy)]
pub(crate) struct Command<'a> {
    pub(crate) judge: Judge<'a>,
    pub(crate) lineage: &'a Lineage,
    pub(crate) verb: Verb,
    /// A transaction is open, or may be.
    pub(crate) in_transaction: bool,
    /// The session may have changed what names mean.
    pub(crate) unsettled: bool,
}

/// What a command does besides showing something, at worst.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing that would keep a value.
    Shows,
    /// It runs code.
    Runs,
    /// It keeps values.
    Stores,
}

impl Effect {
    fn of(verb: Verb) -> Self {
        match verb {
            Verb::Read | Verb::Session | Verb::Transaction | Verb::CopyOut => Self::Shows,
            Verb::SessionIdentity | Verb::SessionGuard => Self::Shows,
            Verb::Call | Verb::Unknown => Self::Runs,
            Verb::CopyIn | Verb::Write | Verb::Ddl | Verb::Grant => Self::Stores,
        }
    }
}

impl<'a> Command<'a> {
    /// How far its lineage can be relied on.
    pub(crate) fn trust(self) -> Trust {
        if self.unsettled {
            Trust::Unsettled
        } else if !self.lineage.known {
            Trust::NotUnderstood
        } else if self.lineage.runs_unknown {
            Trust::RunsCode
        } else if self.sets_off() {
            Trust::Triggers
        } else {
            Trust::Understood
        }
    }

    /// Whether it sets off triggers: those of what it writes to, or any, where what it changes is not among its relations
    /// (`TRUNCATE`, foreign keys) or triggers on events may be there.
    fn sets_off(self) -> bool {
        let triggered = |id: &u32| self.catalogue().relation(*id).is_none_or(|relation| relation.triggered);
        let anywhere = matches!(self.verb, Verb::Ddl | Verb::Grant) || self.lineage.relations.is_empty();
        match self.effect() {
            Effect::Shows => false,
            Effect::Stores if anywhere && self.judge.resolution.has_triggers() => true,
            _ => self.lineage.relations.iter().any(triggered),
        }
    }

    pub(crate) fn effect(self) -> Effect {
        Effect::of(self.verb)
    }

    /// Whether it asks the target something, and not everything may be asked: how many rows there are tells of values.
    pub(crate) fn asks(self) -> bool {
        matches!(self.verb, Verb::Read | Verb::CopyOut) && !self.judge.resolution.allows_all()
    }

    /// Whether nothing masked can come of it: neither in its result nor in what the target says about it.
    pub(crate) fn is_clear(self) -> bool {
        let reads = |id: &u32| {
            let (touches, held) = (self.judge.resolution.touches(*id), self.catalogue().relation(*id).is_some());
            touches || !held || self.catalogue().runs_code(*id)
        };
        let uses = |column: ColumnId| reads(&column.relation);
        let shows = |flows: &[Flow]| flows.iter().all(|flow| self.judge.flow(flow).level == Level::Show);
        // At the end of a transaction there are triggers that waited for it.
        let waited = self.verb == Verb::Transaction && self.in_transaction && self.judge.resolution.has_triggers();
        self.trust() == Trust::Understood
            && !waited
            && !self.lineage.relations.iter().any(reads)
            && !self.lineage.uses.iter().any(|used| uses(used.column))
            && self.lineage.outputs.as_deref().is_some_and(shows)
    }

    /// What is to be done with the column of its result at this place, among so many. The target may have said where its
    /// values come from; where it and the lineage differ, the stricter holds.
    pub(crate) fn output(self, at: usize, count: usize, origin: Option<ColumnId>) -> Judgement {
        let flow = self.flows(count).and_then(|flows| flows.get(at));
        match (origin, flow) {
            // A name may stand for columns of several relations: the target says of which these are.
            (Some(origin), Some(flow)) if flow.how == Derived::Same && flow.sources.contains(&origin) => {
                self.origin(origin)
            }
            (Some(origin), Some(flow)) => self.origin(origin).and(self.judge.flow(flow)),
            (Some(_), None) if self.trust() == Trust::Triggers => Judgement::whole(Because::Command(Trust::Triggers)),
            (Some(origin), None) => self.origin(origin),
            (None, Some(flow)) => self.judge.flow(flow),
            (None, None) => Judgement::whole(match self.trust() {
                Trust::Understood => Because::NotTold,
                trust => Because::Command(trust),
            }),
        }
    }

    /// What each column of its result is made of, where that can be relied on and is about so many columns.
    pub(crate) fn flows(self, count: usize) -> Option<&'a [Flow]> {
        let flows = self.lineage.outputs.as_deref().filter(|flows| flows.len() == count)?;
        matches!(self.trust(), Trust::Understood | Trust::Triggers).then_some(flows)
    }

    /// By where the target says that it comes from. That is proof; what a view is made of may have changed meanwhile.
    fn origin(self, origin: ColumnId) -> Judgement {
        let derived = || {
            let kind = self.catalogue().relation(origin.relation).map(|relation| relation.kind);
            let column = self.catalogue().column(origin);
            matches!(kind, Some(RelationKind::View | RelationKind::Materialized))
                || column.is_some_and(|column| !column.from.is_empty())
        };
        if self.unsettled && derived() {
            return Judgement::whole(Because::Command(Trust::Unsettled));
        }
        self.judge.column(origin)
    }

    fn catalogue(&self) -> &'a Catalogue {
        self.judge.catalogue
    }
}
