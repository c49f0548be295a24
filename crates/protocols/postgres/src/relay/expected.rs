//! What the target owes: one entry for each message that it will answer, in order.

use std::collections::VecDeque;

use bytes::Bytes;
use model::{Outcome, Status};
use wire::{Go, Out};

use crate::sqlstate::Code;

/// A forwarded command, and what came of it so far.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) go: Go,
    rows: u64,
}

impl Running {
    pub(super) fn new(go: Go) -> Self {
        Self { go, rows: 0 }
    }

    /// A row went to the client.
    pub(super) fn count_row(&mut self) {
        self.rows = self.rows.saturating_add(1);
    }

    /// Writes down how it ended, and sends the last message of its answer.
    pub(super) fn settle(self, end: End, last: Bytes, out: &mut dyn Out) {
        let counted = (self.rows > 0).then_some(self.rows);
        let code = end.code.map(|code| code.as_str().to_owned());
        let outcome = Outcome { rows: end.rows.or(counted), code, ..Outcome::of(end.status) };
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
}

/// Whether COPY data flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Copy {
    #[default]
    No,
    In {
        /// So many Syncs were sent into it. It swallows those that it reads before it fails.
        syncs: usize,
    },
    Out,
}

/// The commands of one Query.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Those that have not ended; the first is the one that runs.
    pub(super) commands: VecDeque<Running>,
    /// The text could not be cut into statements, so it may complete more of them than were decided: all of them were
    /// decided as one, which ends with ReadyForQuery.
    pub(super) opaque: bool,
    /// One of those has completed.
    pub(super) completed: bool,
    /// The columns of the rows that come.
    pub(super) columns: Option<u16>,
    pub(super) copy: Copy,
    /// An error ended it; only ReadyForQuery follows.
    pub(super) failed: bool,
    /// Which boundary it is.
    pub(super) boundary: u64,
}

/// One entry.
#[derive(Debug)]
pub(super) enum Expected {
    Query(Batch),
    /// FunctionCall; `None` when it has been answered and only ReadyForQuery follows.
    Function(Option<Running>),
    Parse {
        running: Running,
        registered: u64,
        name: Bytes,
    },
    Bind {
        /// `None` = it went out with the leave of its Execute.
        running: Option<Running>,
        registered: u64,
        portal: Bytes,
    },
    Describe {
        /// Of a statement: its parameters are described first.
        parameters: bool,
        /// It stands between a Bind and the Execute with whose leave both went out.
        group: bool,
    },
    Close,
    Execute {
        running: Running,
        copy: Copy,
    },
    Sync {
        /// Which boundary it is.
        boundary: u64,
        /// Something ran before it, so its ReadyForQuery may report an open transaction.
        ran: bool,
    },
    /// Not an answer: here the client ended COPY data that it sent before the target asked for it.
    CopyEnd,
    /// A frame that the target refuses stands for a refused Query; `None` when our error was sent and only ReadyForQuery
    /// follows.
    RefusedQuery(Option<Bytes>),
    /// The same for a refused extended message.
    RefusedBind(Bytes),
}

impl Expected {
    /// The command that runs or will run next.
    pub(super) fn running(&self) -> Option<&Running> {
        match self {
            Self::Query(batch) => batch.commands.front(),
            Self::Function(running) => running.as_ref(),
            Self::Execute { running, .. } | Self::Parse { running, .. } => Some(running),
            _ => None,
        }
    }

    /// The same, when it can be a COPY.
    pub(super) fn may_copy(&self) -> Option<&Running> {
        matches!(self, Self::Query(_) | Self::Execute { .. }).then(|| self.running()).flatten()
    }

    /// Whether COPY data flow for it.
    pub(super) fn copy_mut(&mut self) -> Option<&mut Copy> {
        match self {
            Self::Query(batch) if !batch.failed => Some(&mut batch.copy),
            Self::Execute { copy, .. } => Some(copy),
            _ => None,
        }
    }

    /// COPY data begin to flow, if they may.
    pub(super) fn begin_copy(&mut self, begins: Copy) -> bool {
        match self.copy_mut() {
            Some(copy @ Copy::No) => {
                *copy = begins;
                true
            }
            _ => false,
        }
    }

    /// Whether its next answer is a ReadyForQuery.
    pub(super) fn ends_next(&self) -> bool {
        match self {
            Self::Sync { .. } | Self::Function(None) | Self::RefusedQuery(None) => true,
            Self::Query(batch) => batch.failed,
            _ => false,
        }
    }

    /// Whether the target may have a transaction open behind its answer, of which no ReadyForQuery has told yet.
    pub(super) fn may_open(&self) -> bool {
        matches!(
            self,
            Self::Query(_)
                | Self::Function(_)
                | Self::Execute { .. }
                | Self::RefusedQuery(_)
                | Self::RefusedBind(_)
                | Self::Sync { ran: true, .. }
        )
    }

    /// Whether the command that it is part of stands further behind.
    pub(super) fn is_begun(&self) -> bool {
        matches!(self, Self::Bind { running: None, .. } | Self::Describe { group: true, .. })
    }

    /// All its commands.
    pub(super) fn into_commands(self) -> VecDeque<Running> {
        match self {
            Self::Query(batch) => batch.commands,
            Self::Function(running) => running.into_iter().collect(),
            Self::Execute { running, .. } | Self::Parse { running, .. } => VecDeque::from([running]),
            Self::Bind { running, .. } => running.into_iter().collect(),
            _ => VecDeque::new(),
        }
    }
}
