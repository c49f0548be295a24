//! An action as it stands in a record.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::action::{Action, Certainty, Phase, Verb};
use crate::credential::{without, without_tokens};

/// An action as it stands in a record and as people are shown it: its bytes, but with a mark in the place of each credential.
/// Where its text has only a name for what it runs, that stands before it, under a mark. Printed, they are text where they are that.
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
    /// Parameters as people read them: as on the wire, or as text where a binary form is understood; `None` = NULL.
    pub parameters: Vec<Option<Bytes>>,
    /// The command as it was typed, when that is not what stands here.
    pub typed: Option<Typed>,
}

/// A command with its credentials, and its parameters as on the wire. What is written down commits to it; it is itself neither written nor shown.
#[derive(Clone)]
pub struct Typed {
    /// The text.
    pub text: Bytes,
    /// The parameters.
    pub parameters: Vec<Option<Bytes>>,
    /// Whether something was left out of it.
    pub left_out: bool,
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(..)")
    }
}

impl From<&Action> for ActionText {
    fn from(action: &Action) -> Self {
        let text = harmless(&action.text, &action.credentials.text);
        let behind = action.behind.as_ref().map(|behind| {
            let harmless = harmless(behind, &action.credentials.behind);
            (harmless.is_some(), harmless.unwrap_or_else(|| behind.clone()))
        });
        let mut left = action.credentials.parameters.as_slice();
        let mut harmed = text.is_some() || behind.as_ref().is_some_and(|(harmed, _)| *harmed);
        let mut parameters = action.readable_parameters();
        for (number, parameter) in parameters.iter_mut().enumerate() {
            let behind = left.partition_point(|(of, _)| *of <= number);
            let (own, others) = left.split_at(behind);
            left = others;
            let ranges: Vec<_> = own.iter().map(|(_, range)| range.clone()).collect();
            if let Some(marked) = parameter.as_ref().and_then(|value| harmless(value, &ranges)) {
                *parameter = Some(marked);
                harmed = true;
            }
        }
        let differs = harmed || behind.is_some() || !action.readable.is_empty();
        let typed = differs.then(|| Typed {
            text: action.text.clone(),
            parameters: action.parameters.clone(),
            left_out: harmed,
        });
        let text = text.unwrap_or_else(|| action.text.clone());
        Self {
            verb: action.verb,
            name: action.name,
            certainty: action.certainty,
            phase: action.phase,
            text: behind.map_or_else(|| text.clone(), |(_, behind)| under_mark(&behind, &text)),
            parameters,
            typed,
        }
    }
}

/// What stands before the text that a name stands for, in a record and before approvers.
const RUNS: &str = "/* runs */ ";

/// What a command runs, and behind it the command itself, as two statements.
fn under_mark(behind: &[u8], text: &[u8]) -> Bytes {
    // On a line of its own: what is behind may end with a comment.
    [RUNS.as_bytes(), behind, b"\n;\n", text].concat().into()
}

/// The bytes without credentials and tokens; `None` when they hold none.
pub(crate) fn harmless(bytes: &Bytes, credentials: &[Range<usize>]) -> Option<Bytes> {
    let without_credentials = without(bytes, credentials);
    match (without_tokens(&without_credentials), &without_credentials) {
        (Cow::Owned(marked), _) => Some(marked.into()),
        (Cow::Borrowed(_), Cow::Owned(marked)) => Some(Bytes::copy_from_slice(marked)),
        (Cow::Borrowed(_), Cow::Borrowed(_)) => None,
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
