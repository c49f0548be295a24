//! Which records are wanted.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::Span;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, macros::format_description};

use super::sessions::Who;
use super::text;
use crate::arguments::LogArguments;
use crate::failure::{Code, Failure, Outcome};

/// All of these must hold.
pub(super) struct Filter {
    session: Option<String>,
    types: Vec<String>,
    person: Option<String>,
    since_us: u64,
}

impl Filter {
    pub(super) fn new(arguments: &LogArguments) -> Outcome<Self> {
        let since_us = match &arguments.since {
            None => 0,
            Some(text) => since(text, SystemTime::now()).ok_or_else(|| {
                Failure::new(Code::Usage, format!("--since does not understand {text:?}"))
                    .hint("Write 2026-07-01T12:00:00Z, 2026-07-01, or how long ago: 15m, 8h, 2d.")
            })?,
        };
        Ok(Self {
            session: arguments.session.clone(),
            types: arguments.types.clone(),
            person: arguments.person.clone(),
            since_us,
        })
    }

    pub(super) fn wants(&self, record: &Value, who: &Who) -> bool {
        let time_us = record.get("time_us").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let session = self.session.as_deref().is_none_or(|id| text(record, "session").starts_with(id));
        let kind = self.types.is_empty() || self.types.iter().any(|kind| kind == text(record, "type"));
        let person = self.person.as_deref().is_none_or(|person| who.person == person);
        session && kind && person && time_us >= self.since_us
    }
}

/// Microseconds since 1970 of a time that was typed.
pub(super) fn since(text: &str, now: SystemTime) -> Option<u64> {
    if let Ok(Span(ago)) = text.parse() {
        let then = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).saturating_sub(ago);
        return u64::try_from(then.as_micros()).ok();
    }
    let day = || {
        let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
        Some(date.midnight().assume_utc())
    };
    let then = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(day)?;
    u64::try_from(then.unix_timestamp_nanos() / 1_000).ok()
}
