//! The words of small enumerations, as serde has them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::{Kind, Problem};

/// The word of a value that is written as one word.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// What a word of somebody else means.
pub(crate) fn meant<T: DeserializeOwned>(name: &str, word: &str) -> Result<T, Problem> {
    serde_json::from_value(Value::String(word.to_owned())).map_err(|_| {
        let detail = format!("{name} cannot be {}", wire::escaped(word));
        Problem::new(Kind::Invalid, detail, "The words are listed by GET /v1/openapi.json.")
    })
}
