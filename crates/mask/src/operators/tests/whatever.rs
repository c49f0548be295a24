//! What holds for all values of all kinds.

use std::net::IpAddr;

use super::*;

/// Numbers that look random and are the same in each run.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 29)
    }

    fn below(&mut self, most: u64) -> usize {
        usize::try_from(self.next() % most).unwrap()
    }

    fn text(&mut self, limit: Option<u32>) -> String {
        let letters: Vec<char> = "abcXYZ0123456789 -./()@_:,+*💉日éßİ\u{301}\u{200b}\n".chars().collect();
        let most = limit.map_or(40, u64::from) + 1;
        let length = self.below(most);
        (0..length).map(|_| letters[self.below(letters.len() as u64)]).collect()
    }

    fn value(&mut self, kind: &ValueKind) -> Value<'static> {
        let number = self.next().cast_signed() >> self.below(63);
        match kind {
            ValueKind::Text(limit) => Value::Text(self.text(*limit).into()),
            ValueKind::Integer(2) => Value::Integer(i64::from(number as i16)),
            ValueKind::Integer(4) => Value::Integer(i64::from(number as i32)),
            ValueKind::Integer(_) => Value::Integer([number, i64::MIN, i64::MAX][self.below(3)]),
            ValueKind::Float(4) => Value::Float(f64::from(f32::from_bits(number as u32))),
            ValueKind::Float(_) => Value::Float(f64::from_bits(self.next())),
            ValueKind::Decimal => Value::Decimal(match self.below(4) {
                0 => ["NaN", "Infinity", "-Infinity", "-0.00"][self.below(4)].into(),
                1 => "9".repeat(200).into(),
                2 => format!("{number}.{}", self.next()).into(),
                _ => number.to_string().into(),
            }),
            ValueKind::Bool => Value::Bool(self.below(2) == 1),
            ValueKind::Uuid => Value::Uuid((u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes()),
            ValueKind::Date => Value::Date(match self.below(6) {
                0 => i32::MIN,
                1 => i32::MAX,
                2 => date::FIRST,
                3 => date::LAST,
                _ => (number as i32).clamp(date::FIRST, date::LAST),
            }),
            ValueKind::Time => Value::Time(number.rem_euclid(date::DAY)),
            ValueKind::Timestamp => Value::Timestamp(match self.below(6) {
                0 => i64::MIN,
                1 => i64::MAX,
                2 => i64::from(date::FIRST) * date::DAY,
                3 => i64::MAX - 1,
                _ => number.max(i64::from(date::FIRST) * date::DAY),
            }),
            ValueKind::Network if self.below(2) == 0 => {
                Value::Network(IpAddr::V4((number as u32).into()), u8::try_from(self.below(33)).unwrap())
            }
            ValueKind::Network => {
                let bits = u128::from(self.next()) << 64 | u128::from(self.next());
                Value::Network(IpAddr::V6(bits.into()), u8::try_from(self.below(129)).unwrap())
            }
            ValueKind::Json => Value::Json(format!("{{\"a\": {number}}}").into()),
            ValueKind::Bytes => Value::Bytes(self.text(None).into_bytes().into()),
            ValueKind::List(inner) => self.value(inner),
            ValueKind::Other => Value::Bytes(Vec::new().into()),
        }
    }
}

fn kinds() -> Vec<ValueKind> {
    let texts = [None, Some(0), Some(1), Some(7), Some(8), Some(15), Some(16), Some(25), Some(26), Some(200)];
    let others = [
        ValueKind::Integer(2),
        ValueKind::Integer(4),
        ValueKind::Integer(8),
        ValueKind::Float(4),
        ValueKind::Float(8),
        ValueKind::Decimal,
        ValueKind::Bool,
        ValueKind::Uuid,
        ValueKind::Date,
        ValueKind::Time,
        ValueKind::Timestamp,
        ValueKind::Network,
        ValueKind::Json,
        ValueKind::Bytes,
    ];
    let mut kinds: Vec<ValueKind> = texts.into_iter().map(ValueKind::Text).chain(others).collect();
    kinds.extend(kinds.clone().into_iter().map(|kind| ValueKind::List(Box::new(kind))));
    kinds.push(ValueKind::Other);
    kinds
}

fn operators() -> Vec<MaskOperator> {
    [
        "redact",
        "null",
        "constant(hidden)",
        "constant(7)",
        "constant(70000)",
        "constant(2001-02-03)",
        "constant(true)",
        "constant(10.0.0.0/8)",
        "keep_first(1)",
        "keep_first(255)",
        "keep_last(4)",
        "token",
        "email",
        "shift(1)",
        "shift(30)",
        "shift(65535)",
        "generalise(year)",
        "generalise(month)",
        "generalise(/24)",
        "generalise(7)",
        "generalise(4294967295)",
    ]
    .map(|text| MaskOperator::from_str(text).unwrap())
    .to_vec()
}

