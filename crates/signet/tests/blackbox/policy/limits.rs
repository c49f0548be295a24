//! Results that are larger than policy allows, before a real PostgreSQL: they stop, and the session goes on in step.

use model::{Obligations, Verdict};

use super::{assert_goes_on, scene};
use crate::harness::Client;
use crate::harness::desk::{allow, mentions};
use crate::harness::inside::Inside;
use crate::harness::pipeline::{assert_error, bind, completed, error, execute, parse, rows, run, sync, tags};
use crate::harness::wire::{frame, query};

/// What every result of `generate_series` may have.
const MOST: usize = 1000;

/// A result that is much too large, and one that the target has sent by the time that it is too large.
pub(super) const SERIES: [&str; 2] = ["SELECT generate_series(1, 10000000)", "SELECT generate_series(1, 1010)"];

pub(super) fn limit(inside: &Inside, obligations: Obligations) {
    inside.policy.replace(move |action| {
        if mentions(action, "generate_series") {
            Verdict::Allow { policies: vec!["test-policy".into()], obligations: obligations.clone() }
        } else {
            allow()
        }
    });
}

pub(super) fn limit_rows(inside: &Inside) {
    limit(inside, Obligations { max_rows: Some(MOST as u64), ..Obligations::default() });
}

#[test]
fn a_million_rows_end_at_the_thousandth() {
    let Some((server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    for (at, sql) in SERIES.into_iter().enumerate() {
        for bytes in [query(sql), [run(sql), sync()].concat()] {
            wire.send(&bytes);
            let messages = wire.messages();
            assert_error(&messages, "54000", b'I');
            assert_eq!(rows(&messages).len(), MOST);
            let text = error(&messages).field(b'M').unwrap();
            assert_eq!(text, "refused: the result has more than 1000 rows");
            assert_goes_on(&mut wire);
        }
        assert_eq!(inside.recorded("outcome", "\"54000\""), 2 * (at + 1));
    }
    let recorded = inside.journal();
    let refused = recorded.of_kind("outcome").filter(|record| record.line.contains("\"54000\""));
    // The target may have sent all of the shorter one before the cancel came.
    let told = |line: &str| (line.contains("\"failed\"") && line.contains("1000")) || line.contains("\"done\"");
    assert!(refused.into_iter().all(|record| told(&record.line)));
    server.assert_saw("canceling statement due to user request");
}

#[test]
fn as_many_as_there_may_be_are_all_there() {
    let Some((server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    let sql = "SELECT generate_series(1, 1000)";
    for bytes in [query(sql), [run(sql), sync()].concat()] {
        wire.send(&bytes);
        let messages = wire.messages();
        assert_eq!((rows(&messages).len(), completed(&messages)), (MOST, vec!["SELECT 1000".to_owned()]));
    }
    assert!(!server.log().contains("canceling statement"));
}

#[test]
fn bytes_are_limited_too() {
    let Some((_server, inside, mut wire)) = scene() else { return };
    limit(&inside, Obligations { max_bytes: Some(100_000), ..Obligations::default() });
    let many = "SELECT repeat('x', 1000) FROM generate_series(1, 1000000)";
    let huge = "SELECT repeat('x', 10000000) FROM generate_series(1, 2)";
    for (sql, most) in [(many, 100), (huge, 0)] {
        for bytes in [query(sql), [run(sql), sync()].concat()] {
            wire.send(&bytes);
            let messages = wire.messages();
            assert_error(&messages, "54000", b'I');
            assert!(rows(&messages).len() <= most, "{} rows", rows(&messages).len());
            assert_goes_on(&mut wire);
        }
    }
}

#[test]
fn copy_out_is_a_result() {
    let Some((_server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    for sql in SERIES {
        let sql = format!("COPY ({sql}) TO STDOUT");
        for bytes in [query(&sql), [run(&sql), sync()].concat()] {
            wire.send(&bytes);
            let messages = wire.messages();
            assert_error(&messages, "54000", b'I');
            assert_eq!(messages.iter().filter(|message| message.tag == b'd').count(), MOST);
            assert_goes_on(&mut wire);
        }
    }
}

/// Each portion of a portal is a command, and each is decided.
#[test]
fn portions_of_a_portal_have_the_limit_each() {
    let Some((_server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    let portion = |most: u32| frame(b'E', &[b"p\0".as_slice(), &most.to_be_bytes()].concat());
    let portal = [parse("", SERIES[0]), bind("p", "")].concat();
    wire.send(&[portal.clone(), portion(600), portion(600), sync()].concat());
    assert_eq!(rows(&wire.messages()).len(), 1200);
    wire.send(&[portal, portion(600), execute("p"), execute("p"), sync()].concat());
    let messages = wire.messages();
    assert_error(&messages, "54000", b'I');
    assert_eq!(rows(&messages).len(), 1600);
    assert_goes_on(&mut wire);
}

/// What is prepared before is there afterwards, and what stands behind the error is not.
#[test]
fn prepared_statements_are_kept() {
    let Some((_server, inside, mut wire)) = scene() else { return };
    limit_rows(&inside);
    let again = [bind("", "big"), execute("")].concat();
    wire.send(&[parse("big", SERIES[0]), again.clone(), parse("behind", "SELECT 1"), sync()].concat());
    assert_error(&wire.messages(), "54000", b'I');
    wire.send(&[again, sync()].concat());
    assert_error(&wire.messages(), "54000", b'I');
    wire.send(&[bind("", "behind"), execute(""), sync()].concat());
    assert_error(&wire.messages(), "26000", b'I');
    wire.send(&[parse("behind", "SELECT 1"), bind("", "behind"), execute(""), sync()].concat());
    assert_eq!(tags(&wire.messages()), "12DCZ");
}

#[test]
fn stock_clients_see_an_error_and_go_on() {
    let Some((_server, inside, wire)) = scene() else { return };
    drop(wire);
    limit_rows(&inside);
    let script = format!("{};\nSELECT 'goes on';\n", SERIES[0]);
    let done = Client::psql(&inside.door()).args(["-v", "ON_ERROR_STOP=0"]).stdin(script).run();
    assert!(done.report().contains("refused: the result has more than 1000 rows"), "{}", done.report());
    assert!(done.report().contains("goes on"), "{}", done.report());
    let script = r#"
import psycopg
BIG = "SELECT generate_series(1, 10000000)"
with psycopg.connect("", autocommit=True) as conn:
    for binary in (False, True):
        try:
            conn.execute(BIG, binary=binary)
        except psycopg.errors.ProgramLimitExceeded as error:
            assert "more than 1000 rows" in str(error), error
        else:
            raise SystemExit("no limit")
        assert conn.execute("SELECT 1").fetchone() == (1,)
    try:
        with conn.pipeline():
            conn.execute("INSERT INTO kept VALUES (%s)", ["before"])
            conn.execute(BIG)
            conn.execute("INSERT INTO kept VALUES (%s)", ["after"])
    except psycopg.errors.ProgramLimitExceeded:
        pass
    else:
        raise SystemExit("no limit in a pipeline")
    assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    with conn.transaction(), conn.cursor("c") as cursor:
        cursor.execute(BIG)
        assert len(cursor.fetchmany(500)) == 500
print("ok")
"#;
    Client::python_text(script, &inside.door()).run().prints("ok");
}
