//! Durations, sizes and dates, as annotations write them.

use std::time::Duration;

use time::macros::format_description;
use time::{Date, OffsetDateTime};

/// `30s`, `15m`, `8h`, `2d`: at least a second.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// `512B`, `64KiB`, `10MiB`, `1GiB`: at least a byte.
pub(crate) fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let bytes = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(bytes)
}

/// A whole number of at least one, without leading zero, sign or space.
pub(crate) fn number(text: &str) -> Option<u64> {
    split(text).filter(|(_, unit)| unit.is_empty()).map(|(number, _)| number)
}

/// The beginning of a day, `2026-12-31`: microseconds since 1970 UTC.
pub(crate) fn date(text: &str) -> Option<u64> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    micros(day.midnight().assume_utc())
}

/// A date, or an RFC 3339 time: microseconds since 1970 UTC.
pub(crate) fn moment(text: &str) -> Option<u64> {
    let exact = || OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok().and_then(micros);
    date(text).or_else(exact)
}

/// That time, for values that came from a clock.
pub(crate) fn utc(us: u64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(us) * 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// A time for people: `2026-07-01 12:00:30 UTC`.
pub(crate) fn clock(us: u64) -> String {
    // The second in which it is reached, so that nobody comes too early.
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    utc(us.saturating_add(999_999)).format(format).unwrap_or_default()
}

/// `15 minutes`, `1 hour`, `90 seconds`: the largest unit without a rest.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (number, unit) = match seconds {
        0 => (0, "second"),
        _ if seconds.is_multiple_of(86400) => (seconds / 86400, "day"),
        _ if seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let number: u64 = digits.parse().ok()?;
    (number > 0 && !digits.starts_with('0')).then_some((number, unit))
}

fn micros(time: OffsetDateTime) -> Option<u64> {
    u64::try_from(time.unix_timestamp_nanos() / 1000).ok()
}
