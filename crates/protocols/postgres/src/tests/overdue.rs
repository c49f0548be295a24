//! Commands that run for too long.

use wire::{Input, Side, Ticket};

use super::driver::Driver;
use super::messages as m;
use super::relay;

const TOO_LATE: &str = "E(ERROR 57014 refused: the command ran for longer than it may)";
const CANCEL: &str = "aside cancel [0, 0, 0, 7, 1, 2, 3, 4]";

/// The ticket of the last question.
fn last(driver: &Driver) -> Ticket {
    Ticket::new(driver.actions.len() as u64 + 1)
}

fn overdue(driver: &mut Driver) {
    driver.input(Input::Overdue(last(driver)));
}

#[test]
fn what_is_overdue_is_cancelled() {
    let log = relay(|driver| {
        driver.client(&m::query("select"));
        overdue(driver);
        overdue(driver);
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
        overdue(driver);
    });
    assert_eq!(log[1..], [CANCEL, "outcome (2) Failed 57014", &format!("client < {TOO_LATE} Z(I)")]);
}

/// It waits behind another command, which must not be cancelled.
#[test]
fn what_is_overdue_is_cancelled_in_its_turn() {
    let log = relay(|driver| {
        driver.client(&[m::query("one"), m::query("two")].concat());
        overdue(driver);
        driver.target(&[m::select_one(), m::ready(b'I')].concat());
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
    });
    assert_eq!(log[2..5], ["client < T D", "outcome (2) Done rows 1", "client < C(SELECT 1) Z(I)"]);
    assert_eq!(log[5..], [CANCEL, "outcome (3) Failed 57014", &format!("client < {TOO_LATE} Z(I)")]);
}

/// In a pipeline the target keeps its answers back, so that nobody knows which command runs: the error stands where the
/// cancel hit.
#[test]
fn in_a_pipeline_what_runs_is_cancelled() {
    let first = Ticket::new(3);
    let log = relay(|driver| {
        driver.client(&[m::extended("one"), m::extended("two"), m::sync()].concat());
        driver.input(Input::Overdue(first));
        driver.target(&m::extended_answers());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::error("57014"), m::ready(b'I')].concat());
    });
    let shown: Vec<_> = log.iter().filter(|line| line.starts_with("client")).collect();
    assert_eq!(shown[..3], ["client < 1 2 T D", "client < C(SELECT 1)", "client < 1 2"]);
    assert_eq!(shown[3..], [&format!("client < {TOO_LATE} Z(I)")]);
    assert!(log.contains(&"outcome (3) Done rows 1".to_owned()), "{log:?}");
    assert!(log.contains(&"outcome (5) Failed 57014".to_owned()), "{log:?}");
}

#[test]
fn the_last_of_a_pipeline_that_ends_too_late_is_an_error() {
    let log = relay(|driver| {
        driver.client(&[m::extended("one"), m::sync()].concat());
        overdue(driver);
        driver.target(&[m::extended_answers(), m::ready(b'I')].concat());
    });
    assert_eq!(*log.last().unwrap(), format!("client < {TOO_LATE} Z(I)"));
    assert!(log.contains(&"outcome (3) Done rows 1 57014".to_owned()), "{log:?}");
}

/// Without a Sync the target may have ended long ago and not said so: it is asked.
#[test]
fn what_had_ended_in_time_is_no_error() {
    let log = relay(|driver| {
        driver.client(&m::extended("one"));
        overdue(driver);
        driver.target(&m::extended_answers());
        assert_eq!(driver.wants(Side::Client), 0, "the cancel is on its way");
        driver.input(Input::Probed);
        driver.client(&m::sync());
        driver.target(&m::ready(b'I'));
    });
    assert_eq!(log[2..4], ["target < H (flush)", CANCEL]);
    assert_eq!(log[log.len() - 3..], ["client < C(SELECT 1)", "target < S (sync)", "client < Z(I)"]);
}

/// Statements of one message, of which the target keeps the answers back too.
#[test]
fn in_a_message_what_runs_is_cancelled() {
    let log = relay(|driver| {
        driver.client(&m::query("one; two; three"));
        driver.input(Input::Overdue(Ticket::new(3)));
        driver.target(&[m::select_one(), m::error("57014"), m::ready(b'I')].concat());
    });
    assert_eq!(log[3], CANCEL);
    assert_eq!(log[4..6], ["client < T D", "outcome (2) Done rows 1"]);
    assert!(log.contains(&"outcome (3) Failed 57014".to_owned()), "{log:?}");
    assert!(log.contains(&"outcome (4) NotRun".to_owned()), "{log:?}");
    assert_eq!(*log.last().unwrap(), format!("client < {TOO_LATE} Z(I)"));
}

