//! The question before every command, and what follows from its answer. While it is open nothing is taken from the client.

use std::vec;

use bytes::Bytes;
use model::{Action, Certainty, Class, Outcome, Phase, Public, Status, Verb};
use wire::{Answer, Ask, Go, Out, Side, Ticket, Why};

use super::Relay;
use super::expected::{Batch, Copy, Expected, Running};
use super::from_client::too_many_names;
use super::names::{Portal, Prepared, own};
use super::refusal::Shape;
use crate::fault::Fault;
use crate::message::bind::Bind;
use crate::message::error::{Severity, build};
use crate::message::function_call::FunctionCall;
use crate::message::parse::Parse;
use crate::statement::{Statement, TooManyStatements};

/// An open question.
pub(super) struct Question {
    pub(super) ticket: Ticket,
    pub(super) asked: Asked,
}

/// What is asked about.
pub(super) enum Asked {
    Query(QueryAsked),
    Parse {
        frame: Bytes,
        name: Bytes,
        prepared: Prepared,
    },
    Bind {
        frame: Bytes,
        bind: Bind,
        action: Action,
    },
    Execute {
        frame: Bytes,
        action: Action,
        prepares: bool,
        ends_portals: bool,
    },
    Function {
        frame: Bytes,
        call: FunctionCall,
    },
    /// A message that is not known here.
    Unknown {
        frame: Bytes,
    },
}

/// A Query, whose statements are decided one by one.
pub(super) struct QueryAsked {
    frame: Bytes,
    text: Bytes,
    statement: Option<Statement>,
    left: vec::IntoIter<Statement>,
    granted: Vec<Go>,
    opaque: bool,
    prepares: bool,
    ends_portals: bool,
}

impl Asked {
    pub(super) fn query(frame: Bytes, text: Bytes, statements: Vec<Statement>) -> Self {
        let opaque = statements.iter().any(|statement| statement.certainty == Certainty::Opaque);
        let prepares = statements.iter().any(|statement| statement.effects.prepares);
        let ends_portals = statements.iter().any(|statement| statement.effects.transaction);
        let mut left = statements.into_iter();
        let statement = left.next();
        Self::Query(QueryAsked { frame, text, statement, left, granted: Vec::new(), opaque, prepares, ends_portals })
    }

    /// A Parse holds one statement. With several the target refuses it, but not on our word alone.
    pub(super) fn parse(frame: Bytes, parse: Parse, statements: Result<Vec<Statement>, TooManyStatements>) -> Self {
        let Parse { name, text } = parse;
        let prepared = match statements.as_deref() {
            Ok([]) => Prepared {
                text,
                verb: Verb::Read,
                name: "empty",
                certainty: Certainty::Full,
                prepares: false,
                ends_portals: false,
            },
            Ok([one]) => Prepared {
                text,
                verb: one.verb,
                name: one.name,
                certainty: one.certainty,
                prepares: one.effects.prepares,
                ends_portals: one.effects.transaction,
            },
            _ => Prepared {
                text,
                verb: Verb::Unknown,
                name: "several statements",
                certainty: Certainty::Opaque,
                prepares: true,
                ends_portals: true,
            },
        };
        Self::Parse { frame, name, prepared }
    }

    /// The target runs the input functions of the parameters' types when it binds them, and those can be anybody's.
    pub(super) fn bind(frame: Bytes, bind: Bind, prepared: Option<&Prepared>) -> Self {
        let action = match prepared {
            Some(prepared) => Action {
                verb: prepared.verb,
                name: prepared.name,
                // Whatever the text is proven to do, its parameters are not part of the proof.
                certainty: prepared.certainty.min(Certainty::Lexed),
                phase: Phase::Prepare,
                text: prepared.text.clone(),
                parameters: bind.parameters.clone(),
            },
            None => Action {
                verb: Verb::Unknown,
                name: "BIND",
                certainty: Certainty::Opaque,
                phase: Phase::Prepare,
                text: bind.statement.clone(),
                parameters: bind.parameters.clone(),
            },
        };
        Self::Bind { frame, bind, action }
    }

