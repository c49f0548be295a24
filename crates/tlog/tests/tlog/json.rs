//! The JSON of the records: what is read is what would be written, and nothing else is read.

use std::borrow::Cow;

use tlog::json::{LARGEST, LONGEST, Value, Wrong, parse, string, write};

use super::Random;

#[test]
fn one_text_of_everything() {
    let text = br#"{"a":[],"b":{},"c":[1,-2,0,9007199254740991,-9007199254740991],"d":"\"\\\b\t\n\f\r\u0000\u001f/'<\u007f","e_1":[true,false]}"#;
    let text: Vec<u8> = String::from_utf8_lossy(text).replace("\\u007f", "\u{7f}\u{20ac}\u{1f600}").into_bytes();
    let value = parse(&text).unwrap();
    assert_eq!(value.get("d").unwrap().as_str(), Some("\"\\\u{8}\t\n\u{c}\r\0\u{1f}/'<\u{7f}\u{20ac}\u{1f600}"));
    let numbers = value.get("c").unwrap().as_array().unwrap();
    assert_eq!(numbers.iter().filter_map(Value::as_integer).collect::<Vec<_>>(), [1, -2, 0, LARGEST, -LARGEST]);
    assert_eq!(value.get("e_1").unwrap().as_array().unwrap()[0].as_bool(), Some(true));
    assert_eq!(value.get("b").unwrap().as_object(), Some(&[][..]));
    assert_eq!((value.get("f"), value.get("a").unwrap().get("a")), (None, None));
    assert_eq!(write(&value), text);
}

#[test]
fn every_other_text_is_refused() {
    let deep = |levels: usize| ["[".repeat(levels), "]".repeat(levels)].concat();
    assert!(parse(deep(8).as_bytes()).is_ok());
    let wrong: &[(&str, Wrong)] = &[
        ("", Wrong::End),
        (" 1", Wrong::Unexpected),
        ("1 ", Wrong::Trailing),
        ("{} ", Wrong::Trailing),
        ("{}{}", Wrong::Trailing),
        ("\u{feff}{}", Wrong::Unexpected),
        ("null", Wrong::Unexpected),
        ("NaN", Wrong::Unexpected),
        ("Infinity", Wrong::Unexpected),
        ("tru", Wrong::End),
        ("trux", Wrong::Unexpected),
        ("True", Wrong::Unexpected),
        ("{\"a\": 1}", Wrong::Unexpected),
        ("{\"a\" :1}", Wrong::Unexpected),
        ("{ \"a\":1}", Wrong::Unexpected),
        ("{\"a\":1,}", Wrong::Unexpected),
        ("{\"a\":1", Wrong::End),
        ("{\"a\"", Wrong::End),
        ("{\"a", Wrong::End),
        ("[1,]", Wrong::Unexpected),
        ("[,1]", Wrong::Unexpected),
        ("[1", Wrong::End),
        ("[1}", Wrong::Unexpected),
        ("{\"a\":1,\"a\":1}", Wrong::Order),
        ("{\"b\":1,\"a\":1}", Wrong::Order),
        ("{\"ab\":1,\"a\":1}", Wrong::Order),
        ("{\"\":1}", Wrong::Key),
        ("{\"A\":1}", Wrong::Key),
        ("{\"a-b\":1}", Wrong::Key),
        ("{\"\u{e9}\":1}", Wrong::Key),
        ("{\"\\u0061\":1}", Wrong::Key),
        ("1.0", Wrong::Trailing),
        ("1e3", Wrong::Trailing),
        ("01", Wrong::Integer),
        ("-0", Wrong::Integer),
        ("-01", Wrong::Integer),
        ("-", Wrong::Integer),
        ("9007199254740992", Wrong::Integer),
        ("-9007199254740992", Wrong::Integer),
        ("9007199254740993", Wrong::Integer),
        ("99999999999999999999999999", Wrong::Integer),
        ("\"", Wrong::End),
        ("\"\\", Wrong::End),
        ("\"\\u00", Wrong::End),
        ("\"\n\"", Wrong::String),
        ("\"\0\"", Wrong::String),
        ("\"\\/\"", Wrong::String),
        ("\"\\a\"", Wrong::String),
        ("\"\\u0041\"", Wrong::String),
        ("\"\\u000a\"", Wrong::String),
        ("\"\\u001F\"", Wrong::String),
        ("\"\\u0020\"", Wrong::String),
        ("\"\\ud800\"", Wrong::String),
        ("\"\\ud83d\\ude00\"", Wrong::String),
    ];
    for (text, kind) in wrong {
        assert_eq!(parse(text.as_bytes()).unwrap_err().kind, *kind, "{text:?}");
    }
    assert_eq!(parse(deep(9).as_bytes()).unwrap_err().kind, Wrong::TooDeep);
    assert_eq!(parse(&[b'['; LONGEST]).unwrap_err().kind, Wrong::TooDeep);
    assert_eq!(parse(&[b' '; LONGEST + 1]).unwrap_err().kind, Wrong::TooLong);
    // A surrogate, an overlong slash, a cut character.
    for bytes in [&b"\"\xed\xa0\x80\""[..], b"\"\xc0\xaf\"", b"\"\xe2\x82\"", b"\"\xff\""] {
        assert_eq!(parse(bytes).unwrap_err().kind, Wrong::String, "{bytes:?}");
    }
    let key = |length: usize| format!("{{\"{}\":1}}", "k".repeat(length));
    assert!(parse(key(64).as_bytes()).is_ok());
    assert_eq!(parse(key(65).as_bytes()).unwrap_err().kind, Wrong::Key);
}

