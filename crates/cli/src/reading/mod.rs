//! Reading the log for people and programs: records at any place, whom they are about, and each as one line.

mod line;
mod people;
mod seen;
mod source;

pub(crate) use line::line;
pub(crate) use people::{People, Who};
pub(crate) use seen::Seen;
pub(crate) use source::Source;

use serde_json::Value;

/// A text member of a record; empty when it has none.
pub(crate) fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}
