//! Held commands in the simple protocol: what each end of the waiting means to client, target and journal.

use std::time::{Duration, Instant};

use super::{assert_goes_on, kept, ran, scene};
use crate::harness::desk::{NOTICE, allow, deny, hold, mentions};
use crate::harness::pipeline::{assert_error, completed, error, tags};
use crate::harness::wire::{Wire, query};

/// Waits for the notice; it comes before any answer.
fn assert_notice(wire: &mut Wire) {
    let notice = wire.receive().unwrap();
    assert_eq!((notice.tag, notice.field(b'M').as_deref()), (b'N', Some(NOTICE)), "{notice:?}");
    assert_eq!(notice.field(b'S').as_deref(), Some("NOTICE"));
}

#[test]
fn an_approved_command_runs_once() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("INSERT INTO kept VALUES ('delicate')"));
    assert_notice(&mut wire);
    let request = inside.desk.next();
    assert_eq!(&request.asked.action.text[..], b"INSERT INTO kept VALUES ('delicate')");
    assert_eq!((request.asked.principal.name.as_str(), request.asked.resource.as_str()), ("ada", "prod"));
    server.assert_never_saw("delicate");
    inside.assert_recorded("hold", "delicate");
    assert_eq!(inside.recorded("command", "delicate"), 0);
    let approved = Instant::now();
    request.approve();
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    // By event: a gateway that looked for approvals now and then would take longer.
    assert!(approved.elapsed() < Duration::from_secs(2), "{:?} from approval to result", approved.elapsed());
    assert_goes_on(&mut wire);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("delicate", 1));
    assert_eq!(inside.recorded("command", "\"approved\":true"), 1);
    assert_eq!(inside.recorded("refusal", ""), 0);
    inside.desk.assert_empty();
}

#[test]
fn a_rejected_command_is_an_error_with_the_reason() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("INSERT INTO kept VALUES ('delicate')"));
    assert_notice(&mut wire);
    inside.desk.next().reject("not on a Friday");
    let messages = wire.messages();
    assert_error(&messages, "42501", b'I');
    assert_eq!(error(&messages).field(b'M').as_deref(), Some("refused: not on a Friday"));
    assert_goes_on(&mut wire);
    server.assert_never_saw("delicate");
    inside.assert_recorded("refusal", "not on a Friday");
    assert_eq!(inside.recorded("command", "delicate"), 0);
}

/// The statements beside a held one wait with it: nothing of the message runs before all of it may.
#[test]
fn a_message_waits_as_a_whole() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let sql = "INSERT INTO kept VALUES ('first'); INSERT INTO kept VALUES ('delicate'); SELECT 'third'";
    wire.send(&query(sql));
    assert_notice(&mut wire);
    let request = inside.desk.next();
    server.assert_never_saw("first");
    request.approve();
    assert_eq!(tags(&wire.messages()), "CCTDCZ");
    assert_eq!((kept(&server).as_str(), ran(&server, "first")), ("delicate,first", 1));

    wire.send(&query(&sql.replace("first", "1st")));
    assert_notice(&mut wire);
    inside.desk.next().reject("once is enough");
    assert_eq!(tags(&wire.messages()), "EZ");
    server.assert_never_saw("1st");
    assert_eq!(kept(&server), "delicate,first");
    inside.assert_recorded("outcome", "not_run");
    inside.assert_recorded("refusal", "once is enough");
}

/// Two held statements in one message are two requests, one after the other.
#[test]
fn two_held_statements_of_a_message_need_two_approvals() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("INSERT INTO kept VALUES ('delicate-1'); INSERT INTO kept VALUES ('delicate-2')"));
    assert_notice(&mut wire);
    inside.desk.next().approve();
    assert_notice(&mut wire);
    let second = inside.desk.next();
    assert!(String::from_utf8_lossy(&second.asked.action.text).contains("delicate-2"));
    server.assert_never_saw("delicate");
    second.reject("the second is too much");
    assert_error(&wire.messages(), "42501", b'I');
    server.assert_never_saw("delicate");
    assert_eq!(kept(&server), "");
    inside.assert_recorded("outcome", "not_run");
    inside.assert_recorded("refusal", "delicate-2");
}

#[test]
fn a_rejection_aborts_the_transaction_it_stands_in() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.query("BEGIN");
    assert_eq!(completed(&wire.query("INSERT INTO kept VALUES ('before')")), ["INSERT 0 1"]);
    wire.send(&query("INSERT INTO kept VALUES ('delicate')"));
    assert_notice(&mut wire);
    inside.desk.next().reject("not this one");
    assert_error(&wire.messages(), "42501", b'E');
    assert_error(&wire.query("INSERT INTO kept VALUES ('after')"), "25P02", b'E');
    assert_eq!(completed(&wire.query("COMMIT")), ["ROLLBACK"]);
    assert_goes_on(&mut wire);
    server.assert_never_saw("delicate");
    assert_eq!(kept(&server), "");
    inside.assert_recorded("refusal", "not this one");
}

#[test]
fn an_approval_inside_a_transaction_lets_it_commit() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let words =
        ["BEGIN", "INSERT INTO kept VALUES ('before')", "INSERT INTO kept VALUES ('delicate')", "COMMIT"].map(query);
    wire.send(&words.concat());
    let answers = [wire.messages(), wire.messages()];
    assert_eq!(answers.each_ref().map(|messages| tags(messages)), ["CZ", "CZ"]);
    let request = inside.desk.next();
    server.assert_never_saw("delicate");
    assert_eq!(kept(&server), "");
    request.approve();
    assert_eq!(completed(&wire.messages()), ["INSERT 0 1"]);
    assert_eq!(completed(&wire.messages()), ["COMMIT"]);
    assert_eq!((kept(&server).as_str(), ran(&server, "delicate")), ("before,delicate", 1));
    inside.assert_recorded("command", "\"approved\":true");
}

/// Statements of one message are sent together: what stands before a held one has leave already, and is decided again.
#[test]
fn what_stands_before_it_in_its_message_is_decided_again_too() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.send(&query("INSERT INTO kept VALUES ('before'); INSERT INTO kept VALUES ('delicate')"));
    let request = inside.desk.next();
    inside.policy.replace(|action| match () {
        () if mentions(action, "before") => deny(),
        () if mentions(action, "delicate") => hold(),
        () => allow(),
    });
    request.approve();
    let messages = wire.messages();
    assert_error(&messages, "42501", b'I');
    assert_goes_on(&mut wire);
    assert_eq!((kept(&server).as_str(), ran(&server, "before"), ran(&server, "delicate")), ("", 0, 0));
    inside.assert_recorded("refusal", "the policy says no");
}
