//! Durations as people write them: `30s`, `15m`, `8h`, `1h30m`; and `off` where there may be none.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A length of time, written as numbers with units: `500ms`, `30s`, `15m`, `8h`, `1h30m`, `30d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub Duration);

/// Why a length of time was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a duration is a number with a unit (ms, s, m, h, d), such as 30s, 15m, 8h or 1h30m")]
pub struct SpanError;

impl Span {
    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let mut left = text;
        let mut total: u64 = 0;
        while !left.is_empty() {
            let digits = left.find(|c: char| !c.is_ascii_digit()).ok_or(SpanError)?;
            let (number, rest) = left.split_at(digits);
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let (unit, rest) = rest.split_at(letters);
            let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(SpanError)?;
            let number: u64 = number.parse().map_err(|_| SpanError)?;
            total = number.checked_mul(*factor).and_then(|part| total.checked_add(part)).ok_or(SpanError)?;
            left = rest;
        }
        if text.is_empty() { Err(SpanError) } else { Ok(Self(Duration::from_millis(total))) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if left == 0 {
            return f.write_str("0s");
        }
        for (name, factor) in UNITS {
            if left >= factor {
                write!(f, "{}{name}", left / factor)?;
                left %= factor;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl JsonSchema for Span {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "duration" })
    }
}

/// A length of time, or `off` for no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SpanOrOff(pub Option<Span>);

impl SpanOrOff {
    /// The duration; `None` = no bound.
    pub fn duration(self) -> Option<Duration> {
        self.0.map(|span| span.0)
    }
}

impl TryFrom<String> for SpanOrOff {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(None));
        }
        text.parse().map(|span| Self(Some(span))).map_err(|error: SpanError| format!("{error}, or off"))
    }
}

impl From<SpanOrOff> for String {
    fn from(value: SpanOrOff) -> Self {
        value.0.map_or_else(|| "off".to_owned(), |span| span.to_string())
    }
}

impl JsonSchema for SpanOrOff {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "SpanOrOff".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "duration or \"off\"" })
    }
}