/// What was committed before the cancel came is kept, and the client is told.
#[test]
fn what_is_kept_is_said() {
    let kept = |script: &dyn Fn(&mut Driver)| {
        let mut driver = Driver::new(usize::MAX);
        driver.enter();
        script(&mut driver);
        String::from_utf8_lossy(&driver.sent(Side::Client)).contains("what it changed is kept")
    };
    assert!(kept(&|driver| {
        driver.client(&m::query("update"));
        overdue(driver);
        driver.target(&[m::done("UPDATE 1"), m::ready(b'I')].concat());
    }));
    assert!(!kept(&|driver| {
        driver.client(&m::query("update"));
        overdue(driver);
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
    }));
}

/// The target waits for data and hears no cancel: it is told that they failed.
#[test]
fn a_copy_of_the_client_that_is_overdue_is_failed() {
    for extended in [false, true] {
        let log = relay(|driver| {
            let text = "copy t from stdin";
            let begin = if extended { m::extended(text) } else { m::query(text) };
            driver.client(&[begin, if extended { m::sync() } else { Vec::new() }].concat());
            if extended {
                driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b"")].concat());
            }
            driver.target(&m::frame(b'G', b"\0\0\0"));
            driver.client(&m::frame(b'd', b"a\n"));
            overdue(driver);
            driver.client(&[m::frame(b'd', b"a\n"), m::frame(b'c', b"")].concat());
            driver.target(&m::error("57014"));
            if extended {
                driver.client(&m::sync());
            }
            driver.target(&m::ready(b'I'));
            driver.client(&m::query("select"));
        });
        assert!(log.iter().any(|line| line.starts_with("target < d f (command")), "{log:?}");
        assert!(!log.contains(&CANCEL.to_owned()), "a target that waits for data hears no cancel: {log:?}");
        assert!(log.iter().any(|line| line.contains(TOO_LATE)), "{log:?}");
        assert!(log.last().unwrap().starts_with("target < Q(select)"), "{log:?}");
    }
}

/// It waited for a lock before it asked for data. The cancel is still on its way then.
#[test]
fn a_copy_that_begins_when_it_is_overdue_is_failed() {
    let log = relay(|driver| {
        driver.client(&m::query("copy t from stdin"));
        overdue(driver);
        driver.target(&m::frame(b'G', b"\0\0\0"));
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
        assert_eq!(driver.wants(Side::Client), 0);
        driver.input(Input::Probed);
        assert_ne!(driver.wants(Side::Client), 0);
    });
    assert_eq!(log[1..3], [CANCEL, "target < f (command (2))"]);
    assert_eq!(log[3..], ["outcome (2) Failed 57014", &format!("client < {TOO_LATE} Z(I)")]);
}

/// Others run behind it in a transaction that should have been aborted: the session ends. One of them may be its COMMIT.
#[test]
fn a_transaction_that_went_on_ends_with_the_session() {
    let log = relay(|driver| {
        driver.client(&m::query("begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.forget();
        driver.client(&[m::query("one"), m::query("two")].concat());
        driver.input(Input::Overdue(Ticket::new(3)));
        driver.target(&[m::done("UPDATE 1"), m::ready(b'T')].concat());
    });
    assert_eq!(log[2..5], [CANCEL, "outcome (3) Done rows 1 57014", "outcome (4) Unknown"]);
    assert!(log[5].starts_with("client < E(FATAL 57014 a command ran for longer"), "{log:?}");
}

#[test]
fn a_row_of_which_something_was_shown_is_finished() {
    let large = m::row(&[&"x".repeat(100_000)]);
    let log = relay(|driver| {
        driver.client(&m::query("select"));
        driver.target(&[m::columns(&["a"]), large[..70_000].to_vec()].concat());
        overdue(driver);
        driver.target(&[large[70_000..].to_vec(), m::row(&["a"]), m::error("57014"), m::ready(b'I')].concat());
    });
    // What of the row was shown before stands in an event of its own.
    assert_eq!(log.iter().filter(|line| line.starts_with("client <")).count(), 3, "{log:?}");
    assert_eq!(*log.last().unwrap(), format!("client < {TOO_LATE} Z(I)"));
}

/// Nothing is sent to a target behind the goodbye.
#[test]
fn behind_a_goodbye_it_is_only_cancelled() {
    let log = relay(|driver| {
        driver.client(&[m::query("begin"), m::terminate()].concat());
        overdue(driver);
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
    });
    assert_eq!(log[1..4], ["target < X (terminate)", "end Target", CANCEL]);
    assert_eq!(*log.last().unwrap(), format!("client < {TOO_LATE} Z(T)"));
    let log = relay(|driver| {
        driver.client(&[m::extended("select"), m::terminate()].concat());
        overdue(driver);
    });
    assert_eq!(*log.last().unwrap(), CANCEL);
}

/// The cancel hit a command before it, so that it never ran.
#[test]
fn what_the_target_dropped_is_not_run() {
    let log = relay(|driver| {
        driver.client(&m::query("one; two"));
        driver.input(Input::Overdue(Ticket::new(3)));
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
    });
    assert!(log.contains(&"outcome (3) NotRun 57014".to_owned()), "{log:?}");
    assert_eq!(*log.last().unwrap(), format!("client < {TOO_LATE} Z(I)"));
}
