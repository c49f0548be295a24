//! What the operators do with single values.

use super::*;

#[test]
fn tokens_join_whatever_way_a_value_is_written() {
    for (one, other) in
        [("4532 0151-1283", "453201511283"), (" Ada ", "aDA"), ("ÉCLAIR", "éclair"), ("(030) 12/3", "030123")]
    {
        assert_eq!(text("token", None, one), text("token", Some(40), other), "{one}");
    }
    for (one, other) in [("ada", "bob"), ("a-b", "ab"), ("1", "2"), ("1a", "1 a"), ("", "0")] {
        assert_ne!(text("token", None, one), text("token", None, other), "{one}");
    }
    let whole = text("token", None, "ada");
    assert_eq!(whole.len(), 26);
    assert!(whole.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte)), "{whole}");
    assert_eq!(text("token", Some(16), "ada"), whole[..16]);
    assert_eq!(text("token", Some(15), "ada"), "[masked]");
}

#[test]
fn tokens_of_numbers_and_uuids_are_of_their_type() {
    let number = |bytes, number| match shown("token", &ValueKind::Integer(bytes), &Value::Integer(number)) {
        Some(Value::Integer(number)) => number,
        other => panic!("{other:?}"),
    };
    for value in 0..500 {
        let (two, four, eight) = (number(2, value), number(4, value), number(8, value));
        assert!(two > 0 && four > 0 && eight > 0);
        assert_eq!(eight & i64::from(i32::MAX), four, "a smaller token is the end of a larger one");
        assert_ne!(eight, number(8, -value - 1));
    }
    let uuid = |byte| shown("token", &ValueKind::Uuid, &Value::Uuid([byte; 16]));
    let Some(Value::Uuid(token)) = uuid(1) else { panic!() };
    assert_eq!((token[6] >> 4, token[8] >> 6), (8, 2), "version and variant");
    assert_ne!(uuid(1), uuid(2));
    assert_eq!(shown("token", &ValueKind::Decimal, &Value::Decimal("5".into())), Some(Value::Decimal("0".into())));
}

#[test]
fn another_key_makes_other_tokens() {
    let token = |byte| {
        let veil = token::Token::new(Arc::new(Keys::new(Zeroizing::new([byte; 32]))));
        veil.veil(&Value::Text("ada".into()), &ValueKind::Text(None))
    };
    assert_ne!(token(1), token(2));
    assert_eq!(token(1), token(1));
}

#[test]
fn addresses_keep_their_domain_only() {
    let ada = text("email", None, "Ada.Lovelace@Example.ORG");
    assert!(ada.ends_with("@example.org") && !ada.to_lowercase().contains("ada"), "{ada}");
    assert_eq!(ada, text("email", None, "ada.lovelace@example.org"));
    assert_ne!(ada, text("email", None, "bob@example.org"));
    assert_eq!(ada[..26], text("email", None, "ada.lovelace@other.example")[..26], "the local part joins");
    assert_eq!(text("email", Some(30), "ada@example.org").len(), 30);
    // What is no address is a token, and shows nothing of itself.
    for no in
        ["ada", "a@b", "x@4532015112830366", "x@45.32", "my card 4532@example.org", "@example.org", "a@-.", "a@x..de"]
    {
        assert_eq!(text("email", None, no), text("token", None, no), "{no}");
    }
    assert_eq!(text("email", Some(20), "ada@example.org"), text("token", Some(20), "ada@example.org"));
    let number = Value::Integer(5);
    assert_eq!(shown("email", &ValueKind::Integer(4), &number), shown("token", &ValueKind::Integer(4), &number));
}

#[test]
fn dates_move_by_one_number_a_column_and_never_by_none() {
    let keys = keys();
    let by = |days: u16, place: &str| {
        let veil = shift::Shift::new(&keys, days, place);
        let moved = |day: i32| match veil.veil(&Value::Date(day), &ValueKind::Date) {
            Some(Value::Date(to)) => to - day,
            other => panic!("{other:?}"),
        };
        assert_eq!(moved(0), moved(10_000));
        let time = i64::from(moved(0)) * date::DAY + 5;
        assert_eq!(veil.veil(&Value::Timestamp(5), &ValueKind::Timestamp), Some(Value::Timestamp(time)));
        moved(0)
    };
    let mut seen = std::collections::BTreeSet::new();
    for column in 0..200 {
        assert_eq!(by(1, &column.to_string()).abs(), 1);
        seen.insert(by(3, &column.to_string()));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-3, -2, -1, 1, 2, 3]);
    for end in [i32::MIN, i32::MAX] {
        assert_eq!(shown("shift(9)", &ValueKind::Date, &Value::Date(end)), Some(Value::Date(end)));
    }
}

