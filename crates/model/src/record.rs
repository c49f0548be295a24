//! What is written down: one record for each thing that an auditor may ask about.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;

use crate::action_text::ActionText;
use crate::approval::RequestId;
use crate::identity::{CredentialId, Principal, PrincipalId};
use crate::outcome::Outcome;
use crate::public::Public;
use crate::resource::ResourceName;
use crate::session::{CommandId, SessionId, StreamId};
use crate::shown::Shown;

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
        /// SHA-256 of its program file, hexadecimal.
        build: String,
        /// SHA-256 of the configuration file in force, hexadecimal.
        config: String,
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
        /// The version of the policy in force.
        policy_version: String,
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
        /// Policy ids that would have decided otherwise, but are only observed for now.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        observed: Vec<String>,
        /// The version of the policy in force.
        policy_version: String,
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
    /// A part of a result that is recorded whole.
    #[serde(rename = "result.part")]
    ResultPart {
        /// Its stream.
        stream: StreamId,
        /// The command that it answers.
        command: CommandId,
        /// Which part, from 1.
        part: u64,
        /// What went to the client, as the protocol has it.
        #[serde(skip)]
        bytes: Bytes,
    },
    /// The target told the client something that is no part of an answer: a notification, a notice between commands.
    #[serde(rename = "shown")]
    Shown {
        /// Its stream.
        stream: StreamId,
        /// What went to the client, as the protocol has it.
        #[serde(skip)]
        bytes: Bytes,
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
        /// From its leave to its end, microseconds; none when it is not known.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_us: Option<u64>,
        /// What the client was shown of it; none when that is nothing.
        #[serde(skip)]
        shown: Option<Shown>,
    },
    /// A command was refused and not forwarded.
    #[serde(rename = "refusal")]
    Refusal {
        /// Its stream.
        stream: StreamId,
        /// Its number, when it had been held.
        #[serde(skip_serializing_if = "Option::is_none")]
        command: Option<CommandId>,
        /// What it would have done.
        #[serde(flatten)]
        action: ActionText,
        /// What the client was told.
        reason: Public,
        /// Policy ids that decided.
        policies: Vec<String>,
        /// The version of the policy in force.
        policy_version: String,
    },
    /// A command waits for a human.
    #[serde(rename = "hold")]
    Hold {
        /// Its stream.
        stream: StreamId,
        /// Its number: that of its `command` record, if it is approved.
        command: CommandId,
        /// The request for approval.
        request: RequestId,
        /// What it would do.
        #[serde(flatten)]
        action: ActionText,
        /// What the client is told.
        notice: Public,
        /// Policy ids that decided.
        policies: Vec<String>,
        /// The version of the policy in force.
        policy_version: String,
    },
    /// A wait for a human ended.
    #[serde(rename = "hold.end")]
    HoldEnded {
        /// Its stream.
        stream: StreamId,
        /// Its number.
        command: CommandId,
        /// How.
        how: HoldEnded,
        /// Who decided; nobody when it expired or was withdrawn.
        by: Vec<PrincipalId>,
        /// What they wrote.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
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
    /// An operator changed something of the gateway.
    #[serde(rename = "admin.act")]
    Act {
        /// What, as `token.create`: words of ours.
        act: String,
        /// Who.
        by: By,
        /// On what, by name.
        details: BTreeMap<String, String>,
    },
    /// Somebody read evidence.
    #[serde(rename = "evidence.read")]
    Read {
        /// What, as `session`: words of ours.
        what: String,
        /// Who.
        by: By,
        /// Which, by name.
        details: BTreeMap<String, String>,
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

/// How a wait for a human ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldEnded {
    /// Somebody else said yes.
    Approved,
    /// Somebody said no.
    Rejected,
    /// Nobody answered in time.
    Expired,
    /// The client took it back, or left.
    Withdrawn,
    /// The client was told to come again when it is approved.
    Deferred,
}

/// Who did something of the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum By {
    /// Somebody at its own machine.
    Operator(Operator),
    /// Somebody who proved who they are.
    Person {
        /// Who.
        person: PrincipalId,
        /// By which credential.
        credential: CredentialId,
        /// From which address.
        client: String,
    },
    /// The gateway itself, because a time came or a file changed.
    Gateway {
        /// Why: words of ours.
        gateway: &'static str,
    },
}

/// Somebody at the gateway's own machine, as the operating system knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operator {
    /// Number of the user.
    pub uid: u32,
    /// Name of the user, when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}
