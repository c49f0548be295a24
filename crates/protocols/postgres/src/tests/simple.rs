//! Simple queries.

use super::messages as m;
use super::relay;

#[test]
fn a_query_and_its_rows() {
    let log = relay(|driver| {
        driver.client(&m::query("select 1"));
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
    });
    assert_eq!(
        log,
        ["target < Q(select 1) (command (2))", "client < T D", "outcome (2) Done rows 1", "client < C(SELECT 1) Z(I)",]
    );
}

#[test]
fn every_statement_is_decided_and_the_message_goes_out_once() {
    let log = relay(|driver| {
        driver.client(&m::query("insert into t values (1); select 1"));
        driver.target(&[m::done("INSERT 0 1"), m::select_one(), m::ready(b'I')].concat());
        let texts: Vec<&[u8]> = driver.actions.iter().map(|action| action.text.as_ref()).collect();
        assert_eq!(texts, [&b"insert into t values (1)"[..], b"select 1"]);
    });
    assert_eq!(
        log,
        [
            "target <  (command (2))",
            "target < Q(insert into t values (1); select 1) (command (3))",
            "outcome (2) Done rows 1",
            "client < C(INSERT 0 1) T D",
            "outcome (3) Done rows 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn an_error_fails_one_and_the_rest_do_not_run() {
    let log = relay(|driver| {
        driver.client(&m::query("select 1; select 2; select 3"));
        driver.target(&[m::select_one(), m::error("22012"), m::ready(b'I')].concat());
    });
    assert_eq!(
        log[3..],
        [
            "client < T D",
            "outcome (2) Done rows 1",
            "client < C(SELECT 1)",
            "outcome (3) Failed 22012",
            "client < E(ERROR 22012 theirs)",
            "outcome (4) NotRun",
            "client < Z(I)",
        ]
    );
}

#[test]
fn an_empty_query_needs_no_question() {
    let log = relay(|driver| {
        driver.client(&m::query(" ; -- nothing"));
        driver.target(&[m::frame(b'I', b""), m::ready(b'I')].concat());
    });
    assert_eq!(log, ["target < Q( ; -- nothing) (empty query)", "client < I Z(I)"]);
}

#[test]
fn too_many_statements_are_refused() {
    let log = relay(|driver| driver.client(&m::query("select 1; select 2; select 3; select 4; select 5; select 6")));
    assert_eq!(
        log,
        [
            "refused several statements Run: too many statements in one message",
            "client < E(ERROR 54000 refused: too many statements in one message) Z(I)",
        ]
    );
}

#[test]
fn queries_are_pipelined_and_answers_pass_in_between() {
    let log = relay(|driver| {
        driver.client(&[m::query("select 1"), m::query("select 2")].concat());
        driver.target(&[m::notice(), m::select_one(), m::ready(b'I'), m::status("TimeZone", "UTC")].concat());
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
    });
    assert_eq!(
        log,
        [
            "target < Q(select 1) (command (2))",
            "target < Q(select 2) (command (3))",
            "client < N(NOTICE 00000 by the way) T D",
            "outcome (2) Done rows 1",
            "client < C(SELECT 1) Z(I) S T D",
            "outcome (3) Done rows 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn a_large_row_passes_in_pieces_and_is_never_held() {
    let large = "x".repeat(200_000);
    let log = relay(|driver| {
        driver.client(&m::query("select large"));
        let row = m::row(&[&large]);
        driver.target(&m::columns(&["a"]));
        for piece in row.chunks(30_000) {
            driver.target(piece);
            assert!(driver.untaken(wire::Side::Target) < 64 * 1024);
        }
        driver.target(&[m::done("SELECT 1"), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..], ["client < T D", "outcome (2) Done rows 1", "client < C(SELECT 1) Z(I)"]);
}

#[test]
fn a_function_call_is_a_command() {
    let call = m::frame(b'F', b"\0\0\0\x10\0\0\0\x01\0\0\0\x02hi\0\0");
    let log = relay(|driver| {
        driver.client(&call);
        driver.target(&[m::frame(b'V', b"\0\0\0\x01x"), m::ready(b'I')].concat());
        assert_eq!(driver.actions[0].text.as_ref(), b"16");
        assert_eq!(driver.actions[0].parameters, [Some(bytes::Bytes::from_static(b"hi"))]);
    });
    assert_eq!(log[1..], ["outcome (2) Done", "client < V Z(I)"]);
}

#[test]
fn a_text_that_depends_on_a_setting_in_doubt_is_opaque() {
    relay(|driver| {
        driver.client(&m::query("set standard_conforming_strings = off"));
        driver.client(&m::query(r"select '\'; drop table t; --'"));
        assert_eq!(driver.actions.len(), 2);
        assert_eq!(driver.actions[1].certainty, model::Certainty::Opaque);
    });
}
