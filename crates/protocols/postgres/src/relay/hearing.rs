//! Each answer of the target is matched with what it owes. One that nothing owes ends the conversation.

use bytes::Bytes;
use model::Status;
use wire::{Side, Why};

use super::Relay;
use super::expected::{Batch, Copy, Expected};
use super::flow::{Flow, Kind};
use super::running::{End, Running};
use super::said::Said;
use crate::fault::Fault;
use crate::message::ready::Transaction;

impl Batch {
    pub(super) fn may_begin_copy(&self) -> bool {
        !self.failed && self.copy == Copy::No
    }
}

pub(super) fn unowed() -> Fault {
    Fault::target("the target sent an answer that it does not owe")
}

impl Relay {
    pub(super) fn hear(&mut self, said: Said, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if !matches!(said, Said::Ready(_) | Said::Passing) {
            self.stray = 0;
        }
        let empty = matches!(said, Said::CloseComplete | Said::ParameterDescription(_) | Said::NoData);
        let kind = match self.replies.answering() {
            None if empty => Kind::Empty,
            answering => Kind::of(answering),
        };
        match said {
            Said::ParseComplete => return self.parsed(total, flow),
            Said::BindComplete => return self.bound(total, flow),
            Said::CloseComplete => self.pop_if(|expected| matches!(expected, Expected::Close))?,
            Said::ParameterDescription(types) => self.parameters_described(types)?,
            Said::RowDescription(columns) => return self.described(columns, total, kind, flow),
            Said::NoData => return self.described_as_nothing(total, kind, flow),
            Said::CommandComplete(rows) => return self.completed(rows, total, flow),
            Said::EmptyQuery => return self.empty(total, flow),
            Said::Suspended => return self.suspended(total, flow),
            Said::CopyIn => self.copy_in_begins()?,
            Said::CopyOut => self.copy_out_begins(total, flow)?,
            Said::CopyDone => self.copy_out_ends(flow)?,
            Said::FunctionResult => return self.function_returned(total, flow),
            Said::Ready(transaction) => return self.ready(transaction, total, flow),
            Said::Error(error) => return self.failed(error, total, flow),
            Said::CopyBoth | Said::OutOfPlace => return Err(unowed()),
            Said::Passing => {}
        }
        flow.pass(total, kind);
        Ok(())
    }

    /// Our own answers whose turn has come.
    pub(super) fn release(&mut self, flow: &mut Flow<'_>) {
        while matches!(self.replies.next(), Some(Expected::CopyEnd)) {
            self.replies.pop();
        }
        let due = self.replies.due();
        if !due.is_empty() {
            flow.flush();
            for answer in due {
                flow.out.send(Side::Client, 0, answer, Why::Reply);
            }
        }
    }

    fn pop_if(&mut self, fits: impl Fn(&Expected) -> bool) -> Result<(), Fault> {
        if self.replies.next().is_some_and(fits) {
            self.replies.pop();
            Ok(())
        } else {
            Err(unowed())
        }
    }

    fn bound(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if !matches!(self.replies.next(), Some(Expected::Bind { .. })) {
            return Err(unowed());
        }
        let answering = self.replies.answering();
        if let Some(Expected::Bind { running, registered, portal }) = self.replies.pop() {
            self.names.confirm_portal(&portal, registered);
            match running {
                Some(running) => Self::succeeded(running, total, flow),
                None => flow.pass(total, Kind::of(answering)),
            }
        }
        Ok(())
    }

    fn parsed(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if !matches!(self.replies.next(), Some(Expected::Parse { .. })) {
            return Err(unowed());
        }
        if let Some(Expected::Parse { running, name, registered }) = self.replies.pop() {
            self.names.confirm_statement(&name, registered);
            Self::succeeded(running, total, flow);
        }
        Ok(())
    }

