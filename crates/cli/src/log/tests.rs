//! Tests of what is opened for a log that is narrowed.

use evidence::Sealed;

use super::filter::Filter;
use crate::arguments::LogArguments;
use crate::reading::{People, Who};

/// Which of these payloads are opened: who has session 1 and session 2, what ada typed in 1 and grace in 2, who was refused.
fn opened(arguments: LogArguments) -> String {
    let mut people = People::default();
    people.insert("s1".to_owned(), Who { person: "ada".to_owned(), resource: "prod".to_owned() });
    people.insert("s2".to_owned(), Who { person: "grace".to_owned(), resource: "prod".to_owned() });
    let filter = Filter::new(&arguments).unwrap();
    let sealed = [
        ("s1", "session.start", "who"),
        ("s2", "session.start", "who"),
        ("s1", "command", "text"),
        ("s2", "command", "text"),
        ("run", "signin.refused", "signin"),
    ];
    let asked = |(chain, record, kind)| filter.asks(&Sealed { chain, record, time_us: 1, kind }, &people);
    sealed.into_iter().map(|payload| if asked(payload) { '+' } else { '-' }).collect()
}

fn arguments() -> LogArguments {
    LogArguments { follow: false, session: None, types: Vec::new(), person: None, since: None, json: true }
}

#[test]
fn nothing_is_opened_that_is_neither_shown_nor_needed_to_know_who() {
    assert_eq!(opened(arguments()), "+++++");
    assert_eq!(opened(LogArguments { session: Some("s1".to_owned()), ..arguments() }), "+-+--");
    assert_eq!(opened(LogArguments { person: Some("grace".to_owned()), ..arguments() }), "++-++");
    assert_eq!(opened(LogArguments { types: vec!["outcome".to_owned()], ..arguments() }), "++---");
    assert_eq!(opened(LogArguments { since: Some("2026-07-01".to_owned()), ..arguments() }), "++---");
}