fn random_value(random: &mut Random, depth: usize) -> Value<'static> {
    const KEYS: [&str; 6] = ["a", "a_b", "ab", "b1", "mono", "zz"];
    const LETTERS: [char; 12] =
        ['a', '"', '\\', '\0', '\n', '\u{1f}', '/', ' ', '\u{7f}', '\u{e9}', '\u{2028}', '\u{1f600}'];
    match random.below(if depth == 0 { 3 } else { 5 }) {
        0 => Value::Bool(random.below(2) == 1),
        1 => Value::Integer((random.next() >> random.below(64)) as i64 % (LARGEST + 1)),
        2 => {
            let length = random.below(6);
            Value::String(Cow::Owned((0..length).map(|_| LETTERS[random.below(12) as usize]).collect()))
        }
        3 => Value::Array((0..random.below(4)).map(|_| random_value(random, depth - 1)).collect()),
        _ => {
            let members = KEYS.iter().filter(|_| random.below(2) == 1).copied().collect::<Vec<_>>();
            Value::Object(members.into_iter().map(|key| (key, random_value(random, depth - 1))).collect())
        }
    }
}

/// Whatever is written is read back, and whatever one changed byte still reads as is written as just that text.
#[test]
fn reading_and_writing_are_inverse() {
    const BYTES: &[u8] = b"{}[],:\"\\ 0123456789-truefalsn_\x00\x1f\xc3\xa9.eE";
    let mut random = Random::new();
    for _ in 0..20_000 {
        let value = random_value(&mut random, 4);
        let mut text = write(&value);
        assert_eq!(parse(&text).as_ref(), Ok(&value), "{}", String::from_utf8_lossy(&text));
        let at = random.below(text.len() as u64) as usize;
        let byte = BYTES[random.below(BYTES.len() as u64) as usize];
        match random.below(3) {
            0 => text[at] = byte,
            1 => text.insert(at, byte),
            _ => drop(text.remove(at)),
        }
        if let Ok(value) = parse(&text) {
            assert_eq!(write(&value), text);
        }
    }
}

#[test]
fn streaming_writers_escape_as_the_values_do() {
    for text in ["", "plain", "\"", "a\\b\"c", "\0\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f} \u{7f}", "\u{1f600}\n"] {
        let mut written = Vec::new();
        string(&mut written, text);
        assert_eq!(written, write(&Value::String(text.into())));
        assert_eq!(parse(&written), Ok(Value::String(text.into())));
    }
}
