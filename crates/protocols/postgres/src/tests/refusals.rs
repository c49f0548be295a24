//! A refusal has the effect of a server error, in every position.

use super::driver::Says;
use super::messages as m;
use super::relay;

const REFUSED: &str = "E(ERROR 42501 refused: policy says no)";

#[test]
fn idle_it_is_answered_here() {
    let log = relay(|driver| {
        driver.client(&[m::query("no"), m::query("select 1")].concat());
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
    });
    assert_eq!(log[..2], [format!("client < {REFUSED} Z(I)"), "target < Q(select 1) (command (3))".to_owned()]);
}

#[test]
fn one_refused_statement_refuses_its_message() {
    let log = relay(|driver| driver.client(&m::query("select 1; no; select 2")));
    assert_eq!(log, ["outcome (2) NotRun".to_owned(), format!("client < {REFUSED} Z(I)")]);
}

#[test]
fn inside_a_transaction_the_target_refuses_for_us() {
    let log = relay(|driver| {
        driver.client(&m::query("begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.client(&[m::query("no"), m::query("commit")].concat());
        driver.target(&[m::error("42601"), m::ready(b'E'), m::done("ROLLBACK"), m::ready(b'I')].concat());
    });
    assert_eq!(
        log[3..],
        [
            "target < Q(refused by signet) (refused query)".to_owned(),
            "target < Q(commit) (command (4))".to_owned(),
            format!("client < {REFUSED} Z(E)"),
            "outcome (4) Done".to_owned(),
            "client < C(ROLLBACK) Z(I)".to_owned(),
        ]
    );
}

#[test]
fn behind_a_query_that_may_open_a_transaction_it_is_the_targets() {
    let log = relay(|driver| {
        driver.client(&[m::query("begin"), m::query("no")].concat());
        driver.target(&[m::done("BEGIN"), m::ready(b'T'), m::error("42601"), m::ready(b'E')].concat());
    });
    assert!(log.contains(&"target < Q(refused by signet) (refused query)".to_owned()));
    assert_eq!(*log.last().unwrap(), format!("client < C(BEGIN) Z(T) {REFUSED} Z(E)"));
}

#[test]
fn behind_owed_answers_that_open_nothing_it_waits_its_turn() {
    let log = relay(|driver| {
        driver.client(&[m::parse("s", "select 1"), m::sync(), m::query("no"), m::parse("", "no"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        driver.target(&m::ready(b'I'));
    });
    assert_eq!(
        log,
        [
            "target < P (command (2))".to_owned(),
            "target < S (sync)".to_owned(),
            "target < S (sync)".to_owned(),
            "outcome (2) Done".to_owned(),
            format!("client < 1 Z(I) {REFUSED} Z(I) {REFUSED} Z(I)"),
        ]
        .iter()
        .fold(Vec::new(), |mut lines: Vec<String>, line| {
            // Two Syncs for the same reason are one line.
            match lines.last_mut() {
                Some(last) if *last == *line => *last = "target < S S (sync)".to_owned(),
                _ => lines.push(line.clone()),
            }
            lines
        })
    );
}

#[test]
fn extended_and_idle_the_rest_is_dropped_until_sync() {
    let log = relay(|driver| {
        driver.client(&[m::extended("no"), m::query("select 1"), m::sync()].concat());
        driver.target(&m::ready(b'I'));
    });
    assert_eq!(log, [format!("client < {REFUSED}"), "target < S (sync)".to_owned(), "client < Z(I)".to_owned()]);
}

#[test]
fn after_unsynced_messages_a_bind_that_must_fail_stands_for_it() {
    let log = relay(|driver| {
        driver.client(&[m::extended("insert into t values (1)"), m::parse("", "no"), m::bind("", "", &[])].concat());
        driver.client(&[m::execute(""), m::sync()].concat());
        driver.target(&[m::extended_answers(), m::error("26000"), m::ready(b'I')].concat());
    });
    assert!(log.contains(&"target < B (refused bind)".to_owned()), "{log:?}");
    assert_eq!(*log.last().unwrap(), format!("client < C(SELECT 1) {REFUSED} Z(I)"));
    assert_eq!(
        log.iter().filter(|line| line.starts_with("target < B E") || line.starts_with("target < B D E")).count(),
        1,
        "nobody is asked about the rest"
    );
}

/// `INSERT` + refused + Sync in one pipeline: the whole of it is undone, because the target itself saw an error.
#[test]
fn refused_at_execute_and_skipped_until_sync() {
    let log = relay(|driver| {
        driver.decide = |action| {
            if action.phase == model::Phase::Run { Says::No } else { Says::Yes }
        };
        driver.client(&m::extended("delete from t"));
        driver.target(&[m::frame(b'1', b""), m::error("26000")].concat());
        driver.client(&[m::parse("", "select 1"), m::sync()].concat());
        driver.target(&m::ready(b'I'));
    });
    assert_eq!(
        log[1..],
        [
            "target < B (refused bind)".to_owned(),
            "outcome (2) Done".to_owned(),
            format!("client < 1 {REFUSED}"),
            "target < S (sync)".to_owned(),
            "client < Z(I)".to_owned(),
        ]
    );
}

#[test]
fn a_refused_query_after_unsynced_messages() {
    let log = relay(|driver| {
        driver.client(&[m::extended("insert into t values (1)"), m::query("no")].concat());
        driver.target(&[m::extended_answers(), m::error("42601"), m::ready(b'I')].concat());
        driver.client(&m::query("no"));
    });
    let end = format!("client < C(SELECT 1) {REFUSED} Z(I) {REFUSED} Z(I)");
    assert_eq!(*log.last().unwrap(), end, "the second is answered here: nothing is open any more");
}

#[test]
fn an_earlier_error_swallows_a_refusal_as_the_target_would() {
    let log = relay(|driver| {
        driver.client(&[m::extended("select 1"), m::parse("", "no"), m::sync()].concat());
        driver.target(&[m::error("42601"), m::ready(b'I')].concat());
    });
    assert!(log.contains(&"client < E(ERROR 42601 theirs)".to_owned()));
    assert_eq!(*log.last().unwrap(), "client < Z(I)");
}

#[test]
fn a_target_that_takes_what_cannot_be_taken_breaks_the_protocol() {
    let log = relay(|driver| {
        driver.client(&m::query("begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.client(&m::query("no"));
        driver.target(&[m::done("SELECT 1"), m::ready(b'T')].concat());
        assert!(driver.violation.is_some());
    });
    assert!(log.last().unwrap().starts_with("violation of Target"));
}

#[test]
fn a_refused_function_call_and_an_unknown_message() {
    let log = relay(|driver| {
        driver.decide = |_| Says::No;
        driver.client(&m::frame(b'F', b"\0\0\0\x10\0\0\0\0\0\0"));
        driver.client(&m::frame(b'y', b"whatever"));
    });
    assert_eq!(log, [format!("client < {REFUSED} Z(I) E(FATAL 42501 policy says no)"), "close: refused".to_owned()]);
    let log = relay(|driver| driver.client(&m::frame(b'y', b"whatever")));
    assert_eq!(log, ["target < y (command (2))", "outcome (2) Unknown"]);
}

#[test]
fn what_no_mask_can_be_put_on_is_a_refusal() {
    let log = relay(|driver| {
        driver.decide = |_| Says::Mask;
        driver.client(&m::frame(b'F', b"\0\0\0\x10\0\0\0\0\0\0"));
    });
    assert_eq!(log[0], "outcome (2) NotRun");
    assert_eq!(log[1..], ["client < E(ERROR 0A000 refused: the result of this message cannot be masked) Z(I)"]);
    let log = relay(|driver| {
        driver.decide = |_| Says::Mask;
        driver.client(&m::frame(b'y', b"whatever"));
    });
    assert_eq!(log[0], "outcome (2) NotRun");
    assert_eq!(log.last().unwrap(), "close: refused");
}

#[test]
fn held_and_approved_equals_allowed() {
    let held = relay(|driver| {
        driver.client(&[m::query("wait"), m::query("select 1")].concat());
        assert_eq!(driver.wants(wire::Side::Client), 0);
        assert_eq!(driver.log(), ["client < N(NOTICE 00000 waiting for approval)"]);
        let ticket = driver.waiting[0];
        driver.approve(ticket);
        driver.pump();
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
    });
    assert_eq!(held[1], "target < Q(wait) (command (2))");
    assert_eq!(held[2], "target < Q(select 1) (command (3))");
    assert_eq!(held.last().unwrap(), "client < C(SELECT 1) Z(I)");
}

#[test]
fn held_and_rejected_equals_refused() {
    let log = relay(|driver| {
        driver.client(&m::query("begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.client(&m::query("wait"));
        let ticket = driver.waiting[0];
        driver.deny(ticket);
        driver.pump();
        driver.target(&[m::error("42601"), m::ready(b'E')].concat());
    });
    assert_eq!(*log.last().unwrap(), format!("client < {REFUSED} Z(E)"));
}

#[test]
fn nothing_of_ours_stands_inside_a_row_that_is_passing() {
    let large = "x".repeat(100_000);
    let log = relay(|driver| {
        driver.client(&[m::query("select 1"), m::query("wait")].concat());
        let row = m::row(&[&large]);
        driver.target(&[m::columns(&["a"]), row[..70_000].to_vec()].concat());
        let ticket = driver.waiting[0];
        driver.reply(ticket, wire::Answer::Waiting(model::Public::new(model::Class::NotApproved, "still waiting")));
        driver.target(&row[70_000..]);
    });
    assert!(log.last().unwrap().ends_with("T D N(NOTICE 00000 still waiting)"), "{:?}", log.last());
}

/// Between the answer to a BEGIN and its ReadyForQuery the transaction is open, although nobody has said so yet.
#[test]
fn behind_an_executed_begin_whose_sync_is_owed_it_is_the_targets() {
    let log = relay(|driver| {
        driver.client(&[m::extended("begin"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b""), m::done("BEGIN")].concat());
        driver.client(&m::query("no"));
        driver.target(&[m::ready(b'T'), m::error("42601"), m::ready(b'E')].concat());
    });
    assert_eq!(*log.last().unwrap(), format!("client < Z(T) {REFUSED} Z(E)"));
}

/// The target drops the rest of a failed pipeline, so what waits in it is taken back.
#[test]
fn held_in_a_pipeline_that_fails_is_withdrawn() {
    let log = relay(|driver| {
        driver.client(&[m::parse("", "select 1"), m::query("wait"), m::sync(), m::query("select 2")].concat());
        driver.target(&m::error("42601"));
        driver.pump();
        driver.target(&[m::ready(b'I'), m::select_one(), m::ready(b'I')].concat());
        assert!(driver.violation.is_none());
    });
    assert_eq!(log[2..5], ["outcome (2) Failed 42601", "client < E(ERROR 42601 theirs)", "withdrawn"]);
    assert_eq!(log.last().unwrap(), "client < C(SELECT 1) Z(I)");
}
