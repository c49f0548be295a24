//! `generalise(...)`: dates, addresses and numbers rounded down.

use std::net::IpAddr;

use model::{Grain, Value, ValueKind, Veil};

use super::redact::redacted;
use super::{date, element};

/// Shows where a value is, by so coarse a measure.
pub(super) struct Generalise(Grain);

impl Generalise {
    pub(super) fn new(grain: Grain) -> Self {
        Self(grain)
    }

    fn rounded<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        match (self.0, value, element(kind)) {
            (Grain::Year | Grain::Month, Value::Date(day), ValueKind::Date) => match *day {
                i32::MIN | i32::MAX => Some(value.clone()),
                day => i32::try_from(self.first(i64::from(day))).ok().map(|day| Value::Date(day.max(date::FIRST))),
            },
            (Grain::Year | Grain::Month, Value::Timestamp(time), ValueKind::Timestamp) => match *time {
                i64::MIN | i64::MAX => Some(value.clone()),
                time => {
                    let day = self.first(time.div_euclid(date::DAY)).max(i64::from(date::FIRST));
                    day.checked_mul(date::DAY).map(Value::Timestamp)
                }
            },
            (Grain::Network(bits), Value::Network(address, own), ValueKind::Network) => {
                let bits = if address.is_ipv4() { bits.min(32) } else { bits.saturating_mul(4).min(128) }.min(*own);
                Some(Value::Network(network(*address, bits), bits))
            }
            (Grain::Step(step), Value::Integer(number), ValueKind::Integer(bytes)) => {
                Some(Value::Integer(down(*number, step, *bytes)))
            }
            (Grain::Step(step), Value::Float(number), ValueKind::Float(_)) => {
                let step = f64::from(step);
                Some((number / step).floor() * step).filter(|number| number.is_finite()).map(Value::Float)
            }
            (Grain::Step(step), Value::Decimal(number), ValueKind::Decimal) => decimal(number, step),
            _ => None,
        }
    }

    /// The first day of the year or month of a day.
    fn first(&self, day: i64) -> i64 {
        let (year, month) = date::year_and_month(day);
        date::days(year, if self.0 == Grain::Month { month } else { 1 }, 1)
    }
}

impl Veil for Generalise {
    fn veil<'v>(&self, value: &Value<'v>, kind: &ValueKind) -> Option<Value<'v>> {
        self.rounded(value, kind).or_else(|| redacted(kind))
    }
}

/// The address with zeroes behind its first bits.
pub(super) fn network(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(bits))).unwrap_or_default();
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(u32::from(bits))).unwrap_or_default();
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

/// The multiple of `step` below a number; where the type does not reach so far down, the one above it.
fn down(number: i64, step: u32, bytes: u8) -> i64 {
    let least = match bytes {
        2 => i64::from(i16::MIN),
        4 => i64::from(i32::MIN),
        _ => i64::MIN,
    };
    let step = i64::from(step.max(1));
    let above = number - number % step;
    if above <= number { above } else { above.checked_sub(step).filter(|below| *below >= least).unwrap_or(above) }
}

/// The same of a decimal number; those that are too large to count with are not shown.
fn decimal(text: &str, step: u32) -> Option<Value<'static>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, step): (i128, i128) = (whole.parse().ok()?, i128::from(step.max(1)));
    let fraction = rest.bytes().any(|byte| byte != b'0');
    let found = if digits == text {
        whole - whole.rem_euclid(step)
    } else {
        let least = whole.checked_neg()?.checked_sub(i128::from(fraction))?;
        least.checked_sub(least.rem_euclid(step))?
    };
    Some(Value::Decimal(found.to_string().into()))
}
