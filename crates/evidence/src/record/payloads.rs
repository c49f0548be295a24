//! What people typed, what they were shown, and who they are: the payloads of each event, before they are sealed.

use std::borrow::Cow;

use bytes::Bytes;
use model::{ActionText, Event, Public, Shown};
use serde_json::{Value, json};

use crate::keys::{Kind, Whole};

/// One payload.
pub(super) struct Payload<'a> {
    pub(super) kind: Kind,
    pub(super) bytes: Cow<'a, [u8]>,
    /// What the bytes are only the beginning of.
    pub(super) whole: Option<Whole>,
}

impl<'a> Payload<'a> {
    fn bytes(kind: Kind, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { kind, bytes: bytes.into(), whole: None }
    }

    fn json(kind: Kind, value: &Value) -> Self {
        Self::bytes(kind, value.to_string().into_bytes())
    }

    /// The payloads of an event, in the order of their references.
    pub(super) fn of(event: &'a Event) -> Vec<Self> {
        match event {
            Event::SigninRefused { client, user, resource, reason, .. } => {
                let signin = json!({ "client": client, "user": user, "resource": resource, "reason": reason });
                vec![Self::json(Kind::Signin, &present(signin))]
            }
            Event::SessionStart { .. } => vec![who(event)],
            Event::Command { action, .. } | Event::Hold { action, .. } => typed(action),
            Event::Refusal { action, reason, .. } => {
                let mut payloads = typed(action);
                payloads.push(told(reason));
                payloads
            }
            Event::Outcome { shown, .. } => shown.iter().map(result).collect(),
            Event::ResultPart { bytes, .. } => vec![Self::bytes(Kind::Result, bytes.as_ref())],
            Event::HoldEnded { by, reason, .. } => {
                vec![Self::json(Kind::Approval, &present(json!({ "by": by, "reason": reason })))]
            }
            Event::Cancel { client } => vec![Self::json(Kind::Client, &json!({ "client": client }))],
            Event::Violation { reason, .. } => vec![told(reason)],
            Event::Act { by, details, .. } | Event::Read { by, details, .. } => {
                vec![Self::json(Kind::Act, &json!({ "by": by, "details": details }))]
            }
            Event::GatewayStarted { .. }
            | Event::GatewayStopped
            | Event::GatewayRecovered { .. }
            | Event::GatewayFailclosed { .. }
            | Event::Progress { .. }
            | Event::SessionEnd { .. } => Vec::new(),
        }
    }
}

/// What the client was shown, as far as it is kept here.
fn result(shown: &Shown) -> Payload<'_> {
    let whole = shown.is_cut().then_some(Whole { length: shown.total, digest: shown.digest });
    Payload { whole, ..Payload::bytes(Kind::Result, shown.kept.as_ref()) }
}

fn who(event: &Event) -> Payload<'_> {
    let Event::SessionStart { principal, credential, account, database, client, program, .. } = event else {
        return Payload::json(Kind::Who, &json!({}));
    };
    let who = json!({
        "principal": principal,
        "credential": credential,
        "account": account,
        "database": database,
        "client": client,
        "program": program,
    });
    Payload::json(Kind::Who, &present(who))
}

/// The text of a command and its parameters, when there are any.
fn typed(action: &ActionText) -> Vec<Payload<'_>> {
    let mut payloads = Vec::new();
    if !action.text.is_empty() {
        payloads.push(Payload::bytes(Kind::Text, action.text.as_ref()));
    }
    if !action.parameters.is_empty() {
        payloads.push(Payload::bytes(Kind::Parameters, parameters(&action.parameters)));
    }
    payloads
}

/// Each with its length before it.
fn parameters(parameters: &[Option<Bytes>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for parameter in parameters {
        let length = parameter.as_ref().map_or(u32::MAX, |value| u32::try_from(value.len()).unwrap_or(u32::MAX));
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(parameter.as_deref().unwrap_or_default());
    }
    bytes
}

fn told(reason: &Public) -> Payload<'_> {
    Payload::json(Kind::Reason, &json!(reason))
}

/// Without what is not there.
fn present(mut value: Value) -> Value {
    if let Value::Object(members) = &mut value {
        members.retain(|_, value| !value.is_null());
    }
    value
}
