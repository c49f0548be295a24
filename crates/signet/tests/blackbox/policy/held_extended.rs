//! Held commands in the extended protocol: inside pipelines, with replies and batches around them.

use model::Phase;

use super::{assert_goes_on, kept, ran, scene};
use crate::harness::Client;
use crate::harness::desk::{allow, hold, mentions};
use crate::harness::pipeline::{assert_error, completed, run, sync, tags};
use crate::harness::wire::Wire;

fn insert(word: &str) -> Vec<u8> {
    run(&format!("INSERT INTO kept VALUES ('{word}')"))
}

#[test]
fn an_approved_command_of_a_pipeline_runs_once() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[insert("before"), insert("delicate"), insert("after"), sync()].concat());
    let request = inside.desk.next();
    assert!(ran(&server, "delicate") == 0 && ran(&server, "after") == 0, "{}", server.log());
    request.approve();
    let messages = wire.messages();
    assert_eq!(tags(&messages), "12C12C12CZ");
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("after,before,delicate", 1));
    assert_eq!(inside.recorded("command", "\"approved\":true"), 1);
    assert_eq!(inside.recorded("hold", "delicate"), 1);
}

#[test]
fn an_insert_before_a_rejection_leaves_no_row() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[insert("before"), insert("delicate"), insert("after"), sync()].concat());
    inside.desk.next().reject("not this one");
    let messages = wire.messages();
    assert_eq!(tags(&messages), "12C1EZ");
    assert_error(&messages, "42501", b'I');
    assert_goes_on(&mut wire);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate"), ran(&server, "after")), ("", 0, 0));
    inside.assert_recorded("refusal", "not this one");
}

#[test]
fn a_rejection_first_and_an_insert_after_sync() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[insert("delicate"), insert("skipped"), sync(), insert("after"), sync()].concat());
    inside.desk.next().reject("not this one");
    assert_error(&wire.messages(), "42501", b'I');
    assert_eq!(tags(&wire.messages()), "12CZ");
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate"), ran(&server, "skipped")), ("after", 0, 0));
    inside.assert_recorded("refusal", "delicate");
}

/// Held in the second and the fourth of five batches; one is approved, the other rejected.
#[test]
fn batches_are_answered_in_their_order() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let batches =
        [insert("one"), insert("delicate-2"), insert("three"), [insert("four"), insert("delicate-4")].concat()];
    let bytes: Vec<u8> =
        batches.into_iter().chain([insert("five")]).flat_map(|batch| [batch, sync()].concat()).collect();
    wire.send(&bytes);
    inside.desk.next().approve();
    inside.desk.next().reject("not this one");
    let answers = [(); 5].map(|()| wire.messages());
    assert_eq!(answers.each_ref().map(|messages| tags(messages)), ["12CZ", "12CZ", "12CZ", "12C1EZ", "12CZ"]);
    assert_eq!(kept(&server), "delicate-2,five,one,three");
    assert_eq!((ran(&server, "delicate-2"), ran(&server, "delicate-4")), (1, 0));
    inside.assert_recorded("refusal", "delicate-4");
}

#[test]
fn a_rejection_aborts_the_transaction_it_stands_in() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&[run("BEGIN"), insert("before"), sync()].concat());
    wire.messages();
    wire.send(&[insert("delicate"), sync()].concat());
    inside.desk.next().reject("not this one");
    assert_error(&wire.messages(), "42501", b'E');
    wire.send(&[run("COMMIT"), sync()].concat());
    assert_eq!(completed(&wire.messages()), ["ROLLBACK"]);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("", 0));
    inside.assert_recorded("refusal", "delicate");
}

/// A policy may hold the planning already; then the target does not see the text before the approval.
#[test]
fn a_held_parse() {
    let Some((server, inside, mut wire)) = scene() else { return };
    inside.policy.replace(|action| match action.phase {
        Phase::Prepare if mentions(action, "delicate") => hold(),
        _ => allow(),
    });
    // A statement that cannot be planned: the target would say so, in its log, at Parse.
    wire.send(&[insert("before"), run("SELECT delicate_1"), sync()].concat());
    let request = inside.desk.next();
    assert_eq!(request.asked.action.phase, Phase::Prepare);
    server.assert_never_saw("delicate");
    request.reject("not this one");
    assert_error(&wire.messages(), "42501", b'I');
    server.assert_never_saw("delicate");
    assert_eq!(kept(&server), "");
    wire.send(&[insert("delicate"), sync()].concat());
    inside.desk.next().approve();
    assert_eq!(tags(&wire.messages()), "12CZ");
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("delicate", 1));
    inside.assert_recorded("refusal", "delicate_1");
}

/// psycopg waits as long as it takes, and shows the notice to its handlers.
#[test]
fn psycopg_waits_in_pipeline_mode() {
    let Some((server, inside, wire)) = scene() else { return };
    drop::<Wire>(wire);
    let script = r#"
import psycopg
notices = []
with psycopg.connect("", autocommit=True) as conn:
    conn.add_notice_handler(lambda notice: notices.append(notice.message_primary))
    with conn.pipeline():
        conn.execute("INSERT INTO kept VALUES (%s)", ["before"])
        conn.execute("INSERT INTO kept VALUES ('delicate-1')")
        conn.execute("INSERT INTO kept VALUES (%s)", ["after"])
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO kept VALUES (%s)", ["undone"])
            conn.execute("INSERT INTO kept VALUES ('delicate-2')")
    except psycopg.errors.InsufficientPrivilege as error:
        assert "not this one" in str(error), error
    else:
        raise SystemExit("the rejection was not raised")
    assert conn.execute("SELECT 1").fetchone() == (1,)
assert len(notices) == 2, notices
print("ok")
"#;
    let client = Client::python_text(script, &inside.door()).start();
    inside.desk.next().approve();
    inside.desk.next().reject("not this one");
    client.finish().prints("ok");
    assert_eq!(kept(&server), "after,before,delicate-1");
    assert_eq!((ran(&server, "delicate-1"), ran(&server, "delicate-2")), (1, 0));
    inside.assert_recorded("refusal", "delicate-2");
}
