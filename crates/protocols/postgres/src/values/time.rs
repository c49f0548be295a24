//! Dates and times, in the ISO style alone. In binary form they are counted from 2000, here from 1970.

use std::fmt::Write;

use bytes::{BufMut, BytesMut};

use super::{Form, ascii};

/// Days from 1970-01-01 to 2000-01-01.
const EPOCH_DAYS: i64 = 10_957;
const DAY: i64 = 86_400_000_000;
const EPOCH: i64 = EPOCH_DAYS * DAY;
const SECOND: i64 = 1_000_000;

/// Years that any version of the target can write.
const LAST_YEAR: i64 = 5_900_000;

pub(super) fn decode_date(form: Form, bytes: &[u8]) -> Option<i32> {
    if form.binary {
        return match i32::from_be_bytes(bytes.try_into().ok()?) {
            end @ (i32::MIN | i32::MAX) => Some(end),
            days => i32::try_from(i64::from(days) + EPOCH_DAYS).ok().filter(|days| *days != i32::MAX),
        };
    }
    match bytes {
        b"infinity" => Some(i32::MAX),
        b"-infinity" => Some(i32::MIN),
        bytes => {
            let (text, before) = era(ascii(bytes)?);
            i32::try_from(days(text, before)?).ok()
        }
    }
}

pub(super) fn encode_date(form: Form, value: i32, into: &mut BytesMut) -> Option<()> {
    let ends = matches!(value, i32::MIN | i32::MAX);
    if form.binary {
        let days = if ends { i64::from(value) } else { i64::from(value) - EPOCH_DAYS };
        into.put_i32(i32::try_from(days).ok()?);
    } else if ends {
        put_end(value > 0, into);
    } else {
        let before = put_day(i64::from(value), into)?;
        put_era(before, into);
    }
    Some(())
}

pub(super) fn decode_time(form: Form, bytes: &[u8]) -> Option<i64> {
    let micros = if form.binary { i64::from_be_bytes(bytes.try_into().ok()?) } else { clock(ascii(bytes)?)? };
    (0..=DAY).contains(&micros).then_some(micros)
}

pub(super) fn encode_time(form: Form, value: i64, into: &mut BytesMut) -> Option<()> {
    if !(0..=DAY).contains(&value) {
        return None;
    }
    if form.binary {
        into.put_i64(value);
        return Some(());
    }
    put_clock(value, into)
}

pub(super) fn decode_timestamp(form: Form, bytes: &[u8]) -> Option<i64> {
    if form.binary {
        return match i64::from_be_bytes(bytes.try_into().ok()?) {
            end @ (i64::MIN | i64::MAX) => Some(end),
            micros => micros.checked_add(EPOCH).filter(|micros| *micros != i64::MAX),
        };
    }
    match ascii(bytes)? {
        "infinity" => Some(i64::MAX),
        "-infinity" => Some(i64::MIN),
        text => {
            let (text, before) = era(text);
            let (day, rest) = text.split_once(' ')?;
            let (time, offset) = zoned(rest)?;
            let micros = days(day, before)?.checked_mul(DAY)?.checked_add(clock(time).filter(|time| *time < DAY)?)?;
            micros.checked_sub(offset.checked_mul(SECOND)?)
        }
    }
}

/// A time in a zone keeps the offset that stood there.
pub(super) fn encode_timestamp(form: Form, value: i64, original: &[u8], into: &mut BytesMut) -> Option<()> {
    let ends = matches!(value, i64::MIN | i64::MAX);
    if form.binary {
        into.put_i64(if ends { value } else { value.checked_sub(EPOCH)? });
        return Some(());
    }
    if ends {
        put_end(value > 0, into);
        return Some(());
    }
    let (original, _) = era(ascii(original)?);
    // Of an end of time nobody knows whether it has a zone.
    let (_, clock) = original.split_once(' ')?;
    let (time, offset) = zoned(clock)?;
    let zone = clock.get(time.len()..)?;
    let local = value.checked_add(offset.checked_mul(SECOND)?)?;
    let before = put_day(local.div_euclid(DAY), into)?;
    into.put_u8(b' ');
    put_clock(local.rem_euclid(DAY), into)?;
    into.put_slice(zone.as_bytes());
    put_era(before, into);
    Some(())
}

