//! An action as people read it in a record.

use bytes::Bytes;
use serde::Serialize;

use crate::action::{Action, Certainty, Phase, Verb};

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
