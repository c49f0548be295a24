//! The questions of one stream, by ticket: open ones, those that wait for a human, and commands whose outcome is owed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::future::AbortHandle;
use model::{Action, CommandId, Public, Recording, Requirement};
use ports::Mark;
use wire::{Side, Ticket};

use super::hold::Waiting;
use super::tap::Tap;

/// How far a question has come. It is forgotten when it is answered without leave, withdrawn, or its outcome is written.
enum Standing {
    /// It pauses that side until it is answered.
    Open(Side),
    /// A human is asked; it pauses that side too.
    Held(Side, Box<Hold>),
    /// The command has leave.
    Granted(Granted),
}

/// A wait for a human.
pub(crate) struct Hold {
    /// What waits.
    pub(crate) waiting: Waiting,
    /// Dropping the wait withdraws the request.
    pub(crate) abort: AbortHandle,
    /// What the client is told again every so often.
    pub(crate) notice: Public,
    /// How often.
    pub(crate) every: Duration,
    /// When it is told the next time.
    pub(crate) next: Option<Instant>,
}

/// What is due about a question because time has passed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// The client of a held command is told again.
    Notice(Ticket, Public),
    /// A command has run for as long as it may.
    Overdue(Ticket),
}

/// A command with leave that has not been sent yet: it may stand in one message with another one that waits for a human.
pub(crate) struct Unsent {
    pub(crate) action: Action,
    /// What humans have agreed to for it.
    pub(crate) met: Vec<Requirement>,
}

/// An allowed command whose outcome is still owed.
pub(crate) struct Granted {
    pub(crate) command: CommandId,
    /// Its record.
    pub(crate) mark: Mark,
    /// Whether its bytes wait for that record.
    pub(crate) gated: bool,
    /// Until its first byte is sent, what it is.
    pub(crate) unsent: Option<Box<Unsent>>,
    /// When it got leave.
    pub(crate) since: Instant,
    /// How long it may run.
    pub(crate) timeout: Option<Duration>,
    /// When it has run for so long, once it is the first that may only run for a time. That begins anew with each end of one
    /// before it.
    pub(crate) until: Option<Instant>,
    /// How much of its answer is recorded.
    pub(crate) record: Recording,
    /// Its answer so far; a pipeline holds thousands of commands that have none yet.
    pub(crate) tap: Option<Box<Tap>>,
}

/// The questions of one stream.
#[derive(Default)]
pub(crate) struct Tickets {
    /// In the order in which they were asked, which is that in which a target carries them out.
    book: BTreeMap<Ticket, Standing>,
    /// How many questions pause each side: the book holds thousands of commands when a client pipelines.
    client_paused: usize,
    target_paused: usize,
    waiting: usize,
    /// Commands that may only run for a time, and have not for so long yet.
    timed: BTreeSet<Ticket>,
    /// The times of those that wait for a human, and of the first timed command: few, whatever stands in the book.
    times: BTreeSet<(Instant, Ticket)>,
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
    pub(crate) fn hold(&mut self, ticket: Ticket, hold: Hold) {
        if let Some(Standing::Open(side)) = self.book.get(&ticket) {
            self.times.extend(hold.next.map(|next| (next, ticket)));
            self.book.insert(ticket, Standing::Held(*side, Box::new(hold)));
            self.waiting += 1;
        }
    }

