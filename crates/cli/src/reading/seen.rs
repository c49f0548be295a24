//! A record as these commands read it: its leaf, and those of its payloads that were asked for.

use evidence::Payload;
use serde_json::Value;

/// A record.
pub(crate) struct Seen {
    /// Its index in the log.
    pub(crate) sequence: u64,
    /// Its leaf hash.
    pub(crate) hash: [u8; 32],
    /// The leaf.
    pub(crate) leaf: Value,
    /// The record as `signet log --json` prints it, as far as it was asked for.
    pub(crate) view: Value,
    /// Those of its payloads that were asked for, in their order.
    pub(crate) payloads: Vec<Payload>,
}

impl Seen {
    pub(crate) fn kind(&self) -> &str {
        self.leaf_text("type")
    }

    pub(crate) fn sid(&self) -> &str {
        self.leaf_text("sid")
    }

    /// Its place in its chain, from 1.
    pub(crate) fn position(&self) -> u64 {
        self.leaf.get("ss").and_then(Value::as_u64).unwrap_or_default()
    }

    /// Leaf hash of the record before it in its chain.
    pub(crate) fn prev(&self) -> Option<&str> {
        self.leaf.get("prev").and_then(Value::as_str)
    }

    pub(crate) fn time_us(&self) -> u64 {
        self.leaf.get("ts").and_then(Value::as_u64).unwrap_or_default()
    }

    /// What the body says under a key.
    pub(crate) fn body(&self, key: &str) -> Option<&Value> {
        self.leaf.get("body").and_then(|body| body.get(key))
    }

    /// A text of the body; empty when there is none.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.body(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// A number of the body.
    pub(crate) fn number(&self, key: &str) -> Option<u64> {
        self.body(key).and_then(Value::as_u64)
    }

    /// The payload of a kind.
    pub(crate) fn payload(&self, kind: &str) -> Option<&Payload> {
        self.payloads.iter().find(|payload| payload.kind == kind)
    }

    /// The object that the payload of a kind is; null when it cannot be opened.
    pub(crate) fn object(&self, kind: &str) -> Value {
        let bytes = self.payload(kind).and_then(|payload| payload.bytes.as_deref().ok());
        bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }

    fn leaf_text(&self, key: &str) -> &str {
        self.leaf.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}
