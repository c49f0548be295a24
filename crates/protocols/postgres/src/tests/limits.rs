//! Results that are too large.

use wire::{Input, Side};

use super::driver::{Driver, Says};
use super::messages as m;
use super::relay;

const TOO_MANY: &str = "E(ERROR 54000 refused: the result has more than 2 rows)";
const CANCEL: &str = "aside cancel [0, 0, 0, 7, 1, 2, 3, 4]";

fn two_rows(driver: &mut Driver) {
    driver.decide = |action| if action.text.starts_with(b"all") { Says::Yes } else { Says::Rows(2) };
}

fn rows(count: usize) -> Vec<u8> {
    m::row(&["a"]).repeat(count)
}

#[test]
fn as_many_rows_as_there_may_be_pass() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&m::query("select"));
        driver.target(&[m::columns(&["a"]), rows(2), m::done("SELECT 2"), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..], ["client < T D D", "outcome (2) Done rows 2", "client < C(SELECT 2) Z(I)"]);
}

#[test]
fn one_row_too_many_is_cancelled_and_ends_in_an_error() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&[m::query("select"), m::query("all")].concat());
        driver.target(&[m::columns(&["a"]), rows(9)].concat());
        driver.target(&[m::notice(), rows(1), m::error("57014"), m::ready(b'I')].concat());
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
    });
    assert_eq!(
        log,
        [
            "target < Q(select) (command (2))",
            "client < T D D",
            CANCEL,
            "outcome (2) Failed rows 2 54000",
            &format!("client < {TOO_MANY} Z(I)"),
            "target < Q(all) (command (3))",
            "client < T D",
            "outcome (3) Done rows 1",
            "client < C(SELECT 1) Z(I)",
        ]
    );
}

#[test]
fn bytes_are_those_of_all_messages() {
    assert_eq!([m::columns(&["a"]), m::row(&["a"])].concat().len(), 39);
    let log = relay(|driver| {
        driver.decide = |_| Says::Bytes(39);
        driver.client(&m::query("select"));
        driver.target(&[m::columns(&["a"]), rows(1)].concat());
        driver.target(&m::notice());
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..4], ["client < T D", CANCEL, "outcome (2) Failed rows 1 54000"]);
    assert_eq!(log[4], "client < E(ERROR 54000 refused: the result is larger than 39 bytes) Z(I)");
}

#[test]
fn a_large_row_is_dropped_in_pieces() {
    let large = m::row(&[&"x".repeat(100_000)]);
    let log = relay(|driver| {
        driver.decide = |_| Says::Bytes(100);
        driver.client(&m::query("select"));
        driver.target(&[m::columns(&["a"]), large.clone(), rows(1), m::error("57014"), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..3], ["client < T", CANCEL]);
}

/// The target had sent everything by then, so that the cancel may hit what comes next: nothing does before the probe is over.
#[test]
fn a_cancel_that_comes_too_late_hits_nothing_else() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&[m::query("select"), m::query("all")].concat());
        driver.target(&[m::columns(&["a"]), rows(3), m::done("SELECT 3"), m::ready(b'I')].concat());
        assert_eq!(driver.wants(Side::Client), 0);
        driver.input(Input::Probed);
    });
    assert_eq!(log[3], "outcome (2) Done rows 3 54000");
    assert_eq!(log[4..], [format!("client < {TOO_MANY} Z(I)"), "target < Q(all) (command (3))".into()]);
}

/// Inside a transaction block the target must be made to abort it.
#[test]
fn a_cancel_that_comes_too_late_aborts_the_transaction() {
    let log = relay(|driver| {
        driver.client(&m::query("all begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.forget();
        two_rows(driver);
        driver.client(&[m::query("select"), m::query("all")].concat());
        driver.target(&[m::columns(&["a"]), rows(3), m::done("SELECT 3"), m::ready(b'T')].concat());
        driver.target(&[m::error("42601"), m::ready(b'E')].concat());
        driver.input(Input::Probed);
    });
    assert_eq!(
        log[1..],
        [
            "client < T D D",
            CANCEL,
            "target < Q(refused by signet) (refused query)",
            "outcome (3) Failed rows 2 54000",
            &format!("client < {TOO_MANY} Z(E)"),
            "target < Q(all) (command (4))",
        ]
    );
}

#[test]
fn statements_behind_it_in_the_message_are_not_shown() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&m::query("select; all"));
        driver.target(&[m::columns(&["a"]), rows(3), m::done("SELECT 3")].concat());
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..4], ["target < Q(select; all) (command (3))", "client < T D D", CANCEL]);
    assert_eq!(
        log[4..],
        ["outcome (3) Done rows 1", "outcome (2) Done rows 3 54000", &format!("client < {TOO_MANY} Z(I)")]
    );
}

/// Nothing follows a command whose result may be too large, so that the target is asked for its answer.
#[test]
fn a_pipeline_waits_for_it() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&[m::extended("select"), m::extended("all"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::columns(&["a"]), rows(2)].concat());
        assert_eq!(driver.actions.len(), 2, "Parse and Execute of the first");
        driver.target(&m::done("SELECT 2"));
        assert_eq!(driver.actions.len(), 4);
    });
    assert_eq!(log[1], "target < B D E (command (3))");
    assert_eq!(log[2], "target < H (flush)");
}

