//! An action as it stands in a record.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::action::{Action, Certainty, Phase, Verb};

/// An action as it stands in a record: its exact bytes. Printed, they are text where they are that.
#[derive(Clone, Debug)]
pub struct ActionText {
    /// The most consequential effect.
    pub verb: Verb,
    /// The protocol's word.
    pub name: &'static str,
    /// How sure.
    pub certainty: Certainty,
    /// Prepared or run.
    pub phase: Phase,
    /// The text.
    pub text: Bytes,
    /// Parameters as on the wire; `None` = NULL.
    pub parameters: Vec<Option<Bytes>>,
}

impl From<&Action> for ActionText {
    fn from(action: &Action) -> Self {
        Self {
            verb: action.verb,
            name: action.name,
            certainty: action.certainty,
            phase: action.phase,
            text: action.text.clone(),
            parameters: action.parameters.clone(),
        }
    }
}

/// How people read it.
#[derive(Serialize)]
struct Printed {
    verb: Verb,
    name: &'static str,
    certainty: Certainty,
    phase: Phase,
    /// The text, when it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The text in base16, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    text_hex: Option<String>,
    /// UTF-8 where they are that, else `\x` and base16; null = NULL.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Option<String>>,
}

impl Serialize for ActionText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = std::str::from_utf8(&self.text).ok().map(str::to_owned);
        let text_hex = text.is_none().then(|| hex(&self.text));
        let parameters = self.parameters.iter().map(|value| value.as_ref().map(show)).collect();
        let Self { verb, name, certainty, phase, .. } = *self;
        Printed { verb, name, certainty, phase, text, text_hex, parameters }.serialize(serializer)
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
