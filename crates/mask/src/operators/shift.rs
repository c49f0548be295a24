//! `shift(DAYS)`: a date or time moved by some days, the same number for all values of a column, never none.

use model::{Value, ValueKind, Veil};

use super::redact::redacted;
use super::{date, element};
use crate::Keys;
use crate::keys::Purpose;

/// Moves dates by so many days.
pub(super) struct Shift(i32);

impl Shift {
    /// By at most so many days, in either direction, as the key says for this column.
    pub(super) fn new(keys: &Keys, days: u16, place: &str) -> Self {
        let most = i32::from(days.max(1));
        let digest = u128::from_be_bytes(keys.digest(Purpose::Shift, place.as_bytes()));
        let drawn = i32::try_from(digest % u128::from(most.unsigned_abs() * 2)).unwrap_or_default();
        Self(if drawn < most { drawn - most } else { drawn - most + 1 })
    }

    fn moved<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        match (value, element(kind)) {
            (Value::Date(i32::MIN | i32::MAX), ValueKind::Date)
            | (Value::Timestamp(i64::MIN | i64::MAX), ValueKind::Timestamp) => Some(value.clone()),
            (Value::Date(day), ValueKind::Date) => {
                day.checked_add(self.0).filter(|day| (date::FIRST..=date::LAST).contains(day)).map(Value::Date)
            }
            (Value::Timestamp(time), ValueKind::Timestamp) => {
                let moved = time.checked_add(i64::from(self.0) * date::DAY)?;
                (moved >= i64::from(date::FIRST) * date::DAY && moved < i64::MAX).then_some(Value::Timestamp(moved))
            }
            _ => None,
        }
    }
}

impl Veil for Shift {
    fn veil<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        self.moved(value, kind).or_else(|| redacted(kind))
    }
}
