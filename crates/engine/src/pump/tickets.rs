//! The questions of one stream, by ticket: open ones, those that wait for a human, and commands whose outcome is owed.

use std::collections::HashMap;
use std::time::Instant;

use futures_util::future::AbortHandle;
use model::{CommandId, Recording};
use ports::Mark;
use wire::{Side, Ticket};

use super::decide::Waiting;
use super::tap::Tap;

/// How far a question has come. It is forgotten when it is answered without leave, withdrawn, or its outcome is written.
enum Standing {
    /// It pauses that side until it is answered.
    Open(Side),
    /// A human is asked; it pauses that side too.
    Held(Side, AbortHandle, Waiting),
    /// The command has leave.
    Granted(Granted),
}

/// An allowed command whose outcome is still owed.
pub(crate) struct Granted {
    pub(crate) command: CommandId,
    /// Its record.
    pub(crate) mark: Mark,
    /// Whether its bytes wait for that record.
    pub(crate) gated: bool,
    /// When it got leave.
    pub(crate) since: Instant,
    /// How much of its answer is recorded.
    pub(crate) record: Recording,
    /// Its answer so far; a pipeline holds thousands of commands that have none yet.
    pub(crate) tap: Option<Box<Tap>>,
}

/// The questions of one stream.
#[derive(Default)]
pub(crate) struct Tickets {
    book: HashMap<Ticket, Standing>,
    /// How many questions pause each side: the book holds thousands of commands when a client pipelines.
    client_paused: usize,
    target_paused: usize,
    waiting: usize,
}

impl Tickets {
    /// A question was asked.
    pub(crate) fn asked(&mut self, ticket: Ticket, pauses: Side) {
        *self.paused(pauses) += 1;
        self.book.insert(ticket, Standing::Open(pauses));
    }

    /// Whether a question pauses that side.
    pub(crate) fn pauses(&self, side: Side) -> bool {
        match side {
            Side::Client => self.client_paused > 0,
            Side::Target => self.target_paused > 0,
        }
    }

    /// How many commands wait for a human.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether the question was neither answered nor withdrawn.
    pub(crate) fn is_open(&self, ticket: Ticket) -> bool {
        matches!(self.book.get(&ticket), Some(Standing::Open(_) | Standing::Held(..)))
    }

    /// A human is asked.
    pub(crate) fn hold(&mut self, ticket: Ticket, abort: AbortHandle, waiting: Waiting) {
        if let Some(Standing::Open(side)) = self.book.get(&ticket) {
            self.book.insert(ticket, Standing::Held(*side, abort, waiting));
            self.waiting += 1;
        }
    }

    /// The human has answered: what waited, which is an open question again.
    pub(crate) fn waited(&mut self, ticket: Ticket) -> Option<Waiting> {
        match self.book.remove(&ticket)? {
            Standing::Held(side, _, waiting) => {
                self.book.insert(ticket, Standing::Open(side));
                self.waiting -= 1;
                Some(waiting)
            }
            other => {
                self.book.insert(ticket, other);
                None
            }
        }
    }

    /// The command has leave; its outcome is owed from now on.
    pub(crate) fn grant(&mut self, ticket: Ticket, granted: Granted) {
        self.close(ticket);
        self.book.insert(ticket, Standing::Granted(granted));
    }

    /// The leave of a command whose outcome is owed.
    pub(crate) fn granted(&self, ticket: Ticket) -> Option<&Granted> {
        match self.book.get(&ticket) {
            Some(Standing::Granted(granted)) => Some(granted),
            _ => None,
        }
    }

    /// The same, to take down its answer.
    pub(crate) fn granted_mut(&mut self, ticket: Ticket) -> Option<&mut Granted> {
        match self.book.get_mut(&ticket) {
            Some(Standing::Granted(granted)) => Some(granted),
            _ => None,
        }
    }

    /// The command has ended: its leave is used up.
    pub(crate) fn ended(&mut self, ticket: Ticket) -> Option<Granted> {
        self.granted(ticket)?;
        match self.book.remove(&ticket) {
            Some(Standing::Granted(granted)) => Some(granted),
            _ => None,
        }
    }

    /// Forgets an open question; whether it was one. What waited for a human waits no more.
    pub(crate) fn close(&mut self, ticket: Ticket) -> bool {
        self.take_open(ticket).is_some()
    }

    /// Takes a question back. When a human was asked, the wait is over, and what waited is returned.
    pub(crate) fn withdraw(&mut self, ticket: Ticket) -> Option<Waiting> {
        match self.take_open(ticket) {
            Some(Standing::Held(_, _, waiting)) => Some(waiting),
            _ => None,
        }
    }

    fn take_open(&mut self, ticket: Ticket) -> Option<Standing> {
        if !self.is_open(ticket) {
            return None;
        }
        let standing = self.book.remove(&ticket)?;
        if let Standing::Open(side) | Standing::Held(side, ..) = &standing {
            *self.paused(*side) -= 1;
        }
        if let Standing::Held(_, abort, _) = &standing {
            // Dropping the wait withdraws the request.
            abort.abort();
            self.waiting -= 1;
        }
        Some(standing)
    }

    fn paused(&mut self, side: Side) -> &mut usize {
        match side {
            Side::Client => &mut self.client_paused,
            Side::Target => &mut self.target_paused,
        }
    }
}