    /// Decided anew every time, with the text and parameters that run now.
    pub(super) fn execute(frame: Bytes, name: &Bytes, portal: Option<&Portal>) -> Self {
        let known = portal.and_then(|portal| portal.prepared.as_deref().map(|prepared| (prepared, portal)));
        let (action, prepares, ends_portals) = match known {
            Some((prepared, portal)) => {
                // A function can give a name a new meaning behind our back, so that a name proves nothing.
                let named = !name.is_empty() || !portal.statement.is_empty();
                let certainty = if named { prepared.certainty.min(Certainty::Lexed) } else { prepared.certainty };
                let action = Action {
                    verb: prepared.verb,
                    name: prepared.name,
                    certainty,
                    phase: Phase::Run,
                    text: prepared.text.clone(),
                    parameters: portal.parameters.clone(),
                };
                (action, prepared.prepares, prepared.ends_portals)
            }
            None => {
                // SQL can make statements and cursors whose text never passed here under this name.
                let statement = portal.map(|portal| portal.statement.clone());
                let action = Action {
                    verb: Verb::Unknown,
                    name: "EXECUTE",
                    certainty: Certainty::Opaque,
                    phase: Phase::Run,
                    text: statement.unwrap_or_else(|| name.clone()),
                    parameters: portal.map(|portal| portal.parameters.clone()).unwrap_or_default(),
                };
                (action, true, true)
            }
        };
        Self::Execute { frame, action, prepares, ends_portals }
    }

    /// The command to decide next.
    fn action(&self) -> Action {
        match self {
            Self::Query(query) => query.action(),
            Self::Parse { prepared, .. } => Action {
                verb: prepared.verb,
                name: prepared.name,
                certainty: prepared.certainty,
                phase: Phase::Prepare,
                text: prepared.text.clone(),
                parameters: Vec::new(),
            },
            Self::Execute { action, .. } | Self::Bind { action, .. } => action.clone(),
            Self::Function { call, .. } => Action {
                verb: Verb::Call,
                name: "FunctionCall",
                certainty: Certainty::Opaque,
                phase: Phase::Run,
                text: Bytes::from(call.oid.to_string()),
                parameters: call.arguments.clone(),
            },
            Self::Unknown { frame } => Action {
                verb: Verb::Unknown,
                name: "unknown message",
                certainty: Certainty::Opaque,
                phase: Phase::Run,
                text: frame.clone(),
                parameters: Vec::new(),
            },
        }
    }

    /// How a refusal of it is answered.
    fn shape(&self) -> Shape {
        match self {
            Self::Query(_) | Self::Function { .. } => Shape::Query,
            Self::Parse { .. } | Self::Bind { .. } | Self::Execute { .. } => Shape::Extended,
            Self::Unknown { .. } => Shape::Unknown,
        }
    }

    /// What was granted will not happen after all.
    fn give_back(self, out: &mut dyn Out) {
        if let Self::Query(query) = self {
            for go in query.granted {
                out.outcome(go, Outcome::of(Status::NotRun));
            }
        }
    }
}

impl QueryAsked {
    fn action(&self) -> Action {
        let whole = 0..self.text.len();
        let (verb, name, certainty, range) = match &self.statement {
            Some(statement) => (statement.verb, statement.name, statement.certainty, statement.range.clone()),
            None => (Verb::Unknown, "nothing", Certainty::Opaque, whole.clone()),
        };
        let range = if range.end <= whole.end && range.start <= range.end { range } else { whole };
        Action { verb, name, certainty, phase: Phase::Run, text: self.text.slice(range), parameters: Vec::new() }
    }
}

impl Relay {
    /// Asks whether it may happen.
    pub(super) fn ask(&mut self, asked: Asked, out: &mut dyn Out) {
        let ticket = out.ask(Side::Client, Ask::Act(asked.action()));
        self.question = Some(Question { ticket, asked });
    }

