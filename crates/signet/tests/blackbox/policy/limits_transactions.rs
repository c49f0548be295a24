//! A result that is too large aborts what a server error would abort, whether the cancel comes in time or not.

use super::limits::{SERIES, limit_rows};
use super::{assert_goes_on, kept, ran, scene};
use crate::harness::pipeline::{assert_error, completed, error, rows, run, sync, tags};
use crate::harness::wire::query;

fn insert(word: &str) -> String {
    format!("INSERT INTO kept VALUES ('{word}')")
}

#[test]
fn a_transaction_is_aborted() {
    let Some((server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    for sql in SERIES {
        for bytes in [query(sql), [run(sql), sync()].concat()] {
            wire.query(&format!("BEGIN; {}", insert("before")));
            wire.send(&bytes);
            let messages = wire.messages();
            assert_error(&messages, "54000", b'E');
            assert_eq!(rows(&messages).len(), 1000);
            assert_error(&wire.query("SELECT 1"), "25P02", b'E');
            assert_eq!(completed(&wire.query("COMMIT")), ["ROLLBACK"]);
            assert_goes_on(&mut wire);
        }
    }
    assert_eq!(kept(&server), "");
}

#[test]
fn a_savepoint_is_a_way_back() {
    let Some((server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    wire.query(&format!("BEGIN; {}; SAVEPOINT here", insert("before")));
    for sql in SERIES {
        assert_error(&wire.query(sql), "54000", b'E');
        assert_eq!(completed(&wire.query("ROLLBACK TO here")), ["ROLLBACK"]);
    }
    assert_eq!(completed(&wire.query("COMMIT")), ["COMMIT"]);
    assert_eq!(kept(&server), "before");
}

/// Nothing behind it in the pipeline runs, and what ran before it is undone with it.
#[test]
fn a_pipeline_is_aborted() {
    let Some((server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    for sql in SERIES {
        wire.send(&[run(&insert("before")), run(sql), run(&insert("after")), sync(), run("SELECT 1"), sync()].concat());
        let messages = wire.messages();
        assert_error(&messages, "54000", b'I');
        assert!(tags(&messages).starts_with("12C12D") && tags(&messages).ends_with("DEZ"));
        assert_eq!(tags(&wire.messages()), "12DCZ");
    }
    assert_eq!((kept(&server).as_str(), ran(&server, "after")), ("", 0));
}

/// The same in one message. The target may have run the rest of it before the cancel came; it commits then, and the client
/// is told.
#[test]
fn a_message_ends_in_one_error() {
    let Some((server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    let message = |sql: &str| format!("{}; {sql}; {}", insert("before"), insert("after"));
    let messages = wire.query(&message(SERIES[0]));
    assert_error(&messages, "54000", b'I');
    assert_eq!(kept(&server), "");
    let messages = wire.query(&message(SERIES[1]));
    assert_error(&messages, "54000", b'I');
    assert!(!completed(&messages).contains(&"SELECT 1010".to_owned()), "{messages:?}");
    let told = error(&messages).field(b'H').unwrap().contains("what it changed is kept");
    assert_eq!(kept(&server), if told { "after,before" } else { "" });
    assert_goes_on(&mut wire);
}

/// Behind a commit the error says what is kept, where nothing can abort it any more. In the extended protocol the Sync
/// that would commit it has not been sent.
#[test]
fn a_write_that_returns_too_much() {
    let Some((server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    let sql = "INSERT INTO kept SELECT 'x' FROM generate_series(1, 1010) RETURNING word";
    wire.send(&[run(sql), sync()].concat());
    assert_error(&wire.messages(), "54000", b'I');
    assert_eq!(kept(&server), "");
    let messages = wire.query(sql);
    assert_error(&messages, "54000", b'I');
    let told = error(&messages).field(b'H').unwrap().contains("what it changed is kept");
    assert_eq!(!kept(&server).is_empty(), told);
    // What is on record is what the target did: the first of the two was undone.
    let journal = inside.journal();
    let outcomes: Vec<_> = journal.of_kind("outcome").filter(|record| record.line.contains("\"54000\"")).collect();
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes[0].line.contains("\"failed\""), "{}", outcomes[0].line);
    assert!(outcomes[1].line.contains(if told { "\"done\"" } else { "\"failed\"" }), "{}", outcomes[1].line);
}

#[test]
fn a_cursor_has_the_limit_for_each_fetch() {
    let Some((_server, inside, mut wire)) = scene() else { return };
    inside.policy.replace(|action| match action.name {
        "FETCH" => model::Verdict::Allow {
            policies: vec!["test-policy".into()],
            obligations: model::Obligations { max_rows: Some(1000), ..Default::default() },
        },
        _ => crate::harness::desk::allow(),
    });
    wire.query(&format!("BEGIN; DECLARE c CURSOR FOR {}", SERIES[0]));
    for _ in 0..2 {
        assert_eq!(rows(&wire.query("FETCH 1000 FROM c")).len(), 1000);
    }
    let messages = wire.query("FETCH 1001 FROM c");
    assert_error(&messages, "54000", b'E');
    assert_eq!(rows(&messages).len(), 1000);
    assert_eq!(completed(&wire.query("ROLLBACK")), ["ROLLBACK"]);
    assert_goes_on(&mut wire);
}
