//! What the target owes: one entry for each message that it will answer, in order.

use std::collections::VecDeque;

use bytes::Bytes;
use wire::Ticket;

use super::running::Running;

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
    /// The result of one of them may be too large.
    pub(super) bounded: bool,
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
        /// The statement that it is of, and its number among all names, when it is known here.
        statement: Option<(Bytes, u64)>,
    },
    Close,
    /// A Describe of ours before the Execute of a command with a mask. Its answer stays here.
    Columns,
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
            Self::Function(running) | Self::Bind { running, .. } => running.as_ref(),
            Self::Execute { running, .. } | Self::Parse { running, .. } => Some(running),
            _ => None,
        }
    }

    /// The command whose result comes, to be changed.
    pub(super) fn running_mut(&mut self) -> Option<&mut Running> {
        match self {
            Self::Query(batch) => batch.commands.front_mut(),
            Self::Function(running) => running.as_mut(),
            Self::Execute { running, .. } => Some(running),
            _ => None,
        }
    }

    /// The command of that question, if it is one of its.
    pub(super) fn command_mut(&mut self, ticket: Ticket) -> Option<&mut Running> {
        let running = match self {
            Self::Query(batch) => return batch.commands.iter_mut().find(|running| running.go.ticket() == ticket),
            Self::Function(running) | Self::Bind { running, .. } => running.as_mut(),
            Self::Execute { running, .. } | Self::Parse { running, .. } => Some(running),
            _ => None,
        };
        running.filter(|running| running.go.ticket() == ticket)
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

    /// Whether nothing goes out behind it before it has ended, because its result may be too large.
    pub(super) fn is_bounded(&self) -> bool {
        match self {
            Self::Query(batch) => batch.bounded,
            Self::Function(_) => true,
            Self::Execute { running, .. } => running.is_bounded(),
            _ => false,
        }
    }

    /// Whether a command of it has passed a limit.
    pub(super) fn is_in_excess(&self) -> bool {
        match self {
            Self::Query(batch) => batch.commands.iter().any(|running| running.excess().is_some()),
            other => other.running().is_some_and(|running| running.excess().is_some()),
        }
    }

    /// Whether a ReadyForQuery is the last of its answers.
    pub(super) fn ends_group(&self) -> bool {
        matches!(self, Self::Query(_) | Self::Function(_) | Self::Sync { .. } | Self::RefusedQuery(_))
    }

    /// Whether the command that it is part of stands further behind.
    pub(super) fn is_begun(&self) -> bool {
        matches!(self, Self::Bind { running: None, .. } | Self::Describe { group: true, .. } | Self::Columns)
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
