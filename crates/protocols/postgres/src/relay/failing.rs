//! Errors of the target: whom they are the end of, and what is skipped because of them.

use bytes::Bytes;
use model::Status;
use wire::{Side, Why};

use super::expected::{Copy, Expected};
use super::flow::{Flow, Kind};
use super::hearing::unowed;
use super::running::End;
use super::{Relay, Skip};
use crate::fault::Fault;
use crate::message::error::Error;

impl Relay {
    pub(super) fn failed(&mut self, error: Error, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if error.fatal {
            return self.died(error, total, flow);
        }
        self.copy_in = false;
        self.names.failed();
        self.aborts(flow);
        self.failed_command(error, total, flow)?;
        self.aborted(&error, flow);
        Ok(())
    }

    fn failed_command(&mut self, error: Error, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        match self.replies.next_mut() {
            None => Err(unowed()),
            Some(Expected::Query(batch)) => {
                if std::mem::replace(&mut batch.failed, true) {
                    return Err(unowed());
                }
                if let Copy::In { syncs } = batch.copy {
                    self.stray = syncs;
                }
                let mut commands = std::mem::take(&mut batch.commands);
                commands.iter().for_each(|running| self.names.undo(running.made.as_deref()));
                match commands.pop_front() {
                    Some(running) => self.ended(running, End::failed(error.code), total, flow),
                    None => flow.pass(total, Kind::Unasked),
                }
                for running in commands {
                    flow.flush();
                    let end = End::of(Status::NotRun);
                    if let Err(running) = self.ended_in_excess(running, end) {
                        running.settle(end, Bytes::new(), flow.out);
                    }
                }
                Ok(())
            }
            Some(Expected::Function(running)) => {
                let running = running.take().ok_or_else(unowed)?;
                self.ended(running, End::failed(error.code), total, flow);
                Ok(())
            }
            Some(Expected::RefusedQuery(ours)) => {
                let ours = ours.take().ok_or_else(unowed)?;
                drop(flow.take(total));
                if !ours.is_empty() {
                    flow.out.send(Side::Client, 0, ours, Why::Reply);
                }
                Ok(())
            }
            // What the end of a pipeline sets off can fail.
            Some(Expected::Sync { .. }) => {
                flow.pass(total, Kind::Unasked);
                Ok(())
            }
            Some(Expected::Execute { copy: Copy::In { syncs: syncs @ 1.. }, .. }) => {
                self.stray = *syncs;
                self.pipeline_failed(error, total, flow)
            }
            Some(_) => self.pipeline_failed(error, total, flow),
        }
    }

    /// The target drops everything up to the next Sync; so does this side of it.
    fn pipeline_failed(&mut self, error: Error, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        let theirs = flow.take(total);
        // A frame of ours that the target had to refuse: its error is exchanged for ours, which is no command's answer.
        let ours = match self.replies.next() {
            Some(Expected::RefusedBind(ours)) => Some(ours.clone()),
            _ => None,
        };
        let mut last = if ours.is_none() { theirs } else { Bytes::new() };
        let mut failed = true;
        while !matches!(self.replies.next(), None | Some(Expected::Sync { .. })) {
            let Some(expected) = self.replies.pop() else { break };
            match &expected {
                Expected::Parse { name, registered, .. } => self.names.undo_statement(name, *registered),
                Expected::Bind { portal, registered, .. } => self.names.undo_portal(portal, *registered),
                _ => {}
            }
            let end = if failed { End::failed(error.code) } else { End::of(Status::NotRun) };
            failed &= expected.is_begun();
            for running in expected.into_commands() {
                self.names.undo(running.made.as_deref());
                if let Err(running) = self.ended_in_excess(running, end) {
                    running.settle(end, std::mem::take(&mut last), flow.out);
                }
            }
            if self.stray > 0 && !matches!(self.replies.next(), None | Some(Expected::Sync { .. })) {
                // Nobody can say whether the target takes them or drops them.
                return Err(Fault::client("messages stand behind a COPY that failed, and its data had not ended"));
            }
        }
        if self.replies.next().is_none() {
            self.skip = if self.stray > 0 { Skip::UntilReady } else { Skip::UntilSync };
            self.bound = None;
            // It is part of the same pipeline: whatever the answer, the target would drop it.
            self.withdraw(flow.out);
        }
        let why = if ours.is_some() { Why::Reply } else { Why::Unasked };
        let rest = ours.unwrap_or(last);
        if !rest.is_empty() {
            flow.out.send(Side::Client, 0, rest, why);
        }
        Ok(())
    }

    /// The target ends the conversation, and says why.
    fn died(&mut self, error: Error, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        flow.unmute();
        let mut last = flow.take(total);
        self.withdraw(flow.out);
        self.settle_overrun(flow.out);
        let mut code = error.code;
        while let Some(expected) = self.replies.pop() {
            for running in expected.into_commands() {
                let end = code.take().map_or(End::of(Status::Unknown), |code| End::failed(Some(code)));
                running.settle(end, std::mem::take(&mut last), flow.out);
            }
        }
        if !last.is_empty() {
            flow.out.send(Side::Client, 0, last, Why::Unasked);
        }
        self.finish("target ended the session", flow.out);
        Ok(())
    }
}