fn put_end(last: bool, into: &mut BytesMut) {
    into.put_slice(if last { b"infinity".as_slice() } else { b"-infinity" });
}

/// The text without its ` BC`, and whether it had one.
fn era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

fn put_era(before: bool, into: &mut BytesMut) {
    if before {
        into.put_slice(b" BC");
    }
}

/// Days since 1970-01-01 of `YYYY-MM-DD`.
fn days(text: &str, before: bool) -> Option<i64> {
    let [year @ .., b'-', m, n, b'-', d, e] = text.as_bytes() else { return None };
    let (month, day) = (digits(&[*m, *n])?, digits(&[*d, *e])?);
    let year = digits(year).filter(|_| (4..=7).contains(&year.len()))?;
    let year = if before { 1_i64.checked_sub(year)? } else { year };
    let days = day_number(year, month, day);
    // A day that is no day of its month comes back as another.
    (civil(days) == (year, month, day)).then_some(days)
}

fn number(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    digits(text.as_bytes()).filter(|_| length.contains(&text.len()))
}

/// A number of few digits and nothing else.
fn digits(text: &[u8]) -> Option<i64> {
    if !(1..=18).contains(&text.len()) {
        return None;
    }
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// Writes a day; whether it stands before year 1.
fn put_day(days: i64, into: &mut BytesMut) -> Option<bool> {
    let (year, month, day) = civil(days);
    let before = year < 1;
    let year = if before { 1 - year } else { year };
    if year > LAST_YEAR {
        return None;
    }
    if year > 9999 {
        write!(into, "{year}").ok()?;
    } else {
        let ([c, d], [y, z]) = (two(year / 100), two(year % 100));
        into.put_slice(&[c, d, y, z]);
    }
    let ([m, n], [d, e]) = (two(month), two(day));
    into.put_slice(&[b'-', m, n, b'-', d, e]);
    Some(before)
}

/// Both digits of a number below 100.
fn two(number: i64) -> [u8; 2] {
    let digit = |digit: i64| b'0'.saturating_add(u8::try_from(digit.rem_euclid(10)).unwrap_or(0));
    [digit(number / 10), digit(number)]
}

/// Microseconds of `HH:MM:SS` with up to six digits behind.
fn clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut fields = whole.splitn(3, ':');
    let hours = number(fields.next()?, 2..=2).filter(|hours| *hours <= 24)?;
    let minutes = number(fields.next()?, 2..=2).filter(|minutes| *minutes < 60)?;
    let seconds = number(fields.next()?, 2..=2).filter(|seconds| *seconds <= 60)?;
    let micros = match fraction {
        None => 0,
        Some(fraction) => {
            let scale = 10_i64.pow(u32::try_from(6_usize.checked_sub(fraction.len())?).ok()?);
            number(fraction, 1..=6)? * scale
        }
    };
    Some(((hours * 60 + minutes) * 60 + seconds) * SECOND + micros)
}

fn put_clock(micros: i64, into: &mut BytesMut) -> Option<()> {
    let (seconds, fraction) = (micros / SECOND, micros % SECOND);
    let ([h, i], [m, n], [s, t]) = (two(seconds / 3600), two(seconds / 60 % 60), two(seconds % 60));
    into.put_slice(&[h, i, b':', m, n, b':', s, t]);
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        write!(into, ".{}", digits.trim_end_matches('0')).ok()?;
    }
    Some(())
}

/// The time of day, and the offset of its zone in seconds: `+HH`, `+HH:MM`, `+HH:MM:SS`.
fn zoned(text: &str) -> Option<(&str, i64)> {
    let Some(at) = text.find(['+', '-']) else { return Some((text, 0)) };
    let (time, zone) = text.split_at_checked(at)?;
    let (sign, fields) = zone.split_at_checked(1)?;
    if fields.split(':').count() > 3 {
        return None;
    }
    let (mut offset, mut unit) = (0, 3600);
    for field in fields.split(':') {
        offset += number(field, 2..=2)? * unit;
        unit /= 60;
    }
    Some((time, if sign == "-" { -offset } else { offset }))
}

/// Days since 1970-01-01 of a day of the Gregorian calendar, which is carried on in both directions.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let index = (5 * of_year + 2) / 153;
    let day = of_year - (153 * index + 2) / 5 + 1;
    let month = if index < 10 { index + 3 } else { index - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}
