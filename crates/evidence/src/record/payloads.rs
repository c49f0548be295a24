//! What people typed, what they were shown, and who they are: the payloads of each event, before they are sealed.

use std::borrow::Cow;

use bytes::Bytes;
use model::{ActionText, Event, Public, Shown};
use serde_json::{Value, json};
use tlog::merkle::sha256;

use crate::keys::{Kind, Whole};

/// One payload.
pub(super) struct Payload<'a> {
    pub(super) kind: Kind,
    pub(super) bytes: Cow<'a, [u8]>,
    /// All of it, when something was left out.
    pub(super) whole: Option<Whole>,
}

impl<'a> Payload<'a> {
    fn bytes(kind: Kind, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { kind, bytes: bytes.into(), whole: None }
    }

    /// What a token stands in, typed in a wrong place, is kept without it.
    fn json(kind: Kind, value: &Value) -> Self {
        Self::bytes(kind, model::without_tokens(value.to_string().as_bytes()).into_owned())
    }

    /// What was typed, as far as it is kept.
    fn typed(kind: Kind, kept: impl Into<Cow<'a, [u8]>>, exact: Option<Vec<u8>>) -> Self {
        let kept = Self::bytes(kind, kept);
        let whole = exact.filter(|exact| *exact != *kept.bytes).map(|exact| whole(&exact));
        Self { whole, ..kept }
    }

    /// What was shown. Its messages stay as long as they are: of a token in them, each byte is covered.
    fn shown(bytes: &'a [u8]) -> Self {
        let tokens = model::tokens(bytes);
        if tokens.is_empty() {
            return Self::bytes(Kind::Result, bytes);
        }
        let mut covered = bytes.to_vec();
        for token in tokens {
            covered.get_mut(token).unwrap_or_default().fill(b'*');
        }
        Self { whole: Some(whole(bytes)), ..Self::bytes(Kind::Result, covered) }
    }

    /// The payloads of an event, in the order of their references.
    pub(super) fn of(event: &'a Event) -> Vec<Self> {
        match event {
            Event::SigninRefused { client, user, resource, reason, .. } => {
                let signin = json!({ "client": client, "user": user, "resource": resource, "reason": reason });
                vec![Self::json(Kind::Signin, &present(signin))]
            }
            Event::SessionStart { .. } => vec![who(event)],
            Event::Command { action, .. } => typed(action),
            Event::Refusal { action, reason, .. } | Event::Hold { action, notice: reason, .. } => {
                let mut payloads = typed(action);
                payloads.push(told(reason));
                payloads
            }
            Event::Outcome { shown, .. } => shown.iter().map(result).collect(),
            Event::ResultPart { bytes, .. } | Event::Shown { bytes, .. } => vec![Self::shown(bytes)],
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
    let kept = Payload::shown(&shown.kept);
    let cut = shown.is_cut().then_some(Whole { length: shown.total, digest: shown.digest });
    Payload { whole: cut.or(kept.whole), ..kept }
}

fn whole(bytes: &[u8]) -> Whole {
    Whole { length: u64::try_from(bytes.len()).unwrap_or(u64::MAX), digest: sha256(bytes) }
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
        let exact = action.typed.as_ref().map(|typed| typed.text.to_vec());
        payloads.push(Payload::typed(Kind::Text, action.text.as_ref(), exact));
    }
    if !action.parameters.is_empty() {
        let exact = action.typed.as_ref().map(|typed| parameters(&typed.parameters));
        payloads.push(Payload::typed(Kind::Parameters, parameters(&action.parameters), exact));
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

#[cfg(test)]
mod tests;