#[test]
fn values_are_rounded_down() {
    let day = |text: &str| Value::Date(date::read(text).unwrap());
    let network = |address: &str, bits| Value::Network(address.parse().unwrap(), bits);
    let decimal = |text: &str| Value::Decimal(text.to_owned().into());
    for (operator, kind, from, to) in [
        ("generalise(year)", ValueKind::Date, day("1999-12-31"), day("1999-01-01")),
        ("generalise(month)", ValueKind::Date, day("1968-02-29"), day("1968-02-01")),
        ("generalise(year)", ValueKind::Timestamp, Value::Timestamp(-1), Value::Timestamp(-365 * date::DAY)),
        ("generalise(/24)", ValueKind::Network, network("10.1.2.3", 32), network("10.1.2.0", 24)),
        ("generalise(/24)", ValueKind::Network, network("10.1.2.3", 8), network("10.0.0.0", 8)),
        ("generalise(/12)", ValueKind::Network, network("2001:db8:1::7", 128), network("2001:db8:1::", 48)),
        ("generalise(100)", ValueKind::Integer(4), Value::Integer(199), Value::Integer(100)),
        ("generalise(100)", ValueKind::Integer(4), Value::Integer(-1), Value::Integer(-100)),
        ("generalise(1000)", ValueKind::Integer(2), Value::Integer(-32_768), Value::Integer(-32_000)),
        ("generalise(10)", ValueKind::Float(8), Value::Float(-0.5), Value::Float(-10.0)),
        ("generalise(10)", ValueKind::Decimal, decimal("19.99"), decimal("10")),
        ("generalise(10)", ValueKind::Decimal, decimal("-10.01"), decimal("-20")),
        ("generalise(10)", ValueKind::Decimal, decimal("-10.00"), decimal("-10")),
        ("generalise(10)", ValueKind::Decimal, decimal("NaN"), decimal("0")),
        ("generalise(year)", ValueKind::Integer(4), Value::Integer(5), Value::Integer(0)),
    ] {
        assert_eq!(shown(operator, &kind, &from), Some(to), "{operator} of {from:?}");
    }
}

#[test]
fn constants_are_read_as_the_kind_wants_them() {
    for (constant, kind, to) in [
        ("constant(7)", ValueKind::Integer(2), Value::Integer(7)),
        ("constant(70000)", ValueKind::Integer(2), Value::Integer(0)),
        ("constant(-1.50)", ValueKind::Decimal, Value::Decimal("-1.50".into())),
        ("constant(1e5)", ValueKind::Decimal, Value::Decimal("0".into())),
        ("constant(1e300)", ValueKind::Float(4), Value::Float(0.0)),
        ("constant(inf)", ValueKind::Float(8), Value::Float(0.0)),
        ("constant(true)", ValueKind::Bool, Value::Bool(true)),
        ("constant(01:02:03)", ValueKind::Time, Value::Time(3_723_000_000)),
        ("constant(1970-01-02 00:00)", ValueKind::Timestamp, Value::Timestamp(date::DAY)),
        ("constant(10.0.0.1/8)", ValueKind::Network, Value::Network("0.0.0.0".parse().unwrap(), 0)),
        ("constant(hidden)", ValueKind::Json, Value::Json("\"hidden\"".into())),
        ("constant({})", ValueKind::Json, Value::Json("{}".into())),
        ("constant(hidden)", ValueKind::Text(Some(3)), Value::Text("***".into())),
        ("constant(00112233-4455-6677-8899-aabbccddeefé)", ValueKind::Uuid, Value::Uuid([0; 16])),
    ] {
        assert_eq!(shown(constant, &kind, &Value::Bool(true)), Some(to), "{constant} as {kind:?}");
    }
    let one = MaskOperator::Constant("00112233-4455-6677-8899-aabbccddeeff".into());
    assert_eq!(strictest([&one], &ValueKind::Uuid), one);
}

#[test]
fn the_strictest_holds_and_that_depends_on_the_kind() {
    let strict = |operators: &[&str], kind: ValueKind| {
        let operators: Vec<_> = operators.iter().map(|text| MaskOperator::from_str(text).unwrap()).collect();
        let forth = strictest(&operators, &kind);
        assert_eq!(forth, strictest(operators.iter().rev(), &kind), "the order does not matter");
        forth.to_string()
    };
    let text = || ValueKind::Text(None);
    let order = ["null", "redact", "constant(x)", "token", "email"];
    for pair in order.windows(2) {
        assert_eq!(strict(pair, text()), pair[0]);
    }
    assert_eq!(strict(&["email", "keep_last(4)"], text()), "email");
    assert_eq!(strict(&["keep_last(4)", "keep_last(2)"], text()), "keep_last(2)");
    assert_eq!(strict(&["keep_last(4)", "keep_first(4)"], text()), "redact");
    assert_eq!(strict(&["constant(a)", "constant(b)"], text()), "redact");
    assert_eq!(strict(&["shift(3)", "shift(5)"], ValueKind::Date), "shift(5)");
    assert_eq!(strict(&["shift(3)", "generalise(month)", "generalise(year)"], ValueKind::Date), "generalise(year)");
    // What cannot be applied redacts, and is as strict as that.
    assert_eq!(strict(&["shift(3)", "keep_last(2)"], ValueKind::Date), "redact");
    assert_eq!(strict(&["shift(3)"], text()), "redact");
    assert_eq!(strict(&["email"], ValueKind::Uuid), "token");
    assert_eq!(
        strict(&["generalise(10)", "generalise(7)"], ValueKind::List(Box::new(ValueKind::Decimal))),
        "generalise(10)"
    );
    assert_eq!(strict(&[], text()), "null");
}
