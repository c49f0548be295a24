//! The question before every command, and what follows from its answer. While it is open nothing is taken from the client.

use bytes::Bytes;
use model::{Class, Outcome, Public, Status, Verb};
use wire::{Answer, Ask, Out, Side, Ticket, Why};

use super::Relay;
use super::asked::{Asked, QueryAsked};
use super::changes::Change;
use super::expected::{Batch, Copy, Expected};
use super::names::own;
use super::refusal::Shape;
use super::running::{End, Running};
use crate::fault::Fault;
use crate::message::error::{Severity, build};
use crate::message::execute;

/// An open question.
pub(super) struct Question {
    pub(super) ticket: Ticket,
    pub(super) asked: Asked,
    /// The text of the command.
    text: Bytes,
    /// `standard_conforming_strings`, where it is certain that the text is read with it.
    strings: Option<bool>,
}

impl Relay {
    /// Asks whether it may happen.
    pub(super) fn ask(&mut self, asked: Asked, out: &mut dyn Out) {
        let mut action = self.complete(&asked);
        action.facts.in_transaction |= self.may_hold_locks();
        let text = action.text.clone();
        // That of a Parse may have been read with another setting.
        let strings = matches!(asked, Asked::Query(_)).then(|| self.tracked.strings(self.under_way())).flatten();
        let ticket = out.ask(Side::Client, Ask::Act(action));
        self.question = Some(Question { ticket, asked, text, strings });
    }

    pub(super) fn answer(&mut self, ticket: Ticket, answer: Answer, out: &mut dyn Out) -> Result<(), Fault> {
        let Some(question) = self.question.take_if(|question| question.ticket == ticket) else {
            return Ok(());
        };
        match answer {
            Answer::Go(go, plan) if plan.mask.is_some() && question.asked.is_unmaskable() => {
                out.outcome(go, Outcome::of(Status::NotRun), Bytes::new());
                let public = Public::new(Class::Unsupported, "the result of this message cannot be masked")
                    .with_hint("Send it as SQL.");
                self.refused(question.asked, &public, out)
            }
            Answer::Go(go, plan) => {
                let veiling = self.veiling(&plan, question.text, question.strings);
                self.granted(question.asked, Running::new(go, &plan, veiling), out)
            }
            Answer::Waiting(public) => {
                let notice = build(Severity::Notice, "00000", &public.message, public.hint.as_deref());
                self.say(notice, out);
                self.question = Some(question);
                Ok(())
            }
            Answer::Refuse(public) => self.refused(question.asked, &public, out),
            _ => Err(Fault::refused(Public::internal())),
        }
    }

    /// Takes back the question that is open, when there is one.
    pub(super) fn withdraw(&mut self, out: &mut dyn Out) -> Option<Shape> {
        let Question { ticket, asked, .. } = self.question.take()?;
        out.withdraw(ticket);
        let shape = asked.shape();
        asked.give_back(out);
        Some(shape)
    }

    fn refused(&mut self, asked: Asked, public: &Public, out: &mut dyn Out) -> Result<(), Fault> {
        let shape = asked.shape();
        asked.give_back(out);
        self.refuse(shape, public, out)
    }

    fn granted(&mut self, asked: Asked, mut running: Running, out: &mut dyn Out) -> Result<(), Fault> {
        match asked {
            Asked::Query(mut query) => {
                let one = query.statement.as_ref();
                let change = one.map(|one| self.change_of_statement(&query.text, one, &query.changes));
                if query.granted(running, change.unwrap_or(Change::Nothing)) {
                    self.ask(Asked::Query(query), out);
                } else {
                    self.forward_query(query, out);
                }
            }
            Asked::Parse { frame, name, prepared } => {
                let Ok(registered) = self.names.prepare(&name, prepared, self.boundary) else {
                    return self.no_room(running, out);
                };
                out.send(Side::Target, 0, frame, Why::Command(&running.go));
                self.replies.target(Expected::Parse { running, registered, name: own(&name) });
                self.unsynced = true;
            }
            Asked::Bind { bound, runs, .. } => {
                if runs.is_none_or(|runs| runs.verb >= Verb::Call) {
                    self.names.doubt();
                }
                return self.bind_alone(bound, running, out);
            }
            Asked::Execute { bound, frame, action, runs } => {
                let change = runs.as_ref().map_or(Change::ANY, |runs| self.change(runs, 0, &[]));
                // A procedure may commit.
                if runs.is_none_or(|runs| runs.ends_portals) || action.own_verb() == Verb::Call {
                    running.may_commit();
                }
                let portal = execute::parse(&frame).map_err(Fault::malformed(Side::Client))?;
                if bound.is_some_and(|bound| self.bind_with(bound, &running.go, out).is_err()) {
                    return self.no_room(running, out);
                }
                self.describe_masked(&portal, &running, out);
                out.send(Side::Target, 0, frame, Why::Command(&running.go));
                self.take_step(change, &mut running);
                self.replies.target(Expected::Execute { running, copy: Copy::No });
                self.unsynced = true;
                self.ran = true;
                self.flush_what_is_bounded(out);
            }
            Asked::Function { frame, .. } => {
                self.names.doubt();
                out.send(Side::Target, 0, frame, Why::Command(&running.go));
                self.unsynced = false;
                self.replies.target(Expected::Function(Some(running)));
            }
            Asked::Unknown { frame } => {
                out.send(Side::Target, 0, frame, Why::Command(&running.go));
                running.settle(End::of(Status::Unknown), Bytes::new(), out);
            }
        }
        Ok(())
    }

    /// All statements were granted: the message goes out as the one that it is, with the gate of each before it.
    fn forward_query(&mut self, mut query: QueryAsked, out: &mut dyn Out) {
        for (change, running) in query.changes.drain(..).zip(&mut query.granted) {
            self.take_step(change, running);
        }
        let boundary = self.next_boundary();
        let last = query.granted.len().saturating_sub(1);
        for (at, running) in query.granted.iter().enumerate() {
            let bytes = if at == last { query.frame.clone() } else { Bytes::new() };
            out.send(Side::Target, 0, bytes, Why::Command(&running.go));
        }
        let bounded = query.granted.iter().any(Running::is_bounded);
        let commands = query.granted.into();
        let batch = Batch { commands, opaque: query.opaque, boundary, bounded, ..Batch::default() };
        self.replies.target(Expected::Query(batch));
        self.unsynced = false;
    }
}
