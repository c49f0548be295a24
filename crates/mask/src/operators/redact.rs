//! `redact`: nothing of a value is shown but its type.

use std::net::{IpAddr, Ipv4Addr};

use model::{Value, ValueKind, Veil};

use super::{element, fits};

/// What stands in the place of texts.
const MASKED: &str = "[masked]";

/// Shows the same for all values of a kind.
pub(crate) struct Redact;

impl Veil for Redact {
    fn veil(&self, _: &Value, kind: &ValueKind) -> Option<Value> {
        redacted(kind)
    }
}

/// What is shown for all values of a kind; `None` where there is no such value.
pub(super) fn redacted(kind: &ValueKind) -> Option<Value> {
    Some(match element(kind) {
        ValueKind::Text(limit) => Value::Text(masked(*limit)),
        ValueKind::Integer(_) => Value::Integer(0),
        ValueKind::Float(_) => Value::Float(0.0),
        ValueKind::Decimal => Value::Decimal("0".to_owned()),
        ValueKind::Bool => Value::Bool(false),
        ValueKind::Uuid => Value::Uuid([0; 16]),
        ValueKind::Date => Value::Date(0),
        ValueKind::Time => Value::Time(0),
        ValueKind::Timestamp => Value::Timestamp(0),
        // One for both families, which would tell something too.
        ValueKind::Network => Value::Network(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        ValueKind::Json => Value::Json(format!("\"{MASKED}\"")),
        ValueKind::Bytes => Value::Bytes(Vec::new()),
        ValueKind::List(_) | ValueKind::Other => return None,
    })
}

fn masked(limit: Option<u32>) -> String {
    match limit {
        Some(limit) if !fits(MASKED.len(), Some(limit)) => "*".repeat(usize::try_from(limit).unwrap_or_default()),
        _ => MASKED.to_owned(),
    }
}
