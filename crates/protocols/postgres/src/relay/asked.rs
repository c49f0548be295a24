//! What is asked about: the commands of the client's messages, as policy and evidence know them.

use std::ops::Range;
use std::sync::Arc;
use std::vec;

use bytes::Bytes;
use model::{Action, Certainty, Credentials, Facts, Message, Phase, Status, Verb};
use wire::Out;

use super::bound::Bound;
use super::changes::Change;
use super::credentials::of;
use super::prepared::{Portal, Prepared};
use super::readable;
use super::refusal::Shape;
use super::running::{End, Running};
use crate::message::function_call::FunctionCall;
use crate::message::parse::Parse;
use sql::credentials::{self, Found};
use sql::{Statement, Step, TooManyStatements};

/// What is asked about.
pub(super) enum Asked {
    Query(QueryAsked),
    Parse {
        frame: Bytes,
        name: Bytes,
        prepared: Prepared,
    },
    /// A Bind without its Execute.
    Bind {
        bound: Bound,
        action: Action,
        runs: Option<Arc<Prepared>>,
    },
    Execute {
        /// Its Bind, when that goes out with it.
        bound: Option<Bound>,
        frame: Bytes,
        action: Action,
        /// What runs; `None` when that is not known.
        runs: Option<Arc<Prepared>>,
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
    pub(super) frame: Bytes,
    pub(super) text: Bytes,
    /// `standard_conforming_strings`, where it is certain.
    strings: Option<bool>,
    /// What of the text are credentials, when several statements stand in it.
    several: Option<Arc<[Range<usize>]>>,
    pub(super) statement: Option<Statement>,
    pub(super) left: vec::IntoIter<Statement>,
    pub(super) granted: Vec<Running>,
    /// What those that were granted make of names.
    pub(super) changes: Vec<Change>,
    pub(super) opaque: bool,
    /// A statement before the next one may begin a transaction.
    begins: bool,
}

impl Asked {
    pub(super) fn query(frame: Bytes, text: Bytes, statements: Vec<Statement>, strings: Option<bool>) -> Self {
        let opaque = statements.iter().any(|statement| statement.certainty == Certainty::Opaque);
        let several = (statements.len() > 1).then(|| credentials::find(&text, strings).text.into());
        let mut left = statements.into_iter();
        let (statement, granted) = (left.next(), Vec::new());
        Self::Query(QueryAsked {
            frame,
            text,
            strings,
            several,
            statement,
            left,
            granted,
            changes: Vec::new(),
            opaque,
            begins: false,
        })
    }

    /// A Parse holds one statement. With several the target refuses it, but not on our word alone.
    pub(super) fn parse(
        frame: Bytes,
        parse: Parse,
        statements: Result<Vec<Statement>, TooManyStatements>,
        strings: Option<bool>,
    ) -> Self {
        let Parse { name, text, types } = parse;
        let credentials = credentials::find(&text, strings);
        let prepared = match statements.as_deref() {
            Ok([one]) => Prepared::of(text, one, types),
            Ok([]) => Prepared::other(text, true, types),
            _ => Prepared::other(text, false, types),
        };
        let prepared = Prepared { credentials, ..prepared };
        Self::Parse { frame, name, prepared }
    }

    /// The target plans when it binds, and runs the input functions of the parameters' types.
    pub(super) fn bind(bound: Bound, portal: Portal) -> Self {
        let proven = is_proof(bound.portal(), &portal) && portal.parameters.is_empty();
        let runs = portal.prepared.clone();
        Self::Bind { action: Action { phase: Phase::Bind, ..portal_action(portal, "BIND", proven) }, bound, runs }
    }

    /// Decided anew every time, with the text and parameters that run now.
    pub(super) fn execute(frame: Bytes, name: &Bytes, bound: Option<Bound>, portal: Portal) -> Self {
        let runs = portal.prepared.clone();
        let proven = is_proof(name, &portal) && (bound.is_none() || portal.parameters.is_empty());
        Self::Execute { bound, frame, action: portal_action(portal, "EXECUTE", proven), runs }
    }

    /// The command to decide next.
    pub(super) fn action(&self) -> Action {
        match self {
            Self::Query(query) => query.action(),
            Self::Parse { prepared, .. } => {
                let Prepared { verb, name, certainty, facts, text, credentials, reading, .. } = prepared;
                let credentials = of(credentials.clone(), &[]);
                let parsed = self::action(*verb, name, *certainty, *facts, text.clone());
                Action { phase: Phase::Prepare, credentials, reading: reading.clone(), ..parsed }
            }
            Self::Execute { action, .. } | Self::Bind { action, .. } => action.clone(),
            Self::Function { call, .. } => {
                let (facts, text) = (Facts { binary: call.binary, ..anything() }, Bytes::from(call.oid.to_string()));
                let credentials = of(Found::default(), &call.arguments);
                let called = self::action(Verb::Call, "FunctionCall", Certainty::Opaque, facts, text);
                Action { parameters: call.arguments.clone(), credentials, ..called }
            }
            Self::Unknown { frame } => opaque("unknown message", frame.clone()),
        }
    }

