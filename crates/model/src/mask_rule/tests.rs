//! Rules are read as they are written, and patterns fit names.

use super::{ColumnPattern, Grain, MaskRule, NamePattern, Operator, Positions, name};

fn rules(text: &str) -> Vec<String> {
    let rules = MaskRule::read_all("p", Positions::NONE, text).expect("it is understood");
    rules.iter().map(MaskRule::to_string).collect()
}

#[test]
fn rules_are_read_and_written() {
    assert_eq!(rules("ssn redact, b"), ["ssn", "b"]);
    assert_eq!(
        rules("customers.ssn keep_last(4), public.*.email email ,label:pii token, \"odd name\".\"a,b\" constant(x, y)"),
        [
            "customers.ssn keep_last(4)",
            "public.*.email email",
            "label:pii token",
            "\"odd name\".\"a,b\" constant(x, y)"
        ]
    );
    assert_eq!(rules("d shift(30), i generalise(/24), n generalise(10), b generalise(year)").len(), 4);
}

#[test]
fn what_is_not_understood_is_refused() {
    for text in [
        "",
        "a b c",
        "a.b.c.d",
        "a keep_last(0)",
        "a keep_last",
        "a keep_last(04)",
        "a ssn",
        "a.",
        "\"a",
        "a (x",
        "a generalise(/33)",
        "a shift(70000)",
        "label:",
        "a;b",
        "a generalise(0)",
        "\"\"",
    ] {
        assert!(MaskRule::read_all("p", Positions::NONE, text).is_err(), "{text:?}");
    }
}

#[test]
fn patterns_fit_names() {
    let fits = |pattern: &str, text: &str| name(pattern).is_ok_and(|pattern: NamePattern| pattern.fits(text));
    assert!(fits("ssn", "ssn") && !fits("ssn", "SSN") && !fits("ssn", "ssn2"));
    assert!(fits("*", "") && fits("*", "x") && fits("*_no", "card_no") && !fits("*_no", "no"));
    assert!(fits("a*b*c", "axxbyyc") && fits("a*b*c", "abc") && !fits("a*b*c", "acb"));
    assert!(!fits("ab*ba", "aba"), "what begins it does not end it too");
    assert!(fits("\"a*\"", "a*") && !fits("\"a*\"", "ab"));
}

#[test]
fn operators_have_one_way_of_writing() {
    assert_eq!("generalise(/24)".parse(), Ok(Operator::Generalise(Grain::Network(24))));
    assert_eq!("label:pii".parse(), Ok(ColumnPattern::Label("pii".to_owned())));
}