#[test]
fn in_a_pipeline_it_aborts_what_was_not_synced() {
    for late in [false, true] {
        let log = relay(|driver| {
            two_rows(driver);
            driver.client(&[m::extended("select"), m::extended("all"), m::sync(), m::query("all")].concat());
            driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::columns(&["a"]), rows(3)].concat());
            if late {
                driver.target(&m::done("SELECT 3"));
                driver.target(&m::error("26000"));
                driver.input(Input::Probed);
            } else {
                driver.target(&m::error("57014"));
            }
            driver.target(&m::ready(b'I'));
        });
        assert_eq!(
            log[5..],
            [
                "target < B (refused bind)",
                CANCEL,
                "outcome (3) Failed rows 2 54000",
                &format!("client < {TOO_MANY}"),
                "target < S (sync)",
                "target < Q(all) (command (4))",
                "client < Z(I)",
            ],
            "late: {late}"
        );
    }
}

#[test]
fn each_portion_of_a_portal_is_a_command() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&[m::parse("", "select"), m::bind("p", "", &[]), m::execute("p")].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), rows(2), m::frame(b's', b"")].concat());
        driver.client(&m::execute("p"));
        driver.target(&[rows(2), m::frame(b's', b"")].concat());
        driver.client(&m::execute("p"));
        driver.target(&[rows(3), m::error("57014")].concat());
        driver.client(&m::sync());
    });
    let outcomes: Vec<_> = log.iter().filter(|line| line.starts_with("outcome")).collect();
    assert_eq!(
        outcomes[1..],
        ["outcome (3) Suspended rows 2", "outcome (4) Suspended rows 2", "outcome (5) Failed rows 2 54000"]
    );
}

#[test]
fn rows_of_copy_data_count() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&m::query("copy t to stdout"));
        driver.target(&m::frame(b'H', b"\0\0\0"));
        driver.target(&m::frame(b'd', b"a\n").repeat(3));
        driver.target(&[m::frame(b'c', b""), m::done("COPY 3"), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..3], ["client < H d d", CANCEL]);
    assert_eq!(log[3..], ["outcome (2) Done rows 3 54000", &format!("client < {TOO_MANY} Z(I)")]);
}

/// An error behind it undoes what it did, but not what was committed before that error.
#[test]
fn what_is_committed_before_an_error_is_written_down_as_done() {
    for (text, outcome) in [
        ("insert into t values (1) returning a; update t set a = 2", "outcome (2) Failed rows 2 54000"),
        ("insert into t values (1) returning a; commit", "outcome (2) Done rows 3 54000"),
    ] {
        let log = relay(|driver| {
            driver.decide = |action| if action.name == "INSERT" { Says::Rows(2) } else { Says::Yes };
            driver.client(&m::query(text));
            driver.target(&[m::columns(&["a"]), rows(3), m::done("INSERT 0 3")].concat());
            driver.target(&[m::error("57014"), m::ready(b'I')].concat());
        });
        assert!(log.contains(&outcome.to_owned()), "{text}: {log:?}");
    }
}

/// A procedure may have committed by itself before its pipeline was aborted.
#[test]
fn what_a_procedure_did_may_be_kept() {
    let hint = |text: &str| {
        let mut driver = Driver::new(usize::MAX);
        driver.enter();
        driver.decide = |_| Says::Rows(0);
        driver.client(&[m::extended(text), m::sync()].concat());
        driver.target(&[m::extended_answers(), m::error("26000")].concat());
        let outcome = driver.log().into_iter().find(|line| line.starts_with("outcome (3)")).unwrap();
        (outcome, String::from_utf8_lossy(&driver.sent(Side::Client)).contains("may be kept"))
    };
    assert_eq!(hint("call p()"), ("outcome (3) Done rows 1 54000".to_owned(), true));
    assert_eq!(hint("select 1"), ("outcome (3) Failed 54000".to_owned(), false));
}

/// Data that the client sends are taken while its COPY has no result yet.
#[test]
fn a_copy_of_the_client_is_not_held_back() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(
            &[m::extended("copy t from stdin"), m::frame(b'd', b"a\n"), m::frame(b'c', b""), m::sync()].concat(),
        );
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b"")].concat());
        driver.target(&m::frame(b'G', b"\0\0\0"));
        driver.target(&m::done("COPY 1"));
        driver.target(&m::ready(b'I'));
    });
    let last: Vec<_> = log.iter().rev().take(3).rev().collect();
    assert_eq!(last, ["client < C(COPY 1)", "target < S (sync)", "client < Z(I)"]);
    assert!(log.iter().any(|line| line == "target < d c (command (3))"), "{log:?}");
}

#[test]
fn settings_and_notifications_are_no_part_of_a_result() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&m::query("select"));
        driver.target(&[m::columns(&["a"]), rows(3)].concat());
        driver.target(&[m::status("TimeZone", "UTC"), m::frame(b'A', b"\0\0\0\x07x\0y\0"), rows(1)].concat());
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
    });
    assert_eq!(log[3], "client < S A");
}

#[test]
fn a_target_that_dies_meanwhile_says_so() {
    let log = relay(|driver| {
        two_rows(driver);
        driver.client(&m::query("select"));
        driver.target(&[m::columns(&["a"]), rows(3)].concat());
        driver.target(&m::fatal("57P01"));
    });
    assert_eq!(
        log[3..],
        ["outcome (2) Failed rows 2 57P01", "client < E(FATAL 57P01 theirs)", "close: target ended the session"]
    );
}