    /// What it does to names.
    pub(super) fn step(&self) -> Option<&Step> {
        match self {
            Self::Query(query) => query.statement.as_ref()?.step.as_ref(),
            Self::Parse { prepared, .. } => prepared.step.as_ref(),
            Self::Bind { runs, .. } | Self::Execute { runs, .. } => runs.as_ref()?.step.as_ref(),
            Self::Function { .. } | Self::Unknown { .. } => None,
        }
    }

    /// What has been granted of the same message changes these names before it.
    pub(super) fn earlier(&self) -> &[Change] {
        match self {
            Self::Query(query) => &query.changes,
            _ => &[],
        }
    }

    /// How a refusal of it is answered.
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Query(_) | Self::Function { .. } => Shape::Query,
            Self::Parse { .. } | Self::Bind { .. } | Self::Execute { .. } => Shape::Extended,
            Self::Unknown { .. } => Shape::Unknown,
        }
    }

    /// Whether nobody knows what its answer shows.
    pub(super) fn is_unmaskable(&self) -> bool {
        matches!(self, Self::Function { .. } | Self::Unknown { .. })
    }

    /// What was granted will not happen after all.
    pub(super) fn give_back(self, out: &mut dyn Out) {
        if let Self::Query(query) = self {
            for running in query.granted {
                running.settle(End::of(Status::NotRun), Bytes::new(), out);
            }
        }
    }
}

/// The facts of what is not known.
fn anything() -> Facts {
    Facts { unbounded_write: true, names: true, ..Facts::default() }
}

/// A command of which nothing is known but this.
pub(super) fn opaque(name: &'static str, text: Bytes) -> Action {
    let credentials = of(credentials::find(&text, None), &[]);
    Action { credentials, ..action(Verb::Unknown, name, Certainty::Opaque, anything(), text) }
}

/// A command to run, without parameters.
fn action(verb: Verb, name: &'static str, certainty: Certainty, facts: Facts, text: Bytes) -> Action {
    let credentials = Credentials::default();
    let (phase, parameters, readable) = (Phase::Run, Vec::new(), Vec::new());
    Action {
        verb,
        name,
        certainty,
        phase,
        facts,
        text,
        parameters,
        credentials,
        message: None,
        reading: None,
        behind: None,
        readable,
    }
}

/// A function can give a name a new meaning behind our back, so that a name proves nothing.
fn is_proof(name: &Bytes, portal: &Portal) -> bool {
    name.is_empty() && portal.statement.is_empty()
}

/// What a portal runs, as a command. Whatever the text is proven to do, what stands behind a name or in a parameter is not
/// part of the proof.
pub(super) fn portal_action(portal: Portal, unknown: &'static str, proven: bool) -> Action {
    let Portal { prepared, statement, parameters, binary, .. } = portal;
    let types = prepared.as_ref().map(|prepared| prepared.types.as_slice()).unwrap_or_default();
    let readable = readable::read(&parameters, &binary, types);
    let found = prepared.as_ref().map(|prepared| prepared.credentials.clone()).unwrap_or_default();
    let action = match prepared {
        Some(prepared) => {
            let certainty = if proven { prepared.certainty } else { prepared.certainty.min(Certainty::Lexed) };
            let reading = prepared.reading.clone();
            Action { reading, ..action(prepared.verb, prepared.name, certainty, prepared.facts, prepared.own_text()) }
        }
        // SQL can make statements and cursors whose text never passed here under this name.
        None => action(Verb::Unknown, unknown, Certainty::Opaque, anything(), statement),
    };
    let facts = Facts { binary: readable.len() < binary.len(), ..action.facts };
    let mut action = Action { facts, parameters, readable, ..action };
    action.credentials = of(found, &action.readable_parameters());
    action
}

impl QueryAsked {
    /// A statement was granted that makes this of names; whether there is a further one to ask about.
    pub(super) fn granted(&mut self, running: Running, change: Change) -> bool {
        self.changes.push(change);
        let transaction = self.statement.as_ref().is_none_or(|statement| statement.effects.transaction);
        if transaction {
            // It may be the COMMIT of those before it.
            self.granted.iter_mut().for_each(Running::may_commit);
        }
        self.granted.push(running);
        self.begins |= transaction;
        self.statement = self.left.next();
        self.statement.is_some()
    }

    fn action(&self) -> Action {
        let whole = 0..self.text.len();
        let Some(statement) = &self.statement else { return opaque("nothing", self.text.clone()) };
        let (verb, name, certainty, range) =
            (statement.verb, statement.name, statement.certainty, statement.range.clone());
        let range = if range.end <= whole.end && range.start <= range.end { range } else { whole };
        let message = self.several.clone().map(|credentials| Message {
            text: self.text.clone(),
            range: range.clone(),
            credentials,
        });
        let text = self.text.slice(range);
        let credentials = of(credentials::find(&text, self.strings), &[]);
        let facts = Facts { in_transaction: self.begins, ..statement.facts() };
        let reading = statement.reading.clone();
        Action { credentials, message, reading, ..action(verb, name, certainty, facts, text) }
    }
}
