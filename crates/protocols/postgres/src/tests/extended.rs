//! Extended queries: named and unnamed, pipelined, and skipped after an error.

use model::{Certainty, Phase};

use super::messages as m;
use super::relay;

#[test]
fn a_pipeline_is_decided_twice_and_answered_in_order() {
    let log = relay(|driver| {
        driver.client(&[m::extended("select 1"), m::sync()].concat());
        driver.target(&[m::extended_answers(), m::ready(b'I')].concat());
        let phases: Vec<Phase> = driver.actions.iter().map(|action| action.phase).collect();
        assert_eq!(phases, [Phase::Prepare, Phase::Run]);
    });
    assert_eq!(
        log,
        [
            "target < P (command (2))",
            "target < B D E (command (3))",
            "target < S (sync)",
            "outcome (2) Done",
            "client < 1 2 T D",
            "outcome (3) Done rows 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn a_statement_is_parsed_once_and_run_with_its_parameters() {
    relay(|driver| {
        driver.client(&[m::parse("s", "update t set a = $1"), m::describe_statement("s"), m::sync()].concat());
        let answers = [m::frame(b'1', b""), m::frame(b't', b"\0\0"), m::frame(b'n', b""), m::ready(b'I')];
        driver.target(&answers.concat());
        for value in ["one", "two"] {
            driver.client(&[m::bind("p", "s", &[value]), m::execute("p"), m::sync()].concat());
            driver.target(&[m::frame(b'2', b""), m::done("UPDATE 1"), m::ready(b'I')].concat());
            let action = driver.actions.last().unwrap();
            assert_eq!(action.text.as_ref(), b"update t set a = $1");
            assert_eq!(action.parameters, [Some(bytes::Bytes::from(value))]);
            assert_eq!(action.phase, Phase::Run);
        }
        assert!(driver.violation.is_none());
    });
}

#[test]
fn what_was_bound_is_what_runs_though_the_name_has_moved_on() {
    relay(|driver| {
        driver.client(&[m::parse("", "select 1"), m::bind("", "", &[]), m::parse("", "drop table t")].concat());
        driver.client(&m::execute(""));
        assert_eq!(driver.actions.last().unwrap().text.as_ref(), b"select 1");
    });
}

#[test]
fn names_that_sql_may_have_made_are_opaque() {
    relay(|driver| {
        driver.client(&[m::bind("", "made_by_sql", &[]), m::execute("")].concat());
        let action = driver.actions.last().unwrap();
        assert_eq!((action.text.as_ref(), action.certainty), (&b"made_by_sql"[..], Certainty::Opaque));
        driver.client(&m::execute("cursor"));
        assert_eq!(driver.actions.last().unwrap().text.as_ref(), b"cursor");
    });
    relay(|driver| {
        driver.client(&[m::parse("s", "select 1"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        driver.client(&m::query("deallocate s; prepare s as drop table t"));
        driver.target(&[m::done("DEALLOCATE"), m::done("PREPARE"), m::ready(b'I')].concat());
        driver.client(&[m::bind("", "s", &[]), m::execute("")].concat());
        assert_eq!(driver.actions.last().unwrap().certainty, Certainty::Opaque);
        assert!(driver.violation.is_none());
    });
}

#[test]
fn a_portal_does_not_outlive_its_transaction() {
    relay(|driver| {
        driver.client(&[m::parse("", "select 1"), m::bind("p", "", &[]), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::ready(b'I')].concat());
        driver.client(&m::execute("p"));
        assert_eq!(driver.actions.last().unwrap().certainty, Certainty::Opaque);
    });
    relay(|driver| {
        driver.client(&[m::parse("", "select 1"), m::bind("p", "", &[]), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::ready(b'T')].concat());
        driver.client(&m::execute("p"));
        assert_eq!(driver.actions.last().unwrap().text.as_ref(), b"select 1");
    });
}

#[test]
fn an_error_skips_to_the_sync_that_is_queued() {
    let log = relay(|driver| {
        driver
            .client(&[m::extended("select 1"), m::execute(""), m::sync(), m::extended("select 2"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::error("22012"), m::ready(b'I')].concat());
        driver.target(&[m::extended_answers(), m::ready(b'I')].concat());
    });
    let from = log.iter().position(|line| line == "client < 1").unwrap();
    assert_eq!(
        log[from..],
        [
            "client < 1",
            "outcome (3) Failed 22012",
            "client < E(ERROR 22012 theirs)",
            "outcome (4) NotRun",
            "client < Z(I)",
            "outcome (5) Done",
            "client < 1 2 T D",
            "outcome (6) Done rows 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn after_an_error_messages_are_dropped_until_sync() {
    let log = relay(|driver| {
        driver.client(&m::parse("", "select 1"));
        driver.target(&m::error("42601"));
        driver.client(&[m::bind("", "", &[]), m::execute(""), m::query("select 2"), m::sync()].concat());
        driver.target(&m::ready(b'I'));
        driver.client(&[m::execute(""), m::sync()].concat());
    });
    assert_eq!(
        log,
        [
            "target < P (command (2))",
            "outcome (2) Failed 42601",
            "client < E(ERROR 42601 theirs)",
            "target < S (sync)",
            "client < Z(I)",
            "target < E (command (3))",
            "target < S (sync)",
        ]
    );
}

#[test]
fn a_row_limit_suspends() {
    let log = relay(|driver| {
        driver.client(&[m::parse("", "select 1"), m::bind("", "", &[]), m::execute(""), m::execute("")].concat());
        driver.client(&m::frame(b'H', b""));
        let answers = [m::frame(b'1', b""), m::frame(b'2', b""), m::row(&["a"]), m::frame(b's', b"")];
        driver.target(&answers.concat());
        driver.target(&[m::row(&["b"]), m::done("SELECT 1")].concat());
    });
    assert_eq!(
        log[4..],
        [
            "outcome (2) Done",
            "client < 1 2 D",
            "outcome (3) Suspended rows 1",
            "client < s D",
            "outcome (4) Done rows 1",
            "client < C(SELECT 1)",
        ]
    );
}

#[test]
fn close_forgets_and_an_error_at_sync_is_an_answer() {
    let log = relay(|driver| {
        driver.client(&[m::parse("s", "select 1"), m::frame(b'C', b"Ss\0"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'3', b""), m::error("23503"), m::ready(b'I')].concat());
        driver.client(&[m::bind("", "s", &[]), m::execute("")].concat());
        assert_eq!(driver.actions.last().unwrap().certainty, Certainty::Opaque);
    });
    assert!(log.iter().any(|line| line.ends_with("E(ERROR 23503 theirs) Z(I)")), "{log:?}");
}

#[test]
fn too_many_names_are_refused() {
    let log = relay(|driver| {
        for name in ["1", "2", "3", "4", "5", "6"] {
            driver.client(&[m::parse(name, "select 1"), m::sync()].concat());
            driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
            if driver.violation.is_some() {
                return;
            }
        }
    });
    assert!(log.iter().any(|line| line.contains("E(ERROR 54000 refused: too many prepared")), "{log:?}");
    assert!(log.iter().any(|line| line.contains("NotRun")), "{log:?}");
}

#[test]
fn a_failed_parse_of_a_taken_name_leaves_the_old_statement() {
    let both = [m::parse("s", "select 'kept'"), m::sync(), m::parse("s", "select 'new'"), m::sync()].concat();
    let answers = [m::frame(b'1', b""), m::ready(b'I'), m::error("42P05"), m::ready(b'I')].concat();
    relay(|driver| {
        driver.client(&both);
        driver.target(&answers);
        driver.client(&[m::bind("", "s", &[]), m::execute("")].concat());
        assert_eq!(driver.actions.last().unwrap().text.as_ref(), b"select 'kept'");
        assert!(!driver.effects.closed);
    });
    relay(|driver| {
        driver.client(&[both.clone(), m::bind("", "s", &[]), m::execute("")].concat());
        // Whether the second Parse stands is not known yet, and a Sync lies between: it may be either.
        assert_eq!(driver.actions.last().unwrap().certainty, Certainty::Opaque);
    });
}

#[test]
fn names_that_the_target_would_change_are_refused() {
    for name in ["n".repeat(64), "\u{e4}".to_owned()] {
        let log = relay(|driver| driver.client(&[m::parse(&name, "select 1"), m::sync()].concat()));
        assert!(log.iter().any(|line| line.contains("0A000 refused: the name of a prepared")), "{log:?}");
        let others = [
            ("PARSE", m::parse(&name, "select 1")),
            ("BIND", m::bind("", &name, &[])),
            ("BIND", m::bind(&name, "", &[])),
            ("EXECUTE", m::execute(&name)),
            ("CLOSE", m::frame(b'C', format!("S{name}\0").as_bytes())),
        ];
        for (command, message) in others {
            let log = relay(|driver| driver.client(&message));
            assert!(log[0].starts_with(&format!("refused {command} ")), "it is written down: {log:?}");
            assert!(log[1].starts_with("client < E(ERROR 0A000"), "{log:?}");
        }
    }
    let log = relay(|driver| driver.client(&m::parse(&"n".repeat(63), "select 1")));
    assert!(log.iter().any(|line| line.starts_with("target < P")), "{log:?}");
}

#[test]
fn a_cursor_of_sql_takes_the_name_of_a_portal() {
    relay(|driver| {
        driver.client(&[m::parse("", "select 1"), m::bind("c", "", &[])].concat());
        driver.client(&[m::sync(), m::query("close c; declare c cursor for select f()")].concat());
        driver.client(&m::execute("c"));
        assert_eq!(driver.actions.last().unwrap().certainty, Certainty::Opaque);
    });
}
