//! Denials in the extended protocol: pipelines by hand, and those of psycopg.

use model::Phase;

use super::{assert_denied, assert_goes_on, kept, ran, scene};
use crate::harness::Client;
use crate::harness::desk::{allow, deny, mentions};
use crate::harness::pipeline::{assert_error, bind, bind_value, completed, execute, parse, run, sync, tags};

#[test]
fn an_insert_before_a_denial_leaves_no_row() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[run("INSERT INTO kept VALUES ('before')"), run("SELECT 'forbidden'"), sync()].concat());
    let messages = wire.messages();
    assert_eq!(tags(&messages), "12CEZ");
    assert_denied(&messages);
    assert_error(&messages, "42501", b'I');
    assert_goes_on(&mut wire);
    server.assert_never_saw("forbidden");
    assert_eq!((kept(&server).as_str(), ran(&server, "before")), ("", 1));
    inside.assert_recorded("refusal", "forbidden");
}

#[test]
fn what_follows_a_denial_waits_for_sync() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let first = [run("SELECT 'forbidden'"), run("INSERT INTO kept VALUES ('skipped')"), sync()].concat();
    let second = [run("INSERT INTO kept VALUES ('after')"), sync()].concat();
    wire.send(&[first, second].concat());
    let messages = wire.messages();
    assert_eq!(tags(&messages), "EZ");
    assert_denied(&messages);
    assert_eq!(tags(&wire.messages()), "12CZ");
    server.assert_never_saw("forbidden");
    server.assert_never_saw("skipped");
    assert_eq!(kept(&server), "after");
    inside.assert_recorded("refusal", "forbidden");
    assert_eq!(inside.recorded("command", "skipped"), 0);
}

/// Five batches in one write; the second and the fourth hold a denial, at their end and in their middle.
#[test]
fn denials_in_pipelined_batches_are_answered_in_their_order() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let insert = |word: &str| run(&format!("INSERT INTO kept VALUES ('{word}')"));
    let bytes = [
        insert("one"),
        sync(),
        insert("two"),
        run("SELECT 'forbidden-2'"),
        sync(),
        insert("three"),
        sync(),
        insert("four"),
        run("SELECT 'forbidden-4'"),
        insert("four-skipped"),
        sync(),
        insert("five"),
        sync(),
    ];
    wire.send(&bytes.concat());
    let answers = [(); 5].map(|()| wire.messages());
    assert_eq!(answers.each_ref().map(|messages| tags(messages)), ["12CZ", "12CEZ", "12CZ", "12CEZ", "12CZ"]);
    assert_denied(&answers[1]);
    assert_denied(&answers[3]);
    server.assert_never_saw("forbidden");
    server.assert_never_saw("four-skipped");
    assert_eq!(kept(&server), "five,one,three");
    let journal = inside.journal();
    let refused: Vec<_> = journal.of_kind("refusal").map(|record| record.value["text"].to_string()).collect();
    assert_eq!(refused, ["\"SELECT 'forbidden-2'\"", "\"SELECT 'forbidden-4'\""]);
}

#[test]
fn a_denial_aborts_the_transaction_it_stands_in() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[run("BEGIN"), run("INSERT INTO kept VALUES ('before')"), sync()].concat());
    assert_eq!(tags(&wire.messages()), "12C12CZ");
    wire.send(&[run("SELECT 'forbidden'"), sync()].concat());
    let messages = wire.messages();
    assert_denied(&messages);
    assert_error(&messages, "42501", b'E');
    wire.send(&[run("INSERT INTO kept VALUES ('after')"), sync()].concat());
    assert_error(&wire.messages(), "25P02", b'E');
    wire.send(&[run("COMMIT"), sync()].concat());
    assert_eq!(completed(&wire.messages()), ["ROLLBACK"]);
    server.assert_never_saw("forbidden");
    assert_eq!(kept(&server), "");
    inside.assert_recorded("refusal", "forbidden");
}

/// Allowed to be planned, denied to be run: the Parse goes through, the Execute does not.
#[test]
fn a_denied_execute_of_an_allowed_parse() {
    let Some((server, inside, mut wire)) = scene() else { return };
    inside.policy.replace(|action| match action.phase {
        Phase::Run if mentions(action, "forbidden") => deny(),
        _ => allow(),
    });
    let batch = [parse("s", "INSERT INTO kept VALUES ('forbidden')"), bind("p", "s"), execute("p"), sync()];
    wire.send(&batch.concat());
    let messages = wire.messages();
    assert_eq!(tags(&messages), "1EZ");
    assert_denied(&messages);
    assert_error(&messages, "42501", b'I');
    // The statement is still there.
    wire.send(&[bind("", "s"), execute(""), sync()].concat());
    assert_eq!(tags(&wire.messages()), "EZ");
    assert_goes_on(&mut wire);
    assert_eq!((kept(&server).as_str(), ran(&server, "forbidden")), ("", 0));
    assert_eq!(inside.recorded("refusal", "forbidden"), 2);
}

#[test]
fn a_parameter_is_part_of_the_command() {
    let Some((server, inside, mut wire)) = scene() else { return };
    inside.policy.replace(|action| {
        let mut values = action.parameters.iter().flatten();
        if values.any(|value| value.as_ref() == b"forbidden") { deny() } else { allow() }
    });
    wire.send(&[parse("s", "INSERT INTO kept VALUES ($1)"), sync()].concat());
    wire.messages();
    // The parameter is decided before it is bound: the target runs input functions on it.
    for (value, expected) in [("fine", "2CZ"), ("forbidden", "EZ"), ("fine, too", "2CZ")] {
        wire.send(&[bind_value("s", value), execute(""), sync()].concat());
        assert_eq!(tags(&wire.messages()), expected, "{value}");
    }
    assert_eq!((kept(&server).as_str(), ran(&server, "INSERT INTO kept")), ("fine,fine, too", 2));
    inside.assert_recorded("refusal", "\"parameters\":[\"forbidden\"]");
}

/// What drivers make of it: the errors that psycopg has for an aborted pipeline, and a connection that goes on.
#[test]
fn psycopg_in_pipeline_mode() {
    let Some((server, inside, _wire)) = scene() else { return };
    Client::python_text(include_str!("pipeline.py"), &inside.door()).run().prints("ok");
    server.assert_never_saw("forbidden");
    assert_eq!(kept(&server), "after,alone");
    assert_eq!(inside.recorded("refusal", "forbidden"), 3);
}
