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

#[test]
fn an_overdue_pipeline_shows_nothing_behind_it() {
    let log = relay(|driver| {
        driver.client(&[m::extended("one"), m::extended("two"), m::sync()].concat());
        driver.input(Input::Overdue(Ticket::new(3)));
        let answers = [m::frame(b'1', b""), m::extended_answers()[5..].to_vec()].concat();
        driver.target(&answers);
        driver.target(&m::extended_answers());
        driver.target(&m::ready(b'I'));
    });
    let shown: Vec<_> = log.iter().filter(|line| line.starts_with("client")).collect();
    assert_eq!(shown, ["client < 1", &format!("client < {TOO_LATE} Z(I)")]);
    assert!(log.contains(&"outcome (5) Done rows 1".to_owned()), "{log:?}");
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

/// Others run behind it in a transaction that should have been aborted: the session ends, and the target rolls back.
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
    assert_eq!(log[2..5], [CANCEL, "outcome (3) Failed 57014", "outcome (4) Unknown"]);
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
