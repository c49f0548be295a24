//! Errors of the target: whom they are the end of, and what is skipped because of them.

use model::Status;
use wire::{Side, Why};

use super::expected::{Copy, Expected};
use super::from_target::Flow;
use super::hearing::unowed;
use super::{Relay, Skip};
use crate::fault::Fault;
use crate::message::error::Error;

impl Relay {
    pub(super) fn failed(&mut self, error: Error, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        if error.fatal {
            return self.died(error, total, flow);
        }
        self.copy_in = false;
        match self.replies.next_mut() {
            None => Err(unowed()),
            Some(Expected::Query(batch)) => {
                if std::mem::replace(&mut batch.failed, true) {
                    return Err(unowed());
                }
                if let Copy::In { syncs } = batch.copy {
                    self.stray = syncs;
                }
                let commands = std::mem::take(&mut batch.commands);
                flow.flush();
                for (at, running) in commands.into_iter().enumerate() {
                    let (status, code) = if at == 0 { (Status::Failed, error.code) } else { (Status::NotRun, None) };
                    running.settle(status, None, code, flow.out);
                }
                flow.pass(total);
                Ok(())
            }
            Some(Expected::Function(running)) => {
                let running = running.take().ok_or_else(unowed)?;
                flow.flush();
                running.settle(Status::Failed, None, error.code, flow.out);
                flow.pass(total);
                Ok(())
            }
            Some(Expected::RefusedQuery(ours)) => {
                let ours = ours.take().ok_or_else(unowed)?;
                flow.drop_frame(total);
                flow.out.send(Side::Client, 0, ours, Why::Reply);
                Ok(())
            }
            // What the end of a pipeline sets off can fail.
            Some(Expected::Sync { .. }) => {
                flow.pass(total);
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
        flow.flush();
        let mut ours = None;
        let (mut first, mut failed) = (true, true);
        while !matches!(self.replies.next(), None | Some(Expected::Sync { .. })) {
            let Some(expected) = self.replies.pop() else { break };
            match &expected {
                Expected::Parse { name, registered, .. } => self.names.undo_statement(name, *registered),
                Expected::Bind { portal, registered, .. } => self.names.undo_portal(portal, *registered),
                Expected::RefusedBind(error) if first => ours = Some(error.clone()),
                _ => {}
            }
            let (status, code) = if failed { (Status::Failed, error.code) } else { (Status::NotRun, None) };
            failed &= expected.is_begun();
            for running in expected.into_commands() {
                running.settle(status, None, code, flow.out);
            }
            first = false;
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
        match ours {
            None => flow.pass(total),
            Some(ours) => {
                flow.drop_frame(total);
                flow.out.send(Side::Client, 0, ours, Why::Reply);
            }
        }
        Ok(())
    }

    /// The target ends the conversation, and says why.
    fn died(&mut self, error: Error, total: usize, flow: &mut Flow<'_>) -> Result<(), Fault> {
        flow.flush();
        self.withdraw(flow.out);
        let mut code = error.code;
        while let Some(expected) = self.replies.pop() {
            for running in expected.into_commands() {
                let status = if code.is_some() { Status::Failed } else { Status::Unknown };
                running.settle(status, None, code.take(), flow.out);
            }
        }
        flow.pass(total);
        flow.flush();
        self.finish("target ended the session", flow.out);
        Ok(())
    }
}
