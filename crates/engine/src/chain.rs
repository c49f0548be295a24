//! The record chain of one session: positions without gaps, commands that are still owed an outcome, and the one way into
//! the journal.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::{CommandId, Event, Outcome, Record, SessionId, Status, StreamId};
use ports::{Journal, JournalDown, Mark};

use crate::clock;

/// Shared by the session's task, which writes it, and the supervisor, which seals it however the task ended.
pub(crate) struct Chain {
    session: SessionId,
    journal: Arc<dyn Journal>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    position: u64,
    commands: u64,
    started: bool,
    open: BTreeMap<CommandId, StreamId>,
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
        match &event {
            Event::SessionStart { .. } => inner.started = true,
            Event::Outcome { command, .. } => {
                inner.open.remove(command);
            }
            Event::Command { command, stream, .. } => {
                inner.open.insert(*command, *stream);
            }
            _ => {}
        }
        self.write(&mut inner, event)
    }

    fn write(&self, inner: &mut Inner, event: Event) -> Result<Mark, JournalDown> {
        let position = inner.position + 1;
        let record = Record { time_us: clock::wall_us(), session: Some(self.session), position: Some(position), event };
        let mark = self.journal.append(record)?;
        inner.position = position;
        Ok(mark)
    }

    /// The number of the next command.
    pub(crate) fn next_command(&self) -> CommandId {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.commands += 1;
        CommandId(inner.commands)
    }

    /// Closes the chain: commands without an outcome get `unknown`, and a session that began gets its end. Returns the
    /// number of records, 0 when nothing was ever written.
    pub(crate) fn close(&self, cause: &str) -> Result<u64, JournalDown> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((command, stream)) = inner.open.pop_first() {
            self.write(&mut inner, Event::Outcome { stream, command, outcome: Outcome::of(Status::Unknown) })?;
        }
        if inner.started {
            let (commands, records) = (inner.commands, inner.position + 1);
            self.write(&mut inner, Event::SessionEnd { cause: cause.to_owned(), commands, records })?;
            inner.started = false;
        }
        Ok(inner.position)
    }
}
