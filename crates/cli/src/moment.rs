//! Times as they are typed and shown: microseconds since 1970 within, UTC without.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use config::Span;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, macros::format_description};

use crate::failure::{Code, Failure, Outcome};

/// What `option` was given: 2026-07-01T12:00:00Z, 2026-07-01, or how long ago (15m, 8h).
pub(crate) fn typed(option: &str, text: &str) -> Outcome<u64> {
    parse(text, SystemTime::now()).ok_or_else(|| {
        Failure::new(Code::Usage, format!("{option} does not understand {text:?}"))
            .hint("Write 2026-07-01T12:00:00Z, 2026-07-01, or how long ago: 15m, 8h, 2d.")
    })
}

fn parse(text: &str, now: SystemTime) -> Option<u64> {
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

/// To the second.
pub(crate) fn to_second(time_us: u64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    utc(time_us).and_then(|time| time.format(&format).ok()).unwrap_or_else(|| time_us.to_string())
}

/// To the millisecond.
pub(crate) fn to_milli(time_us: u64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    utc(time_us).and_then(|time| time.format(&format).ok()).unwrap_or_else(|| time_us.to_string())
}

fn utc(time_us: u64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(time_us) * 1_000).ok()
}
