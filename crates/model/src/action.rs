//! What a command would do, in one shape for all protocols.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::credential::Credentials;
use crate::message::Message;
use crate::reading::Reading;

/// The kind of effect, from harmless to unknown. A command has the verb of its most consequential effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Only returns data or state.
    Read,
    /// Changes the state of the conversation only: settings, cursors, prepared statements, LISTEN.
    Session,
    /// Begins or ends a transaction.
    Transaction,
    /// Sends data in bulk to the client.
    CopyOut,
    /// Takes data in bulk from the client.
    CopyIn,
    /// Changes data.
    Write,
    /// Changes structure.
    Ddl,
    /// Changes who the conversation acts as: SET ROLE, SET SESSION AUTHORIZATION, RESET ALL, DISCARD ALL.
    SessionIdentity,
    /// Changes settings that bound or log what the conversation does: `statement_timeout`, `log_statement`, `row_security`.
    SessionGuard,
    /// Changes who may do what.
    Grant,
    /// Runs code of the target: DO, CALL, dynamic SQL, the function-call message.
    Call,
    /// Cannot be told, so the worst is assumed.
    Unknown,
}

impl Verb {
    /// All of them, from harmless to unknown.
    pub const ALL: [Self; 12] = [
        Self::Read,
        Self::Session,
        Self::Transaction,
        Self::CopyOut,
        Self::CopyIn,
        Self::Write,
        Self::Ddl,
        Self::SessionIdentity,
        Self::SessionGuard,
        Self::Grant,
        Self::Call,
        Self::Unknown,
    ];

    /// The word used in records and policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Session => "session",
            Self::Transaction => "transaction",
            Self::CopyOut => "copy_out",
            Self::CopyIn => "copy_in",
            Self::Write => "write",
            Self::Ddl => "ddl",
            Self::SessionIdentity => "session_identity",
            Self::SessionGuard => "session_guard",
            Self::Grant => "grant",
            Self::Call => "call",
            Self::Unknown => "unknown",
        }
    }
}

/// How sure the reading of a command is, from not at all to wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Not understood.
    Opaque,
    /// Boundaries and the most dangerous reading are known.
    Lexed,
    /// All of it is understood.
    Full,
}

/// Whether a command is only being prepared, is given its parameters, or is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Named and understood, to be run later (PostgreSQL Parse). Constants are read, so that input functions of types run.
    Prepare,
    /// Given its parameters and planned, to be run later (PostgreSQL Bind). Not without effect: a planner runs functions.
    Bind,
    /// To run now.
    Run,
}

/// What a protocol found out about a command besides its verb, for policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    /// It holds a DELETE or UPDATE that is not proven to be bounded by a WHERE.
    pub unbounded_write: bool,
    /// A transaction is open, or may be, in which it would run: locks are held while it waits.
    pub in_transaction: bool,
    /// It names relations, functions or operators. What a name stands for is the target's to say: a view, or a function of the
    /// same name as one of the server's, may run code that changes something.
    pub names: bool,
    /// Some of its parameters are in a binary form that is not understood, which shows nobody what they are.
    pub binary: bool,
    /// A parameter has a type of a user, as the client says and not the text: reading its value may run code.
    pub typed: bool,
    /// Its names were looked up in what the target holds: `verb` counts what they stand for there.
    pub resolved: bool,
}

/// One command as the decide step sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The most consequential effect.
    pub verb: Verb,
    /// The protocol's own word for it: `INSERT`, `FunctionCall`, `exec`. Plain ASCII, never peer bytes.
    pub name: &'static str,
    /// How sure `verb` is.
    pub certainty: Certainty,
    /// Prepared, bound or run.
    pub phase: Phase,
    /// What else is known of it.
    pub facts: Facts,
    /// The exact inspected bytes of the command; not necessarily UTF-8.
    pub text: Bytes,
    /// Bound parameters as they stood on the wire, in order; `None` = NULL.
    pub parameters: Vec<Option<Bytes>>,
    /// What of the text, and of the parameters as people read them, are credentials, as far as the protocol can tell. They are
    /// neither written down nor shown.
    pub credentials: Credentials,
    /// The message that it came in, when it holds other commands besides.
    pub message: Option<Message>,
    /// What its grammar found in it, where it is understood.
    pub reading: Option<Arc<Reading>>,
    /// The text that it runs, where its own holds only a name for that: an EXECUTE, a FETCH.
    pub behind: Option<Bytes>,
    /// Parameters (from 0, in ascending order) that stand in a binary form on the wire, as text.
    pub readable: Vec<(usize, Bytes)>,
}

impl Action {
    /// Whether it is proven to only read: such a command may be forwarded while its record is being written.
    pub fn proven_read(&self) -> bool {
        self.verb == Verb::Read && self.certainty == Certainty::Full && !self.facts.names
    }

    /// What it does by itself, whatever the functions in it do: a query that calls code is a query still.
    pub fn own_verb(&self) -> Verb {
        let verbs = self.reading.as_ref().map(|reading| reading.verbs.as_slice()).unwrap_or_default();
        let worst = |among: &[Verb]| verbs.iter().copied().filter(|verb| among.contains(verb)).max();
        let stores = worst(&[Verb::Write, Verb::CopyIn, Verb::Ddl, Verb::Grant]);
        stores.or_else(|| worst(&[Verb::Read, Verb::CopyOut])).unwrap_or(self.verb)
    }

    /// Its parameters as people read them.
    pub fn readable_parameters(&self) -> Vec<Option<Bytes>> {
        let mut parameters = self.parameters.clone();
        for (number, text) in &self.readable {
            if let Some(parameter) = parameters.get_mut(*number) {
                *parameter = Some(text.clone());
            }
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_does_by_itself() {
        let own = |verb: Verb, verbs: &[Verb]| {
            let reading =
                (!verbs.is_empty()).then(|| Arc::new(Reading { verbs: verbs.to_vec(), ..Reading::default() }));
            let action = Action {
                verb,
                name: "",
                certainty: Certainty::Full,
                phase: Phase::Run,
                facts: Facts::default(),
                text: Bytes::new(),
                parameters: Vec::new(),
                credentials: Credentials::default(),
                message: None,
                reading,
                behind: None,
                readable: Vec::new(),
            };
            action.own_verb()
        };
        assert_eq!(own(Verb::Call, &[Verb::Read, Verb::Call]), Verb::Read);
        assert_eq!(own(Verb::Unknown, &[Verb::Read, Verb::Write, Verb::Unknown]), Verb::Write, "what it stores counts");
        assert_eq!(own(Verb::SessionIdentity, &[Verb::CopyOut, Verb::SessionIdentity]), Verb::CopyOut);
        assert_eq!(own(Verb::Call, &[Verb::Call]), Verb::Call);
        assert_eq!(own(Verb::Session, &[Verb::Session]), Verb::Session);
        assert_eq!(own(Verb::Call, &[]), Verb::Call);
    }
}
