//! Type and body of each event: what stands in the log in clear. Nothing that a client chose is in it.

use model::{ActionText, CommandId, Event, HoldEnded, Outcome, Public, RequestId, StreamId};
use uuid::Uuid;

use super::object::{Object, list, short};
use super::{Body, words};
use crate::keys::MasterKey;
use crate::sequencer::{Change, STARTED};

/// Bytes of a text of ours, at most.
const TEXT: usize = 256;
/// Policy ids that are named, at most, and bytes of each.
const IDS: usize = 32;
const ID: usize = 128;

/// What bodies tell besides the event.
pub(super) struct Around<'a> {
    pub(super) run: Uuid,
    pub(super) master: &'a MasterKey,
}

/// Type, body, and what it changes in its chain.
pub(crate) struct Entry {
    pub(crate) kind: &'static str,
    pub(crate) body: Body,
    pub(crate) change: Change,
}

impl Entry {
    fn new(kind: &'static str, body: &mut Object) -> Self {
        Self { kind, body: Body::Ready(body.end()), change: Change::Nothing }
    }

    fn changing(self, change: Change) -> Self {
        Self { change, ..self }
    }

    /// What stands in the log of an event, but for its payloads.
    pub(super) fn of(event: &Event, around: &Around<'_>) -> Self {
        match event {
            Event::GatewayStarted { version, build, config } => {
                let mut body = Object::new();
                body.string("build", build, TEXT).string("config", config, TEXT).string("version", version, TEXT);
                Self::new(STARTED, &mut body)
            }
            Event::GatewayStopped => gateway_stopped("stopped"),
            Event::GatewayRecovered { sessions } => gateway_recovered(*sessions, 0, false),
            Event::GatewayFailclosed { reason } => gateway_failclosed(reason),
            Event::SigninRefused { protocol, reason, .. } => {
                let class = words::class(reason.class);
                Self::new(
                    "signin.refused",
                    Object::new().string("class", class, TEXT).string("protocol", protocol, TEXT),
                )
            }
            Event::SessionStart { .. } => session_start(event, around),
            Event::Command { stream, command, action, policies, observed, policy_version, approved } => {
                let doing = Doing {
                    approved: Some(*approved),
                    observed,
                    command: Some(*command),
                    ..Doing::of(action, Basis(policies, policy_version), *stream)
                };
                let change = Change::Opened { command: command.0, stream: stream.0 };
                Self::new("command", &mut doing.body()).changing(change)
            }
            Event::Progress { stream, command, outcome } => progress(*stream, *command, outcome),
            Event::ResultPart { stream, command, part, .. } => {
                let mut body = numbered(*command);
                Self::new("result.part", body.number("part", *part).number("stream", stream.0.into()))
            }
            Event::Shown { stream, .. } => Self::new("shown", Object::new().number("stream", stream.0.into())),
            Event::Outcome { stream, command, outcome, duration_us, .. } => {
                outcome_of(*stream, *command, outcome, *duration_us)
            }
            Event::Refusal { stream, command, action, reason, policies, policy_version } => {
                let basis = Basis(policies, policy_version);
                let doing = Doing { class: Some(reason), command: *command, ..Doing::of(action, basis, *stream) };
                Self::new("refusal", &mut doing.body())
            }
            Event::Hold { stream, command, request, action, policies, policy_version, .. } => {
                let basis = Basis(policies, policy_version);
                let request = Some(*request);
                let doing = Doing { command: Some(*command), request, ..Doing::of(action, basis, *stream) };
                let change = Change::Held { command: command.0, stream: stream.0 };
                Self::new("hold", &mut doing.body()).changing(change)
            }
            Event::HoldEnded { stream, command, how, .. } => hold_end(*stream, *command, *how),
            Event::Cancel { .. } => Self::new("cancel", &mut Object::new()),
            Event::Violation { stream, reason } => {
                let class = words::class(reason.class);
                Self::new("violation", Object::new().string("class", class, TEXT).number("stream", stream.0.into()))
            }
            Event::Act { act, .. } => Self::new("admin.act", Object::new().string("act", act, TEXT)),
            Event::Read { what, .. } => Self::new("evidence.read", Object::new().string("what", what, TEXT)),
            Event::SessionEnd { cause, .. } => session_end(cause),
        }
    }
}

/// The first record of a log.
pub(crate) fn genesis(schema: &str, key: &str) -> Entry {
    Entry::new("log.genesis", Object::new().string("key", key, TEXT).string("schema", schema, TEXT))
}

/// The end of a run: `stopped` or `crash`.
pub(crate) fn gateway_stopped(cause: &str) -> Entry {
    Entry::new("gateway.stopped", Object::new().string("cause", cause, TEXT)).changing(Change::End)
}

pub(crate) fn gateway_recovered(sessions: u64, torn_bytes: u64, rebuilt: bool) -> Entry {
    let mut body = Object::new();
    if rebuilt {
        body.truth("rebuilt", true);
    }
    Entry::new("gateway.recovered", body.number("sessions", sessions).number("torn_bytes", torn_bytes))
}

/// The end of a hold that nobody waits for any more.
pub(crate) fn hold_withdrawn(stream: StreamId, command: CommandId) -> Entry {
    hold_end(stream, command, HoldEnded::Withdrawn)
}

