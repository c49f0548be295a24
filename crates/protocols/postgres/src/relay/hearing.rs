//! Each answer of the target is matched with what it owes. One that nothing owes ends the conversation.

use model::Status;
use wire::{Side, Why};

use super::Relay;
use super::expected::{Batch, Copy, Expected};
use super::from_target::Flow;
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
        match said {
            Said::ParseComplete => self.parsed(flow)?,
            Said::BindComplete => self.bound(flow)?,
            Said::CloseComplete => self.pop_if(|expected| matches!(expected, Expected::Close))?,
            Said::ParameterDescription => self.parameters_described()?,
            Said::RowDescription(columns) => self.columns(columns)?,
            Said::NoData => self.pop_if(|expected| matches!(expected, Expected::Describe { parameters: false, .. }))?,
            Said::CommandComplete(rows) => self.completed(rows, flow)?,
            Said::EmptyQuery => self.empty(flow)?,
            Said::Suspended => self.suspended(flow)?,
            Said::CopyIn => self.copy_in_begins()?,
            Said::CopyOut => self.copy_out_begins()?,
            Said::CopyDone => self.copy_out_ends()?,
            Said::FunctionResult => self.function_returned(total, flow)?,
            Said::Ready(transaction) => self.ready(transaction, flow)?,
            Said::Error(error) => return self.failed(error, total, flow),
            Said::CopyBoth | Said::OutOfPlace => return Err(unowed()),
            Said::Passing => {}
        }
        flow.pass(total);
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

    fn bound(&mut self, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if !matches!(self.replies.next(), Some(Expected::Bind { .. })) {
            return Err(unowed());
        }
        if let Some(Expected::Bind { running, registered, portal }) = self.replies.pop() {
            self.names.confirm_portal(&portal, registered);
            if let Some(running) = running {
                flow.flush();
                running.settle(Status::Done, None, None, flow.out);
            }
        }
        Ok(())
    }

    fn parsed(&mut self, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if !matches!(self.replies.next(), Some(Expected::Parse { .. })) {
            return Err(unowed());
        }
        if let Some(Expected::Parse { running, name, registered }) = self.replies.pop() {
            self.names.confirm_statement(&name, registered);
            flow.flush();
            running.settle(Status::Done, None, None, flow.out);
        }
        Ok(())
    }

    fn parameters_described(&mut self) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Describe { parameters: parameters @ true, .. }) => {
                *parameters = false;
                Ok(())
            }
            _ => Err(unowed()),
        }
    }

    fn columns(&mut self, columns: u16) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() && batch.columns.is_none() => {
                batch.columns = Some(columns);
                Ok(())
            }
            Some(Expected::Describe { parameters: false, .. }) => {
                self.replies.pop();
                Ok(())
            }
            _ => Err(unowed()),
        }
    }

    /// A row comes; returns how many values it must have, when that is known.
    pub(super) fn row(&mut self, total: usize) -> Result<Option<u16>, Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() && batch.columns.is_some() => {
                if let Some(running) = batch.commands.front_mut() {
                    running.count(1, total);
                }
                Ok(batch.columns)
            }
            Some(Expected::Execute { running, copy: Copy::No }) => {
                running.count(1, total);
                // Its description may have been asked for long ago, or never.
                Ok(None)
            }
            _ => Err(unowed()),
        }
    }

    pub(super) fn copy_data(&mut self, total: usize) -> Result<(), Fault> {
        let running = match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.copy == Copy::Out => batch.commands.front_mut(),
            Some(Expected::Execute { running, copy: Copy::Out }) => Some(running),
            _ => return Err(unowed()),
        };
        if let Some(running) = running {
            running.count(0, total);
        }
        Ok(())
    }

    fn completed(&mut self, rows: Option<u64>, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if !batch.failed && batch.copy != Copy::Out => {
                batch.columns = None;
                if matches!(std::mem::take(&mut batch.copy), Copy::In { .. }) {
                    self.copy_in = false;
                }
                let Some(running) = batch.commands.pop_front() else {
                    let opaque = batch.opaque;
                    return if opaque { Ok(()) } else { Err(Fault::target("more commands ended than were decided")) };
                };
                flow.flush();
                running.settle(Status::Done, rows, None, flow.out);
                Ok(())
            }
            Some(Expected::Execute { copy: Copy::No | Copy::In { .. }, .. }) => {
                self.copy_in = false;
                self.execution_ended(Status::Done, rows, flow);
                Ok(())
            }
            _ => Err(unowed()),
        }
    }

    fn execution_ended(&mut self, status: Status, rows: Option<u64>, flow: &mut Flow<'_>) {
        if let Some(Expected::Execute { running, .. }) = self.replies.pop() {
            flow.flush();
            running.settle(status, rows, None, flow.out);
        }
    }

    fn empty(&mut self, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next_mut() {
            Some(Expected::Query(batch)) if batch.may_begin_copy() => {
                if let Some(running) = batch.commands.pop_front() {
                    flow.flush();
                    running.settle(Status::Done, None, None, flow.out);
                }
                Ok(())
            }
            Some(Expected::Execute { copy: Copy::No, .. }) => {
                self.execution_ended(Status::Done, None, flow);
                Ok(())
            }
            _ => Err(unowed()),
        }
    }

    fn suspended(&mut self, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if !matches!(self.replies.next(), Some(Expected::Execute { copy: Copy::No, .. })) {
            return Err(unowed());
        }
        self.execution_ended(Status::Suspended, None, flow);
        Ok(())
    }

    fn function_returned(&mut self, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let Some(Expected::Function(running)) = self.replies.next_mut() else { return Err(unowed()) };
        let mut running = running.take().ok_or_else(unowed)?;
        running.count(0, total);
        flow.flush();
        running.settle(Status::Done, None, None, flow.out);
        Ok(())
    }

    fn ready(&mut self, transaction: Transaction, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if self.stray > 0 && !self.replies.next().is_some_and(Expected::ends_next) {
            self.stray_ready(transaction);
            return Ok(());
        }
        let boundary = match self.replies.next() {
            Some(Expected::Query(batch)) => batch.boundary,
            Some(Expected::Sync { boundary, .. }) => *boundary,
            Some(Expected::Function(None)) | Some(Expected::RefusedQuery(None)) => 0,
            Some(Expected::RefusedQuery(Some(_))) => {
                return Err(Fault::target("the target took a message that cannot be taken"));
            }
            _ => return Err(unowed()),
        };
        let left = self.replies.pop().map(Expected::into_commands).unwrap_or_default();
        if !left.is_empty() {
            flow.flush();
            for running in left {
                running.settle(Status::Unknown, None, None, flow.out);
            }
        }
        self.copy_in = false;
        self.transaction = transaction;
        if transaction == Transaction::Idle {
            self.names.end_transaction(boundary);
        }
        Ok(())
    }
}