    fn described(&mut self, columns: u16, total: usize, kind: Kind, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() && batch.columns.is_none() => {
                batch.columns = Some(columns);
                self.veil_columns(total, flow)?;
            }
            Some(Expected::Describe { parameters: false, .. }) => {
                self.replies.pop();
            }
            Some(Expected::Columns) => {
                self.replies.pop();
                self.veil_columns(total, flow)?;
                flow.keep_back(total);
                return Ok(());
            }
            _ => return Err(unowed()),
        }
        flow.pass(total, kind);
        Ok(())
    }

    fn described_as_nothing(&mut self, total: usize, kind: Kind, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next() {
            Some(Expected::Describe { parameters: false, .. }) => flow.pass(total, kind),
            Some(Expected::Columns) => flow.keep_back(total),
            _ => return Err(unowed()),
        }
        self.replies.pop();
        Ok(())
    }

    /// A row comes; returns how many values it must have, when that is known.
    pub(super) fn row(&mut self, size: usize, flow: &mut Flow<'_>) -> Result<Option<u16>, Fault> {
        let columns = match self.replies.next() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() && batch.columns.is_some() => batch.columns,
            // Its description may have been asked for long ago, or never.
            Some(Expected::Execute { copy: Copy::No, .. }) => None,
            _ => return Err(unowed()),
        };
        self.admit(size, true, flow);
        Ok(columns)
    }

    /// COPY data come, which are a row.
    pub(super) fn copy_data(&mut self, size: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next() {
            Some(Expected::Query(batch)) if batch.copy == Copy::Out => {}
            Some(Expected::Execute { copy: Copy::Out, .. }) => {}
            _ => return Err(unowed()),
        }
        self.admit(size, true, flow);
        Ok(())
    }

    fn completed(&mut self, rows: Option<u64>, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let answering = self.replies.answering();
        if let Some(made) = self.replies.next_mut().and_then(Expected::running_mut).and_then(|one| one.made.take()) {
            self.names.confirm(&made);
        }
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if !batch.failed && batch.copy != Copy::Out => {
                batch.columns = None;
                if matches!(std::mem::take(&mut batch.copy), Copy::In { .. }) {
                    self.copy_in = false;
                }
                if batch.opaque {
                    batch.completed = true;
                    flow.pass(total, Kind::of(answering));
                    return Ok(());
                }
                let running = batch.commands.pop_front();
                let running = running.ok_or_else(|| Fault::target("more commands ended than were decided"))?;
                self.ended(running, End::done(rows), total, flow);
                Ok(())
            }
            Some(Expected::Execute { copy: Copy::No | Copy::In { .. }, .. }) => {
                self.copy_in = false;
                self.execution_ended(End::done(rows), total, flow);
                Ok(())
            }
            _ => Err(unowed()),
        }
    }

    fn execution_ended(&mut self, end: End, total: usize, flow: &mut Flow<'_>) {
        if let Some(Expected::Execute { running, .. }) = self.replies.pop() {
            self.ended(running, end, total, flow);
        }
    }

    fn empty(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() => {
                match batch.commands.pop_front() {
                    Some(running) => self.ended(running, End::done(None), total, flow),
                    None => flow.pass(total, Kind::Empty),
                }
                Ok(())
            }
            Some(Expected::Execute { copy: Copy::No, .. }) => {
                self.execution_ended(End::done(None), total, flow);
                Ok(())
            }
            _ => Err(unowed()),
        }
    }

    fn suspended(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if !matches!(self.replies.next(), Some(Expected::Execute { copy: Copy::No, .. })) {
            return Err(unowed());
        }
        self.execution_ended(End::of(Status::Suspended), total, flow);
        Ok(())
    }

    fn function_returned(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let Some(Expected::Function(running)) = self.replies.next_mut() else { return Err(unowed()) };
        let running = running.take().ok_or_else(unowed)?;
        self.ended(running, End::done(None), total, flow);
        Ok(())
    }

    fn ready(&mut self, transaction: Transaction, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if self.stray > 0 && !self.replies.next().is_some_and(Expected::ends_next) {
            self.stray_ready(transaction);
            flow.pass(total, Kind::Empty);
            return Ok(());
        }
        let (boundary, completed) = match self.replies.next() {
            Some(Expected::Query(batch)) => (batch.boundary, batch.completed),
            Some(Expected::Sync { boundary, .. }) => (*boundary, false),
            Some(Expected::Function(None)) | Some(Expected::RefusedQuery(None)) => (0, false),
            Some(Expected::RefusedQuery(Some(_))) => {
                return Err(Fault::target("the target took a message that cannot be taken"));
            }
            _ => return Err(unowed()),
        };
        let left = self.replies.pop().map(Expected::into_commands).unwrap_or_default();
        if !left.is_empty() {
            flow.flush();
            for running in left {
                self.names.undo(running.made.as_deref());
                let status = if completed { Status::Done } else { Status::Unknown };
                let end = End::of(status);
                if let Err(running) = self.ended_in_excess(running, end) {
                    running.settle(end, Bytes::new(), flow.out);
                }
            }
        }
        self.copy_in = false;
        self.transaction = transaction;
        if transaction == Transaction::Idle {
            self.names.end_transaction(boundary);
            self.scrub.transaction_ended(boundary);
        }
        if !self.is_ready_told(transaction, flow)? {
            drop(flow.take(total));
            return Ok(());
        }
        flow.pass(total, Kind::Empty);
        Ok(())
    }

    /// A command ended, and the frame at the front is the last of its answer.
    pub(super) fn ended(&mut self, running: Running, end: End, total: usize, flow: &mut Flow<'_>) {
        match self.ended_in_excess(running, end) {
            Ok(()) => drop(flow.take(total)),
            Err(running) => {
                let last = flow.take(total);
                running.settle(end, last, flow.out);
            }
        }
    }

    /// A Parse or a Bind succeeded: that is all its answer says, and the outcome says it.
    fn succeeded(running: Running, total: usize, flow: &mut Flow<'_>) {
        flow.flush();
        running.settle(End::done(None), Bytes::new(), flow.out);
        flow.pass(total, Kind::Empty);
    }
}