/// Whether a value is one of that kind.
fn is_valid(value: &Value, kind: &ValueKind) -> bool {
    match (value, element(kind)) {
        (Value::Text(text), ValueKind::Text(limit)) => fits(text.chars().count(), *limit),
        (Value::Integer(number), ValueKind::Integer(2)) => i16::try_from(*number).is_ok(),
        (Value::Integer(number), ValueKind::Integer(4)) => i32::try_from(*number).is_ok(),
        (Value::Integer(_), ValueKind::Integer(8)) => true,
        (Value::Float(number), ValueKind::Float(4)) => (*number as f32).is_finite(),
        (Value::Float(number), ValueKind::Float(8)) => number.is_finite(),
        (Value::Decimal(text), ValueKind::Decimal) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
        (Value::Date(day), ValueKind::Date) => {
            matches!(*day, i32::MIN | i32::MAX) || (date::FIRST..=date::LAST).contains(day)
        }
        (Value::Time(time), ValueKind::Time) => (0..date::DAY).contains(time),
        (Value::Timestamp(time), ValueKind::Timestamp) => {
            matches!(*time, i64::MIN | i64::MAX) || *time >= i64::from(date::FIRST) * date::DAY
        }
        (Value::Network(IpAddr::V4(_), bits), ValueKind::Network) => *bits <= 32,
        (Value::Network(IpAddr::V6(_), bits), ValueKind::Network) => *bits <= 128,
        (Value::Json(text), ValueKind::Json) => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        (Value::Bool(_), ValueKind::Bool) | (Value::Uuid(_), ValueKind::Uuid) | (Value::Bytes(_), ValueKind::Bytes) => {
            true
        }
        _ => false,
    }
}

#[test]
fn what_is_shown_is_valid_for_its_kind_and_steady() {
    let (mut draw, keys) = (Draw(1), keys());
    for kind in kinds() {
        for operator in operators() {
            let veil = match treatment(&operator, &kind, &keys, "c") {
                Treatment::Show => panic!("{operator} shows {kind:?}"),
                Treatment::Null => {
                    assert!(operator == MaskOperator::Null || kind == ValueKind::Other, "{operator} {kind:?}");
                    continue;
                }
                Treatment::Veil(veil) => veil,
            };
            for _ in 0..200 {
                let value = draw.value(&kind);
                let shown = veil.veil(&value, &kind).unwrap();
                assert!(is_valid(&shown, &kind), "{operator} of {value:?} as {kind:?} is {shown:?}");
                assert_eq!(veil.veil(&value, &kind), Some(shown));
            }
        }
    }
}

#[test]
fn a_redaction_tells_no_two_values_apart() {
    let mut draw = Draw(2);
    for kind in kinds() {
        let mut all: Vec<_> = (0..50).map(|_| shown("redact", &kind, &draw.value(&kind))).collect();
        all.dedup();
        assert_eq!(all.len(), 1, "{kind:?}");
    }
    assert_eq!(text("redact", None, "a"), "[masked]");
    assert_eq!(text("redact", Some(8), "a"), "[masked]");
    assert_eq!(text("redact", Some(3), "a"), "***");
}

#[test]
fn what_is_kept_is_never_more_than_a_third() {
    let mut draw = Draw(3);
    for operator in ["keep_first(1)", "keep_first(255)", "keep_last(4)", "keep_last(255)"] {
        for _ in 0..2_000 {
            let value = draw.text(None);
            let shown = text(operator, None, &value);
            let count = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            if shown != "[masked]" {
                assert!(count(&shown) <= count(&value) / 3, "{value:?} {shown:?}");
                assert!(!shown.contains(['💉', '\u{301}', '\u{200b}', '\n']), "{shown:?}");
            }
        }
    }
    assert_eq!(text("keep_last(4)", None, "4532-0151-1283-0366"), "****-****-****-0366");
    assert_eq!(text("keep_first(2)", None, "DE89 3704 0044"), "DE** **** ****");
    assert_eq!(text("keep_last(4)", None, "12345"), "****5");
    assert_eq!(text("keep_last(4)", None, "ab"), "**");
    assert_eq!(text("keep_last(4)", None, "-./"), "[masked]");
    assert_eq!(text("keep_last(4)", None, "💉💊"), "[masked]");
    assert_eq!(shown("keep_last(4)", &ValueKind::Integer(8), &Value::Integer(123_456)), Some(Value::Integer(0)));
}

#[test]
fn whole_values_are_missing_where_the_type_is_no_text() {
    for kind in kinds() {
        let shown = matches!(kind, ValueKind::Text(_) | ValueKind::Json);
        assert_eq!(matches!(whole(&kind), Treatment::Veil(_)), shown, "{kind:?}");
    }
}
