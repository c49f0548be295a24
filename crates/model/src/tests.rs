//! Tests of the nouns.

use bytes::Bytes;

use crate::{
    Action, ActionText, Address, Certainty, Credentials, LEFT_OUT, Login, Message, Phase, ResourceName, Secret, Verb,
    tokens, without_tokens,
};

#[test]
fn login_splits_at_the_first_plus() {
    let login = Login::parse("ada+dba+x").unwrap();
    assert_eq!((login.person.as_str(), login.account.as_deref()), ("ada", Some("dba+x")));
    assert_eq!(Login::parse("ada").unwrap().account, None);
    for bad in ["", "+", "ada+", "+dba", "a\nb", &"x".repeat(129)] {
        assert!(Login::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn resource_names_are_narrow() {
    for good in ["prod", "a", "db-1.eu_x"] {
        assert!(good.parse::<ResourceName>().is_ok(), "{good}");
    }
    for bad in ["", "Prod", "a b", "-x", "ü", &"x".repeat(64)] {
        assert!(bad.parse::<ResourceName>().is_err(), "{bad}");
    }
}

#[test]
fn addresses() {
    let v6: Address = "[::1]:5432".parse().unwrap();
    assert_eq!((v6.host.as_str(), v6.port), ("::1", 5432));
    assert_eq!(v6.to_string(), "[::1]:5432");
    assert_eq!("db:1".parse::<Address>().unwrap().host, "db");
    for bad in ["db", "db:", ":1", "db:0", "db:65536", "::1:5432"] {
        assert!(bad.parse::<Address>().is_err(), "{bad}");
    }
}

#[test]
fn a_secret_is_not_printed() {
    assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(..)");
}

#[test]
fn tokens_are_found_by_their_form() {
    let token = format!("sgt_{}", "aZ09".repeat(8) + "x");
    for (text, expected) in [
        (format!("a {token} b"), "a [credential left out] b".to_owned()),
        (format!("{token}{token}"), "[credential left out]".to_owned()),
        (format!("sgt_{token};{}", &token[..20]), "sgt_[credential left out];[credential left out]".to_owned()),
        ("sgt_short sgt_ sgt_name_of_a_long_table".to_owned(), "sgt_short sgt_ sgt_name_of_a_long_table".to_owned()),
    ] {
        assert_eq!(String::from_utf8_lossy(&without_tokens(text.as_bytes())), expected, "{text}");
    }
    assert_eq!(tokens(b"sgt_0123456789abcde sgt_0123456789abcdef").len(), 1, "the shortest that is suspicious");
}

fn action(text: &'static [u8], parameters: Vec<Option<Bytes>>, credentials: Credentials) -> Action {
    Action {
        verb: Verb::Grant,
        name: "ALTER ROLE",
        certainty: Certainty::Lexed,
        phase: Phase::Run,
        facts: crate::Facts::default(),
        text: Bytes::from_static(text),
        parameters,
        credentials,
        message: None,
        reading: None,
        behind: None,
        readable: Vec::new(),
    }
}

#[test]
fn a_record_has_a_mark_in_the_place_of_each_credential() {
    let parameters = vec![Some("one".into()), None, Some("two=b c".into()), Some("sgt_0123456789abcdefX".into())];
    let credentials =
        Credentials { text: vec![2..4, 5..6], behind: Vec::new(), parameters: vec![(0, 0..3), (2, 4..5), (2, 6..7)] };
    let typed = action(b"0 11 2 \xff", parameters.clone(), credentials);
    let record = ActionText::from(&typed);
    assert_eq!(
        record.text,
        format!("0 {LEFT_OUT} {LEFT_OUT} ").into_bytes().into_iter().chain([0xff]).collect::<Bytes>()
    );
    let left_out = |text: String| Some(Bytes::from(text));
    let marked = format!("two={LEFT_OUT} {LEFT_OUT}");
    assert_eq!(record.parameters, [left_out(LEFT_OUT.into()), None, left_out(marked), left_out(LEFT_OUT.into())]);
    let whole = record.typed.as_ref().unwrap();
    assert_eq!((&whole.text, &whole.parameters), (&typed.text, &parameters));
    let shown = format!("{record:?}");
    for secret in ["0 11", "b\"one", "two=b", "sgt_"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_record_without_credentials_is_as_it_was_typed() {
    let record = ActionText::from(&action(b"SELECT 1", vec![None, Some("x".into())], Credentials::default()));
    assert_eq!((&record.text[..], record.parameters.len(), record.typed.is_none()), (&b"SELECT 1"[..], 2, true));
}

#[test]
fn what_is_read_stands_in_the_record_and_what_came_is_kept_beside_it() {
    let parameters =
        vec![Some(Bytes::from_static(b"\0\x05")), Some("x".into()), Some(Bytes::from_static(b"\x01secret"))];
    let credentials = Credentials { parameters: vec![(2, 0..6)], ..Credentials::default() };
    let mut typed = action(b"SELECT $1", parameters.clone(), credentials);
    typed.readable = vec![(0, "5".into()), (2, "secret".into()), (9, "nowhere".into())];
    let record = ActionText::from(&typed);
    assert_eq!(record.parameters, [Some("5".into()), Some("x".into()), Some(Bytes::from(LEFT_OUT))]);
    assert!(record.typed.is_some_and(|typed| typed.parameters == parameters && typed.left_out));
    typed.credentials = Credentials::default();
    let record = ActionText::from(&typed);
    assert!(record.typed.is_some_and(|typed| typed.parameters == parameters && !typed.left_out));
}

#[test]
fn what_a_name_stands_for_stands_before_it() {
    let credentials = Credentials { behind: std::iter::once(13..15).collect(), ..Credentials::default() };
    let mut named = action(b"EXECUTE p", Vec::new(), credentials);
    named.behind = Some(Bytes::from_static(b"PREPARE p AS 'x' -- y"));
    let record = ActionText::from(&named);
    assert_eq!(record.text, format!("/* runs */ PREPARE p AS {LEFT_OUT}' -- y\n;\nEXECUTE p"));
    assert!(record.typed.is_some_and(|typed| typed.text == named.text && typed.left_out));
    named.credentials = Credentials::default();
    let record = ActionText::from(&named);
    assert_eq!(record.text, "/* runs */ PREPARE p AS 'x' -- y\n;\nEXECUTE p");
    assert!(record.typed.is_some_and(|typed| typed.text == named.text && !typed.left_out));
}

#[test]
fn what_stands_around_a_command_has_no_credentials() {
    let text = Bytes::from_static(b"a 'pw' ; the command ; b 'pw'");
    let around = |range: std::ops::Range<usize>, credentials: &[std::ops::Range<usize>]| {
        Message { text: text.clone(), range, credentials: credentials.into() }.around()
    };
    let shown = around(8..21, &[2..6, 10..12, 25..29]);
    assert_eq!(shown.before, format!("a {LEFT_OUT} ;"));
    assert_eq!(shown.after, format!("; b {LEFT_OUT}"));
    let whole = around(8..21, &[]);
    assert_eq!((&whole.before[..], &whole.after[..]), (&b"a 'pw' ;"[..], &b"; b 'pw'"[..]));
    let none = around(40..50, std::slice::from_ref(&(5..90)));
    assert_eq!((none.before, none.after.len()), (format!("a 'pw{LEFT_OUT}").into(), 0), "ranges that are none");
}

#[test]
fn every_verb_is_in_the_list_in_its_order() {
    for (at, verb) in Verb::ALL.into_iter().enumerate() {
        assert_eq!(verb as usize, at);
    }
    // Unknown is the worst, so it is the last.
    assert_eq!(Verb::ALL.len(), Verb::Unknown as usize + 1);
}