    /// The human has answered: what waited, which is an open question again.
    pub(crate) fn waited(&mut self, ticket: Ticket) -> Option<Waiting> {
        match self.book.remove(&ticket)? {
            Standing::Held(side, hold) => {
                self.book.insert(ticket, Standing::Open(side));
                self.forget_time(ticket, hold.next);
                self.waiting -= 1;
                Some(hold.waiting)
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
        let (now, timed) = (granted.since, granted.timeout.is_some());
        self.book.insert(ticket, Standing::Granted(granted));
        if timed && self.timed.is_empty() {
            self.timed.insert(ticket);
            self.begins(now);
        } else if timed {
            self.timed.insert(ticket);
        }
    }

    /// The time of the first timed command runs from now on. Those before it may be under way still, or have ended without
    /// our knowing: a target may keep its answers back until it has carried out all of a pipeline. So what counts is that
    /// nothing ends for as long as it may run.
    fn begins(&mut self, now: Instant) {
        let Some(ticket) = self.timed.first().copied() else { return };
        let Some(Standing::Granted(granted)) = self.book.get_mut(&ticket) else { return };
        let until = granted.timeout.and_then(|timeout| now.checked_add(timeout));
        let before = std::mem::replace(&mut granted.until, until);
        self.forget_time(ticket, before);
        self.times.extend(until.map(|until| (until, ticket)));
    }

    /// The leave of a command whose outcome is owed.
    pub(crate) fn granted(&self, ticket: Ticket) -> Option<&Granted> {
        match self.book.get(&ticket) {
            Some(Standing::Granted(granted)) => Some(granted),
            _ => None,
        }
    }

    /// Whether the outcome of any command with leave is owed. All others pause a side.
    pub(crate) fn owes(&self) -> bool {
        self.book.len() > self.client_paused + self.target_paused
    }

    /// Commands that have leave and were not sent.
    pub(crate) fn unsent(&self) -> impl Iterator<Item = &Unsent> {
        self.book.values().filter_map(|standing| match standing {
            Standing::Granted(granted) => granted.unsent.as_deref(),
            Standing::Open(_) | Standing::Held(..) => None,
        })
    }

    /// The same, to take down its answer.
    pub(crate) fn granted_mut(&mut self, ticket: Ticket) -> Option<&mut Granted> {
        match self.book.get_mut(&ticket) {
            Some(Standing::Granted(granted)) => Some(granted),
            _ => None,
        }
    }

    /// The command has ended: its leave is used up.
    pub(crate) fn ended(&mut self, ticket: Ticket, now: Instant) -> Option<Granted> {
        let until = self.granted(ticket)?.until;
        self.forget_time(ticket, until);
        let Some(Standing::Granted(granted)) = self.book.remove(&ticket) else { return None };
        self.timed.remove(&ticket);
        self.begins(now);
        Some(granted)
    }

    /// When something becomes due the next time.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.times.first().map(|(at, _)| *at)
    }

    /// Takes one thing that is due: a command is overdue once, a notice comes again.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Due> {
        let first = self.times.pop_first()?;
        if first.0 > now {
            self.times.insert(first);
            return None;
        }
        let ticket = first.1;
        match self.book.get_mut(&ticket)? {
            Standing::Held(_, hold) => {
                hold.next = now.checked_add(hold.every);
                self.times.extend(hold.next.map(|next| (next, ticket)));
                Some(Due::Notice(ticket, hold.notice.clone()))
            }
            Standing::Granted(granted) => {
                granted.until = None;
                self.timed.remove(&ticket);
                Some(Due::Overdue(ticket))
            }
            Standing::Open(_) => None,
        }
    }

    fn forget_time(&mut self, ticket: Ticket, at: Option<Instant>) {
        if let Some(at) = at {
            self.times.remove(&(at, ticket));
        }
    }

    /// Forgets an open question; whether it was one. What waited for a human waits no more.
    pub(crate) fn close(&mut self, ticket: Ticket) -> bool {
        self.take_open(ticket).is_some()
    }

    /// Takes a question back. When a human was asked, the wait is over, and what waited is returned.
    pub(crate) fn withdraw(&mut self, ticket: Ticket) -> Option<Waiting> {
        match self.take_open(ticket) {
            Some(Standing::Held(_, hold)) => Some(hold.waiting),
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
        if let Standing::Held(_, hold) = &standing {
            hold.abort.abort();
            self.forget_time(ticket, hold.next);
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

#[cfg(test)]
mod tests;