fn hold_end(stream: StreamId, command: CommandId, how: HoldEnded) -> Entry {
    let mut body = numbered(command);
    let entry = Entry::new("hold.end", body.string("how", words::how(how), TEXT).number("stream", stream.0.into()));
    entry.changing(Change::HoldEnded { command: command.0 })
}

pub(crate) fn gateway_failclosed(reason: &str) -> Entry {
    Entry::new("gateway.failclosed", Object::new().string("reason", reason, TEXT))
}

pub(crate) fn clock_step(by_us: i64) -> Entry {
    Entry::new("clock.step", Object::new().integer("by_us", by_us))
}

pub(crate) fn heads(body: &mut Object, actors: Vec<String>, resources: Vec<String>) -> Entry {
    Entry::new("heads", body).changing(Change::Heads { actors, resources })
}

pub(crate) fn session_end(cause: &str) -> Entry {
    let cause = short(cause, TEXT).to_owned();
    Entry { kind: "session.end", body: Body::End { cause }, change: Change::End }
}

/// How a command ended.
pub(crate) fn outcome_of(stream: StreamId, command: CommandId, outcome: &Outcome, duration_us: Option<u64>) -> Entry {
    let mut body = Object::new();
    body.number("bytes", outcome.bytes);
    if let Some(code) = &outcome.code {
        body.string("code", code, TEXT);
    }
    body.number("command", command.0);
    if let Some(duration) = duration_us {
        body.number("duration_us", duration);
    }
    if let Some(masked) = outcome.masked {
        body.number("masked", masked);
    }
    if let Some(rows) = outcome.rows {
        body.number("rows", rows);
    }
    body.string("status", words::status(outcome.status), TEXT).number("stream", stream.0.into());
    Entry::new("outcome", &mut body).changing(Change::Closed { command: command.0 })
}

fn progress(stream: StreamId, command: CommandId, outcome: &Outcome) -> Entry {
    let mut body = Object::new();
    body.number("bytes", outcome.bytes).number("command", command.0);
    if let Some(rows) = outcome.rows {
        body.number("rows", rows);
    }
    Entry::new("progress", body.number("stream", stream.0.into()))
}

fn session_start(event: &Event, around: &Around<'_>) -> Entry {
    let mut body = Object::new();
    let Event::SessionStart { principal, resource, protocol, tls, policies, policy_version, .. } = event else {
        return Entry::new("session.start", &mut body);
    };
    let actor = around.master.actor(&principal.id.issuer, &principal.id.subject);
    let identity = if principal.id.issuer == "local" { "local" } else { "federated" };
    body.string("actor", &actor, TEXT).string("identity", identity, TEXT);
    policy(&mut body, Basis(policies, policy_version), &[]);
    body.string("protocol", protocol, TEXT).string("resource", resource.as_str(), TEXT);
    body.string("run", &around.run.to_string(), TEXT).truth("tls", *tls);
    let change = Change::Session { actor, resource: resource.as_str().to_owned() };
    Entry::new("session.start", &mut body).changing(change)
}

/// What commands, refusals and holds have in common.
struct Doing<'a> {
    action: &'a ActionText,
    basis: Basis<'a>,
    stream: StreamId,
    approved: Option<bool>,
    class: Option<&'a Public>,
    command: Option<CommandId>,
    request: Option<RequestId>,
    observed: &'a [String],
}

impl<'a> Doing<'a> {
    fn of(action: &'a ActionText, basis: Basis<'a>, stream: StreamId) -> Self {
        Self { action, basis, stream, approved: None, class: None, command: None, request: None, observed: &[] }
    }

    fn body(&self) -> Object {
        let mut body = Object::new();
        if let Some(approved) = self.approved {
            body.truth("approved", approved);
        }
        body.string("certainty", words::certainty(self.action.certainty), TEXT);
        if let Some(reason) = self.class {
            body.string("class", words::class(reason.class), TEXT);
        }
        if let Some(command) = self.command {
            body.number("command", command.0);
        }
        body.string("name", self.action.name, TEXT).string("phase", words::phase(self.action.phase), TEXT);
        policy(&mut body, self.basis, self.observed);
        if let Some(request) = self.request {
            body.string("request", &request.to_string(), TEXT);
        }
        body.number("stream", self.stream.0.into()).string("verb", self.action.verb.as_str(), TEXT);
        body
    }
}

fn numbered(command: CommandId) -> Object {
    let mut body = Object::new();
    body.number("command", command.0);
    body
}

/// Which policies decided, and of which version.
#[derive(Clone, Copy)]
struct Basis<'a>(&'a [String], &'a str);

fn policy(body: &mut Object, Basis(ids, version): Basis<'_>, observed: &[String]) {
    if ids.is_empty() && version.is_empty() {
        return;
    }
    let mut policy = Object::new();
    policy.raw("ids", &named(ids));
    if !observed.is_empty() {
        policy.raw("observed", &named(observed));
    }
    body.raw("policy", &policy.string("version", version, TEXT).end());
}

fn named(ids: &[String]) -> Vec<u8> {
    list(ids.iter().take(IDS).map(|id| {
        let mut text = Vec::new();
        tlog::json::string(&mut text, short(id, ID));
        text
    }))
}