    pub(super) fn answer(&mut self, ticket: Ticket, answer: Answer, out: &mut dyn Out) -> Result<(), Fault> {
        let Some(Question { asked, .. }) = self.question.take_if(|question| question.ticket == ticket) else {
            return Ok(());
        };
        match answer {
            Answer::Go(go, None) => self.granted(asked, go, out),
            Answer::Go(go, Some(_)) => {
                out.outcome(go, Outcome::of(Status::NotRun));
                let public =
                    Public::new(Class::Unsupported, "values of this result must be masked, which is not done here yet")
                        .with_hint("Ask for columns that need no mask.");
                self.refused(asked, &public, out)
            }
            Answer::Waiting(public) => {
                let notice = build(Severity::Notice, "00000", &public.message, public.hint.as_deref());
                self.say(notice, out);
                self.question = Some(Question { ticket, asked });
                Ok(())
            }
            Answer::Refuse(public) => self.refused(asked, &public, out),
            _ => Err(Fault::refused(Public::internal())),
        }
    }

    /// Takes back the question that is open, when there is one.
    pub(super) fn withdraw(&mut self, out: &mut dyn Out) -> Option<Shape> {
        let Question { ticket, asked } = self.question.take()?;
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

    fn granted(&mut self, asked: Asked, go: Go, out: &mut dyn Out) -> Result<(), Fault> {
        match asked {
            Asked::Query(mut query) => {
                query.granted.push(go);
                query.statement = query.left.next();
                if query.statement.is_some() {
                    self.ask(Asked::Query(query), out);
                } else {
                    self.forward_query(query, out);
                }
            }
            Asked::Parse { frame, name, prepared } => {
                let Ok(registered) = self.names.prepare(&name, prepared, self.boundary) else {
                    out.outcome(go, Outcome::of(Status::NotRun));
                    return self.refuse(Shape::Extended, &too_many_names(), out);
                };
                out.send(Side::Target, 0, frame, Why::Command(&go));
                self.replies.target(Expected::Parse { running: Running::new(go), registered, name: own(&name) });
                self.unsynced = true;
            }
            Asked::Bind { frame, bind, .. } => {
                let Ok(registered) = self.register_bind(&bind) else {
                    out.outcome(go, Outcome::of(Status::NotRun));
                    return self.refuse(Shape::Extended, &too_many_names(), out);
                };
                out.send(Side::Target, 0, frame, Why::Command(&go));
                let running = Some(Running::new(go));
                self.replies.target(Expected::Bind { running, registered, portal: own(&bind.portal) });
                self.unsynced = true;
                // Input functions can open no transaction, but they can write in the one that a Sync would commit.
                self.ran = true;
            }
            Asked::Execute { frame, prepares, ends_portals, .. } => {
                out.send(Side::Target, 0, frame, Why::Command(&go));
                self.replies.target(Expected::Execute { running: Running::new(go), copy: Copy::No });
                self.unsynced = true;
                self.ran = true;
                self.names_may_change(prepares, ends_portals);
            }
            Asked::Function { frame, .. } => {
                out.send(Side::Target, 0, frame, Why::Command(&go));
                self.unsynced = false;
                self.replies.target(Expected::Function(Some(Running::new(go))));
            }
            Asked::Unknown { frame } => {
                out.send(Side::Target, 0, frame, Why::Command(&go));
                out.outcome(go, Outcome::of(Status::Unknown));
            }
        }
        Ok(())
    }

    /// All statements were granted: the message goes out as the one that it is, with the gate of each before it.
    fn forward_query(&mut self, query: QueryAsked, out: &mut dyn Out) {
        let boundary = self.next_boundary();
        let last = query.granted.len().saturating_sub(1);
        for (at, go) in query.granted.iter().enumerate() {
            let bytes = if at == last { query.frame.clone() } else { Bytes::new() };
            out.send(Side::Target, 0, bytes, Why::Command(go));
        }
        let commands = query.granted.into_iter().map(Running::new).collect();
        let batch = Batch { commands, opaque: query.opaque, boundary, ..Batch::default() };
        self.replies.target(Expected::Query(batch));
        self.unsynced = false;
        self.names_may_change(query.prepares, query.ends_portals);
    }

    /// A command goes out that can give names another meaning.
    fn names_may_change(&mut self, prepares: bool, ends_portals: bool) {
        if prepares {
            self.names.forget_named();
        }
        if ends_portals {
            self.names.forget_portals();
        }
    }
}
