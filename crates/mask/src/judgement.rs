//! What is to be done with one column of a result, and why.

use model::{Catalogue, ColumnId, Derived, Flow};

use crate::resolution::{Resolution, is_held};

/// How much of a column may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// All.
    Show,
    /// What the operators of its reasons leave.
    Operators,
    /// Nothing.
    Whole,
}

/// Why it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// Its values are those of this masked column.
    Of(ColumnId),
    /// It is made of this masked column, and perhaps of others.
    From(ColumnId),
    /// It comes from something that the catalogue does not hold.
    NotHeld,
    /// What it is made of cannot be told.
    NotTold,
    /// It has no origin, and where it comes from is not known because of the command.
    Command(Trust),
}

/// How far what is known of the flow of a command can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// All of it is understood.
    Understood,
    /// It sets off triggers, which run code that is not known.
    Triggers,
    /// It runs code that is not known.
    RunsCode,
    /// It is not understood.
    NotUnderstood,
    /// The session may have changed what names mean.
    Unsettled,
}

/// What is to be done with a column, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) level: Level,
    pub(crate) because: Vec<Because>,
}

impl Judgement {
    pub(crate) fn show() -> Self {
        Self { level: Level::Show, because: Vec::new() }
    }

    pub(crate) fn whole(because: Because) -> Self {
        Self { level: Level::Whole, because: vec![because] }
    }

    /// The stricter of two, with the reasons of both.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.level = self.level.max(other.level);
        self.because.extend(other.because);
        self.because.dedup();
        self
    }
}

/// A database, and what is masked in it.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) resolution: &'a Resolution,
}

impl Judge<'_> {
    /// Values of that column, unchanged; of a whole row when its number is 0.
    pub(crate) fn column(self, column: ColumnId) -> Judgement {
        if !is_held(self.catalogue, column) {
            return Judgement::whole(Because::NotHeld);
        }
        if column.column == 0 {
            return self.made(&[column]);
        }
        let reasons = self.resolution.reasons(column);
        let level = match reasons {
            [] => return Judgement::show(),
            reasons if reasons.iter().any(|reason| reason.whole) => Level::Whole,
            _ => Level::Operators,
        };
        Judgement { level, because: vec![Because::Of(column)] }
    }

    /// Something that is made of these.
    pub(crate) fn flow(self, flow: &Flow) -> Judgement {
        match (flow.how, flow.sources.as_slice()) {
            (Derived::Unknown, _) => Judgement::whole(Because::NotTold),
            (Derived::Same, [one]) => self.column(*one),
            (_, sources) => self.made(sources),
        }
    }

    /// Something that may tell of any of these.
    fn made(self, sources: &[ColumnId]) -> Judgement {
        let mut judgement = Judgement::show();
        for source in sources {
            if !is_held(self.catalogue, *source) {
                judgement = judgement.and(Judgement::whole(Because::NotHeld));
            }
            for masked in self.resolution.masked(self.catalogue, *source) {
                judgement = judgement.and(Judgement::whole(Because::From(masked)));
            }
        }
        judgement
    }
}
