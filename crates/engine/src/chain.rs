//! The record chain of one session: positions without gaps, commands that are still owed an outcome, and the one way into
//! the journal.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{Certainty, CommandId, Event, HoldEnded, Outcome, Record, SessionId, Status, StreamId, Verb};
use ports::{Journal, JournalDown, Mark};

use crate::clock;
use crate::sessions::Activity;

/// Shared by the session's task, which writes it, and the supervisor, which seals it however the task ended.
pub(crate) struct Chain {
    session: SessionId,
    journal: Arc<dyn Journal>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    position: u64,
    /// Numbers given to commands, waiting ones included.
    numbered: u64,
    /// Commands allowed.
    commands: u64,
    started: bool,
    open: BTreeMap<CommandId, (StreamId, Owes)>,
    /// How many of those wait for a human.
    held: usize,
    /// Something ran that may have changed what names mean.
    unsettled: bool,
}

/// What is still owed about a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owes {
    Outcome,
    /// It waits for a human.
    HoldEnd,
}

/// What a record changes in the chain's own books.
enum Step {
    Begun,
    Held(CommandId, StreamId),
    Opened(CommandId, StreamId),
    Ended(CommandId),
    Nothing,
}

impl Step {
    fn of(event: &Event) -> Self {
        match event {
            Event::SessionStart { .. } => Self::Begun,
            Event::Command { command, stream, .. } => Self::Opened(*command, *stream),
            Event::Hold { command, stream, .. } => Self::Held(*command, *stream),
            Event::Outcome { command, .. } | Event::HoldEnded { command, .. } => Self::Ended(*command),
            _ => Self::Nothing,
        }
    }
}

impl Inner {
    fn take(&mut self, step: Step) {
        match step {
            Step::Begun => self.started = true,
            Step::Opened(command, stream) => {
                self.commands += 1;
                self.open.insert(command, (stream, Owes::Outcome));
            }
            Step::Held(command, stream) => {
                self.open.insert(command, (stream, Owes::HoldEnd));
                self.held += 1;
            }
            Step::Ended(command) => {
                if let Some((_, Owes::HoldEnd)) = self.open.remove(&command) {
                    self.held -= 1;
                }
            }
            Step::Nothing => {}
        }
    }
}

/// Whether a command may change what names mean for those behind it. A read does not when it is proven to be nothing else.
fn unsettles(event: &Event) -> bool {
    let Event::Command { action, .. } = event else { return false };
    let proven = action.verb == Verb::Read && action.certainty == Certainty::Full;
    !proven && action.verb != Verb::Transaction
}

impl Chain {
    pub(crate) fn new(session: SessionId, journal: Arc<dyn Journal>) -> Self {
        Self { session, journal, inner: Mutex::default() }
    }

    pub(crate) fn session(&self) -> SessionId {
        self.session
    }

    /// Writes a record of the session. The lock makes the order of positions the order of the journal.
    pub(crate) fn append(&self, event: Event) -> Result<Mark, JournalDown> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let step = Step::of(&event);
        let settled = !unsettles(&event);
        let mark = self.write(&mut inner, event)?;
        // Only what was written has happened.
        inner.take(step);
        inner.unsettled |= !settled;
        Ok(mark)
    }

    fn write(&self, inner: &mut Inner, event: Event) -> Result<Mark, JournalDown> {
        let position = inner.position + 1;
        let record = Record { time_us: clock::wall_us(), session: Some(self.session), position: Some(position), event };
        let mark = self.journal.append(record)?;
        inner.position = position;
        Ok(mark)
    }

    /// Whether something ran that may have changed what names mean in the session.
    pub(crate) fn is_unsettled(&self) -> bool {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).unsettled
    }

    /// The number of the next command.
    pub(crate) fn next_command(&self) -> CommandId {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.numbered += 1;
        CommandId(inner.numbered)
    }

    /// What the session is doing, and how many commands it was allowed.
    pub(crate) fn activity(&self) -> (Activity, u64) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let activity = match (inner.held, inner.open.len()) {
            (0, 0) => Activity::Idle,
            (0, _) => Activity::Running,
            _ => Activity::Held,
        };
        (activity, inner.commands)
    }

    /// Closes the chain: commands without an outcome get `unknown`, and a session that began gets its end. Returns the
    /// number of records, 0 when nothing was ever written.
    pub(crate) fn close(&self, cause: &str) -> Result<u64, JournalDown> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((&command, &(stream, owes))) = inner.open.first_key_value() {
            let event = match owes {
                Owes::Outcome => {
                    let outcome = Outcome::of(Status::Unknown);
                    Event::Outcome { stream, command, outcome, duration_us: None, shown: None }
                }
                Owes::HoldEnd => {
                    let how = HoldEnded::Withdrawn;
                    Event::HoldEnded { stream, command, how, by: Vec::new(), reason: None }
                }
            };
            self.write(&mut inner, event)?;
            inner.open.remove(&command);
        }
        if inner.started {
            let (commands, records) = (inner.commands, inner.position + 1);
            self.write(&mut inner, Event::SessionEnd { cause: cause.to_owned(), commands, records })?;
            inner.started = false;
        }
        Ok(inner.position)
    }
}
