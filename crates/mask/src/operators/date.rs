//! Days as numbers, and the calendar (Gregorian, also before there was one).

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// The first day that databases know: the beginning of the Julian count, 4714-11-24 BC.
pub(super) const FIRST: i32 = -2_440_588;

/// The last: 5874897-12-31.
pub(super) const LAST: i32 = 2_145_042_905;

/// Days since 1970-01-01 of a day. Months and days count from 1.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March, so that the leap day is the last.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era = year.div_euclid(400);
    let year = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = 365 * year + year / 4 - year / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year and month of a day.
pub(super) fn year_and_month(days: i64) -> (i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + next, month)
}

/// Reads `YYYY-MM-DD`.
pub(super) fn read(text: &str) -> Option<i32> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let found = days(year, month, day);
    let good = year > 0 && (1..=12).contains(&month) && day > 0 && day <= length(year, month);
    i32::try_from(found).ok().filter(|_| good)
}

/// Reads `HH:MM` or `HH:MM:SS`, as microseconds.
pub(super) fn read_time(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    let good = hour < 24 && minute < 60 && second < 60;
    good.then_some(((hour * 60 + minute) * 60 + second) * 1_000_000)
}

/// How many days a month has.
fn length(year: i64, month: i64) -> i64 {
    let (after, of) = if month == 12 { (1, year + 1) } else { (month + 1, year) };
    days(of, after, 1) - days(year, month, 1)
}

fn number(text: &str, digits: usize) -> Option<i64> {
    let good = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right_at_its_corners() {
        for (text, day) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("1969-12-31", -1), ("2026-11-23", 20_780)] {
            assert_eq!(read(text), Some(day), "{text}");
        }
        for text in ["1970-1-1", "1970-13-01", "1970-02-29", "0000-01-01", "19700-01-01", "", "1900-02-29", "a-b-c"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(days(5_874_897, 12, 31), i64::from(LAST));
        assert_eq!(days(-4713, 11, 24), i64::from(FIRST));
    }

    #[test]
    fn every_day_of_a_thousand_years_is_in_its_month() {
        let mut day = days(1600, 1, 1);
        for year in 1600..2600 {
            for month in 1..=12 {
                for _ in 0..length(year, month) {
                    assert_eq!(year_and_month(day), (year, month), "{day}");
                    day += 1;
                }
                assert_eq!(days(year, month, 1) + length(year, month), day);
            }
        }
    }
}
