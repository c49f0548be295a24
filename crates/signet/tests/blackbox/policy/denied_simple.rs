//! Denials in the simple protocol: outside and inside of a transaction, alone and beside allowed statements (A8).

use super::{assert_denied, assert_goes_on, kept, scene};
use crate::harness::Client;
use crate::harness::pipeline::{assert_error, completed, rows, tags};
use crate::harness::wire::query;

#[test]
fn a_denial_is_an_error_and_the_connection_goes_on() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let messages = wire.query("SELECT 'forbidden-alone'");
    assert_eq!(tags(&messages), "EZ");
    assert_denied(&messages);
    assert_error(&messages, "42501", b'I');
    assert_goes_on(&mut wire);
    server.assert_never_saw("forbidden");
    server.assert_never_saw("refused by signet");
    inside.assert_recorded("refusal", "forbidden-alone");
    assert_eq!(inside.recorded("command", "forbidden"), 0);
}

/// The other statements of the message are not run either: PostgreSQL would have run them as one transaction.
#[test]
fn a8_one_denied_statement_denies_its_message() {
    let Some((server, inside, mut wire)) = scene() else { return };
    for sql in [
        "INSERT INTO kept VALUES ('harmless'); DROP TABLE forbidden",
        "DROP TABLE forbidden; INSERT INTO kept VALUES ('harmless')",
        "INSERT INTO kept VALUES ('harmless'); SELECT 'forbidden'; INSERT INTO kept VALUES ('harmless')",
        "INSERT INTO kept VALUES ('harmless'); COMMIT; SELECT 'forbidden'",
        "/* ; */ INSERT INTO kept VALUES ('harmless;--'); -- ;\nSELECT $$;$$, 'forbidden'",
    ] {
        let messages = wire.query(sql);
        assert_eq!(tags(&messages), "EZ", "{sql}");
        assert_denied(&messages);
        assert_error(&messages, "42501", b'I');
    }
    assert_goes_on(&mut wire);
    server.assert_never_saw("forbidden");
    server.assert_never_saw("harmless");
    assert_eq!(kept(&server), "");
    assert_eq!(inside.recorded("refusal", "forbidden"), 5);
    // What was allowed before the denial came has an end, too.
    assert_eq!(inside.recorded("outcome", "not_run"), inside.recorded("command", "harmless") + 1);
}

#[test]
fn a_denial_aborts_the_transaction_it_stands_in() {
    let Some((server, inside, mut wire)) = scene() else { return };
    wire.query("BEGIN");
    assert_eq!(completed(&wire.query("INSERT INTO kept VALUES ('before')")), ["INSERT 0 1"]);
    let messages = wire.query("INSERT INTO kept VALUES ('forbidden')");
    assert_eq!(tags(&messages), "EZ");
    assert_denied(&messages);
    assert_error(&messages, "42501", b'E');
    assert_error(&wire.query("INSERT INTO kept VALUES ('after')"), "25P02", b'E');
    assert_eq!(completed(&wire.query("COMMIT")), ["ROLLBACK"]);
    assert_goes_on(&mut wire);
    server.assert_never_saw("forbidden");
    assert_eq!(kept(&server), "");
    inside.assert_recorded("refusal", "forbidden");
    inside.assert_recorded("outcome", "25P02");
}

/// The same four messages in one write, before the first answer: what is open is not known yet when the denial comes.
#[test]
fn a_denial_aborts_the_transaction_that_was_begun_in_the_same_write() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let words = ["BEGIN", "INSERT INTO kept VALUES ('before')", "SELECT 'forbidden'", "COMMIT", "SELECT 'last'"];
    wire.send(&words.map(query).concat());
    let answers = words.map(|_| wire.messages());
    assert_eq!(answers.each_ref().map(|messages| tags(messages)), ["CZ", "CZ", "EZ", "CZ", "TDCZ"]);
    assert_denied(&answers[2]);
    assert_eq!(completed(&answers[3]), ["ROLLBACK"]);
    assert!(rows(&answers[4]).concat().contains("last"));
    server.assert_never_saw("forbidden");
    assert_eq!(kept(&server), "");
    inside.assert_recorded("refusal", "forbidden");
}

/// A savepoint is a way back for a denial as for any error.
#[test]
fn a_savepoint_outlives_a_denial() {
    let Some((server, inside, mut wire)) = scene() else { return };
    for sql in ["BEGIN", "INSERT INTO kept VALUES ('before')", "SAVEPOINT here"] {
        wire.query(sql);
    }
    assert_denied(&wire.query("SELECT 'forbidden'"));
    assert_eq!(completed(&wire.query("ROLLBACK TO here")), ["ROLLBACK"]);
    assert_eq!(completed(&wire.query("COMMIT")), ["COMMIT"]);
    server.assert_never_saw("forbidden");
    assert_eq!(kept(&server), "before");
    inside.assert_recorded("refusal", "forbidden");
}

/// A whole transaction in one message.
#[test]
fn a8_a_transaction_in_one_message() {
    let Some((server, inside, mut wire)) = scene() else { return };
    let messages = wire.query("BEGIN; INSERT INTO kept VALUES ('before'); SELECT 'forbidden'; COMMIT");
    assert_denied(&messages);
    assert_error(&messages, "42501", b'I');
    assert_goes_on(&mut wire);
    assert_eq!(kept(&server), "");
    server.assert_never_saw("before");
    inside.assert_recorded("refusal", "forbidden");
}

#[test]
fn psql_shows_the_denial_and_goes_on() {
    let Some((server, inside, _wire)) = scene() else { return };
    let script = "\\set ON_ERROR_STOP 0\n\\set VERBOSITY verbose\nSELECT 'forbidden';\nSELECT 'went on';\n";
    let done = Client::psql(&inside.door()).stdin(script).run();
    done.prints("went on");
    for expected in ["ERROR:  42501: refused: the policy says no", "HINT:  Ask the owner of the table."] {
        assert!(done.stderr.contains(expected), "{expected}\n{}", done.report());
    }
    server.assert_never_saw("forbidden");
    inside.assert_recorded("refusal", "forbidden");
}

/// The rows of a COPY are not statements, and a denied COPY takes none.
#[test]
fn a_denied_copy_takes_no_rows() {
    let Some((server, inside, _wire)) = scene() else { return };
    let script = "\\set ON_ERROR_STOP 0\nCOPY kept FROM STDIN /* forbidden */;\none\n\\.\nSELECT 'went on';\n";
    let done = Client::psql(&inside.door()).stdin(script).run();
    assert!(done.stderr.contains("the policy says no"), "{}", done.report());
    let allowed = "COPY kept FROM STDIN;\nforbidden is only a word here\n\\.\n";
    Client::psql(&inside.door()).stdin(allowed).run().ok();
    server.assert_never_saw("forbidden */");
    assert_eq!(kept(&server), "forbidden is only a word here");
    inside.assert_recorded("refusal", "COPY kept");
}
