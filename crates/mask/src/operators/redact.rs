//! `redact`: nothing of a value is shown but its type.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use model::{Value, ValueKind, Veil};

use super::{element, fits};

/// What stands in the place of texts.
const MASKED: &str = "[masked]";
const MASKED_JSON: &str = "\"[masked]\"";

/// Shows the same for all values of a kind.
pub(crate) struct Redact;

impl Veil for Redact {
    fn veil<'v>(&self, _: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        redacted(kind)
    }
}

/// What is shown for all values of a kind; `None` where there is no such value.
pub(super) fn redacted(kind: &ValueKind) -> Option<Value<'static>> {
    Some(match element(kind) {
        ValueKind::Text(limit) => Value::Text(masked(*limit)),
        ValueKind::Integer(_) => Value::Integer(0),
        ValueKind::Float(_) => Value::Float(0.0),
        ValueKind::Decimal => Value::Decimal("0".into()),
        ValueKind::Bool => Value::Bool(false),
        ValueKind::Uuid => Value::Uuid([0; 16]),
        ValueKind::Date => Value::Date(0),
        ValueKind::Time => Value::Time(0),
        ValueKind::Timestamp => Value::Timestamp(0),
        // One for both families, which would tell something too.
        ValueKind::Network => Value::Network(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        ValueKind::Json => Value::Json(MASKED_JSON.into()),
        ValueKind::Bytes => Value::Bytes(Cow::Borrowed(&[])),
        ValueKind::List(_) | ValueKind::Other => return None,
    })
}

fn masked(limit: Option<u32>) -> Cow<'static, str> {
    match limit {
        Some(limit) if !fits(MASKED.len(), Some(limit)) => {
            "*".repeat(usize::try_from(limit).unwrap_or_default()).into()
        }
        _ => MASKED.into(),
    }
}
