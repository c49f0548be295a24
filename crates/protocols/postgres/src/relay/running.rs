//! A forwarded command: how large its result is and may be, and how it ends.

use std::sync::Arc;

use bytes::Bytes;
use model::{Class, Meter, Outcome, Public, Status};
use wire::{Go, Out, Plan};

use super::changes::Made;
use super::veiling::Veiling;
use crate::sqlstate::{self, Code};

/// Which limit a command passed, or why else its result is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    Rows(u64),
    Bytes(u64),
    /// With what its person was shown before.
    Rate(Box<Public>),
    Time,
    /// It cannot be masked.
    Unmaskable(Box<Public>),
}

impl Excess {
    /// What the client is told.
    pub(super) fn public(&self) -> Public {
        match self {
            Self::Rows(most) => Public::new(Class::Limit, format!("the result has more than {most} rows"))
                .with_hint("Ask for fewer rows, with a narrower WHERE or a LIMIT."),
            Self::Bytes(most) => Public::new(Class::Limit, format!("the result is larger than {most} bytes"))
                .with_hint("Ask for fewer rows or columns."),
            Self::Time => Public::new(Class::Cancelled, "the command ran for longer than it may")
                .with_hint("Make it do less at a time."),
            Self::Rate(public) | Self::Unmaskable(public) => public.as_ref().clone(),
        }
    }
}

/// A forwarded command, and what came of it so far.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) go: Go,
    max_rows: Option<u64>,
    max_bytes: Option<u64>,
    meter: Option<Arc<dyn Meter>>,
    rows: u64,
    bytes: u64,
    excess: Option<Excess>,
    may_commit: bool,
    /// The name that it makes.
    pub(super) made: Option<Box<Made>>,
    /// What masks its result.
    pub(super) veiling: Option<Box<Veiling>>,
}

impl Running {
    pub(super) fn new(go: Go, plan: &Plan, veiling: Option<Veiling>) -> Self {
        let (max_rows, max_bytes, meter) = (plan.max_rows, plan.max_bytes, plan.meter.clone());
        let veiling = veiling.map(Box::new);
        let (rows, bytes, excess, may_commit, made) = (0, 0, None, false, None);
        Self { go, max_rows, max_bytes, meter, rows, bytes, excess, may_commit, made, veiling }
    }

    /// Whether the target's own words for it may hold values that are masked.
    pub(super) fn scrubs(&self) -> bool {
        self.veiling.as_ref().is_some_and(|veiling| veiling.scrubs())
    }

    /// Bytes of its result that are held.
    pub(super) fn holds(&self) -> usize {
        self.veiling.as_ref().map_or(0, |veiling| veiling.holds())
    }

    /// Its result cannot be shown.
    pub(super) fn unmaskable(&mut self, why: Public) {
        self.excess.get_or_insert(Excess::Unmaskable(Box::new(why)));
    }

    /// What it did may be committed before the target answers with ReadyForQuery.
    pub(super) fn may_commit(&mut self) {
        self.may_commit = true;
    }

    /// Whether what it did may be kept although an error stands behind it.
    pub(super) fn may_be_kept(&self) -> bool {
        self.may_commit
    }

    /// Whether its result may be too large.
    pub(super) fn is_bounded(&self) -> bool {
        self.max_rows.is_some() || self.max_bytes.is_some() || self.meter.is_some()
    }

    /// The limit that it passed.
    pub(super) fn excess(&self) -> Option<&Excess> {
        self.excess.as_ref()
    }

    /// It has run for as long as it may.
    pub(super) fn overdue(&mut self) {
        self.excess.get_or_insert(Excess::Time);
    }

    /// A message of its result came, of so many bytes, with a row or without. Whether it may be shown.
    pub(super) fn admits(&mut self, bytes: usize, row: bool) -> bool {
        let rows = self.rows.saturating_add(u64::from(row));
        let bytes = self.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        let too_many = self.max_rows.filter(|most| rows > *most).map(Excess::Rows);
        let too_large = self.max_bytes.filter(|most| bytes > *most).map(Excess::Bytes);
        // Counted last: what is not shown for another reason takes no row from other commands.
        let too_much = too_many.or(too_large).or_else(|| self.metered(row));
        let admitted = too_much.is_none();
        if let Some(too_much) = too_much {
            self.excess.get_or_insert(too_much);
        } else {
            (self.rows, self.bytes) = (rows, bytes);
        }
        admitted
    }

    fn metered(&self, row: bool) -> Option<Excess> {
        let meter = self.meter.as_ref().filter(|_| row)?;
        meter.take().err().map(|public| Excess::Rate(Box::new(public)))
    }

    /// Writes down how it ended, and sends the last message of its answer.
    pub(super) fn settle(self, end: End, last: Bytes, out: &mut dyn Out) {
        let counted = (self.rows > 0).then_some(self.rows);
        let code = end.code.map(|code| code.as_str().to_owned());
        let masked = self.veiling.as_ref().map(|veiling| veiling.masked());
        let outcome = Outcome { rows: end.rows.or(counted), masked, code, ..Outcome::of(end.status) };
        out.outcome(self.go, outcome, last);
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) status: Status,
    /// What the target says; without it, what was counted.
    pub(super) rows: Option<u64>,
    pub(super) code: Option<Code>,
}

impl End {
    pub(super) fn of(status: Status) -> Self {
        Self { status, rows: None, code: None }
    }

    pub(super) fn done(rows: Option<u64>) -> Self {
        Self { rows, ..Self::of(Status::Done) }
    }

    pub(super) fn failed(code: Option<Code>) -> Self {
        Self { code, ..Self::of(Status::Failed) }
    }

    /// The same, but the client is told an error of that class.
    pub(super) fn told(self, public: &Public) -> Self {
        Self { code: Code::parse(sqlstate::of(public.class).as_bytes()), ..self }
    }

    /// The same, but what the target had completed was undone.
    pub(super) fn undone(self) -> Self {
        match self.status {
            Status::Done | Status::Suspended => Self::failed(self.code),
            _ => self,
        }
    }
}
