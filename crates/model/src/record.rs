//! What is written down: one record for each thing that an auditor may ask about.

use bytes::Bytes;
use serde::Serialize;

use crate::action::{Action, Certainty, Phase, Verb};
use crate::identity::{CredentialId, Principal};
use crate::outcome::Outcome;
use crate::public::Public;
use crate::resource::ResourceName;
use crate::session::{CommandId, SessionId, StreamId};

/// One record. The journal adds its own sequence number.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Wall clock of the gateway, microseconds since 1970 UTC.
    pub time_us: u64,
    /// The session it belongs to; none for what the gateway does of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Position within the session, from 1, without gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type")]
pub enum Event {
    /// The gateway began to serve.
    #[serde(rename = "gateway.started")]
    GatewayStarted {
        /// Its version.
        version: String,
    },
    /// The gateway stopped serving in good order.
    #[serde(rename = "gateway.stopped")]
    GatewayStopped,
    /// A session that a crash cut was found and closed at the next start.
    #[serde(rename = "gateway.recovered")]
    GatewayRecovered {
        /// How many sessions were left open.
        sessions: u64,
    },
    /// The journal failed, so nothing may happen any more: the last words on the reserved space.
    #[serde(rename = "gateway.failclosed")]
    GatewayFailclosed {
        /// What failed: the operating system's words.
        reason: String,
    },
    /// A sign-in or a wish to connect that was refused before a session began.
    #[serde(rename = "signin.refused")]
    SigninRefused {
        /// Client address.
        client: String,
        /// The protocol.
        protocol: String,
        /// The name the client gave, control characters removed, at most 128 bytes.
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        /// The resource it asked for, the same way.
        #[serde(skip_serializing_if = "Option::is_none")]
        resource: Option<String>,
        /// What it was told.
        reason: Public,
    },
    /// A principal was let in to a resource.
    #[serde(rename = "session.start")]
    SessionStart {
        /// Who.
        principal: Principal,
        /// By which credential.
        credential: CredentialId,
        /// To what.
        resource: ResourceName,
        /// As which upstream account.
        account: String,
        /// Which database or the like.
        #[serde(skip_serializing_if = "Option::is_none")]
        database: Option<String>,
        /// The protocol.
        protocol: String,
        /// Client address.
        client: String,
        /// Whether the client's leg was TLS.
        tls: bool,
        /// The program, as it called itself; control characters removed, at most 128 bytes.
        #[serde(skip_serializing_if = "Option::is_none")]
        program: Option<String>,
        /// Policy ids that let it in.
        policies: Vec<String>,
    },
    /// A command was allowed and is about to be forwarded.
    #[serde(rename = "command")]
    Command {
        /// Its stream.
        stream: StreamId,
        /// Its number.
        command: CommandId,
        /// What it would do.
        #[serde(flatten)]
        action: ActionText,
        /// Policy ids that decided.
        policies: Vec<String>,
        /// Whether a human approved it.
        approved: bool,
    },
    /// How far a long command has come.
    #[serde(rename = "progress")]
    Progress {
        /// Its stream.
        stream: StreamId,
        /// Its number.
        command: CommandId,
        /// So far.
        outcome: Outcome,
    },
    /// How a command ended.
    #[serde(rename = "outcome")]
    Outcome {
        /// Its stream.
        stream: StreamId,
        /// Its number.
        command: CommandId,
        /// The end.
        outcome: Outcome,
    },
    /// A command was refused and not forwarded.
    #[serde(rename = "refusal")]
    Refusal {
        /// Its stream.
        stream: StreamId,
        /// What it would have done.
        #[serde(flatten)]
        action: ActionText,
        /// What the client was told.
        reason: Public,
        /// Policy ids that decided.
        policies: Vec<String>,
    },
    /// A command waits for a human.
    #[serde(rename = "hold")]
    Hold {
        /// Its stream.
        stream: StreamId,
        /// Its number: that of its `command` record, if it is approved.
        command: CommandId,
        /// What it would do.
        #[serde(flatten)]
        action: ActionText,
        /// Policy ids that decided.
        policies: Vec<String>,
    },
    /// The client asked that what runs be cancelled.
    #[serde(rename = "cancel")]
    Cancel {
        /// Where the wish came from.
        client: String,
    },
    /// A peer broke its protocol.
    #[serde(rename = "violation")]
    Violation {
        /// Its stream.
        stream: StreamId,
        /// Whose fault, and what.
        reason: Public,
    },
    /// A session ended.
    #[serde(rename = "session.end")]
    SessionEnd {
        /// Why.
        cause: String,
        /// Commands allowed in all.
        commands: u64,
        /// Records of this session in all, this one included.
        records: u64,
    },
}

/// An action as it stands in a record. Bytes that are not UTF-8 are shown as base16 in `text_hex`.
#[derive(Clone, Debug, Serialize)]
pub struct ActionText {
    /// The most consequential effect.
    pub verb: Verb,
    /// The protocol's word.
    pub name: String,
    /// How sure.
    pub certainty: Certainty,
    /// Prepared or run.
    pub phase: Phase,
    /// The text, when it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The text in base16, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_hex: Option<String>,
    /// Parameters as on the wire, UTF-8 where they are that, else `\x` and base16; null = NULL.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Option<String>>,
}

impl From<&Action> for ActionText {
    fn from(action: &Action) -> Self {
        let text = std::str::from_utf8(&action.text).ok().map(str::to_owned);
        let text_hex = text.is_none().then(|| hex(&action.text));
        let parameters = action.parameters.iter().map(|value| value.as_ref().map(show)).collect();
        Self {
            verb: action.verb,
            name: action.name.to_owned(),
            certainty: action.certainty,
            phase: action.phase,
            text,
            text_hex,
            parameters,
        }
    }
}

fn show(value: &Bytes) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !text.contains('\0') => text.to_owned(),
        _ => format!("\\x{}", hex(value)),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
