//! COPY both ways, simple and extended, with the Sync that the target swallows.

use super::messages as m;
use super::relay;

fn copy_in() -> Vec<u8> {
    m::frame(b'G', b"\0\0\x01\0\0")
}

fn data(text: &str) -> Vec<u8> {
    m::frame(b'd', text.as_bytes())
}

#[test]
fn in_simple() {
    let log = relay(|driver| {
        driver.client(&m::query("copy t from stdin"));
        driver.target(&copy_in());
        driver.client(&[data("1\n"), data("2\n"), m::frame(b'c', b"")].concat());
        driver.target(&[m::done("COPY 2"), m::ready(b'I')].concat());
        driver.client(&m::query("select 1"));
    });
    assert_eq!(
        log,
        [
            "target < Q(copy t from stdin) (command (2))",
            "client < G",
            "target < d d c (command (2))",
            "outcome (2) Done rows 2",
            "client < C(COPY 2) Z(I)",
            "target < Q(select 1) (command (3))",
        ]
    );
}

#[test]
fn in_given_up_and_out_of_place() {
    let log = relay(|driver| {
        driver.client(&m::query("copy t from stdin"));
        driver.target(&copy_in());
        driver.client(&m::frame(b'f', b"never mind\0"));
        driver.target(&[m::error("57014"), m::ready(b'I')].concat());
        driver.client(&[data("late"), m::frame(b'c', b""), m::query("select 1")].concat());
    });
    assert_eq!(
        log[3..],
        ["outcome (2) Failed 57014", "client < E(ERROR 57014 theirs) Z(I)", "target < Q(select 1) (command (3))"]
    );
    relay(|driver| {
        driver.client(&m::query("copy t from stdin"));
        driver.target(&copy_in());
        driver.client(&m::query("select 1"));
        assert!(driver.violation.is_some());
    });
}

#[test]
fn two_copies_in_one_message_sent_without_waiting() {
    let log = relay(|driver| {
        driver.client(&m::query("copy t from stdin; copy u from stdin"));
        driver.client(&[data("1\n"), m::frame(b'c', b""), data("2\n"), m::frame(b'c', b"")].concat());
        driver.target(&[copy_in(), m::done("COPY 1"), copy_in(), m::done("COPY 1"), m::ready(b'I')].concat());
        driver.client(&m::query("select 1"));
        assert!(driver.violation.is_none());
    });
    assert_eq!(log.last().unwrap(), "target < Q(select 1) (command (4))");
    assert!(log.contains(&"outcome (3) Done rows 1".to_owned()));
}

/// libpq sends Sync right behind Execute, and another when the data have ended.
#[test]
fn in_extended_with_a_swallowed_sync() {
    let log = relay(|driver| {
        driver.client(&[m::extended("copy t from stdin"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b""), copy_in()].concat());
        driver.client(&[data("1\n"), m::frame(b'c', b""), m::sync()].concat());
        driver.target(&[m::done("COPY 1"), m::ready(b'I')].concat());
        driver.client(&m::query("no"));
    });
    assert_eq!(
        log[log.len() - 2..],
        ["outcome (3) Done rows 1", "client < C(COPY 1) Z(I) E(ERROR 42501 refused: policy says no) Z(I)"]
    );
}

#[test]
fn in_extended_sent_without_waiting_keeps_its_sync() {
    let log = relay(|driver| {
        driver.client(&[m::extended("copy t from stdin"), data("1\n"), m::frame(b'c', b""), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b""), copy_in()].concat());
        driver.target(&[m::done("COPY 1"), m::ready(b'I')].concat());
        driver.client(&m::query("select 1"));
        assert!(driver.violation.is_none());
    });
    assert_eq!(log[log.len() - 2..], ["client < C(COPY 1) Z(I)", "target < Q(select 1) (command (4))"]);
}

#[test]
fn in_extended_that_fails_drops_the_rest() {
    let log = relay(|driver| {
        driver.client(&[m::extended("copy t from stdin"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b""), copy_in()].concat());
        driver.client(&data("bad\n"));
        driver.target(&m::error("22P02"));
        driver.client(&[data("more\n"), m::frame(b'c', b""), m::sync()].concat());
        driver.target(&m::ready(b'I'));
        assert!(driver.violation.is_none());
    });
    assert_eq!(log[log.len() - 3..], ["client < E(ERROR 22P02 theirs)", "target < S (sync)", "client < Z(I)"]);
}

#[test]
fn out_simple_and_extended() {
    let out = [m::frame(b'H', b"\0\0\x01\0\0"), data("1\n"), data("2\n"), m::frame(b'c', b""), m::done("COPY 2")];
    let log = relay(|driver| {
        driver.client(&m::query("copy t to stdout"));
        driver.target(&[out.concat(), m::ready(b'I')].concat());
    });
    assert_eq!(log[1..], ["client < H d d c", "outcome (2) Done rows 2", "client < C(COPY 2) Z(I)"]);
    relay(|driver| {
        driver.client(&[m::extended("copy t to stdout"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b"")].concat());
        driver.target(&[out.concat(), m::ready(b'I')].concat());
        assert!(driver.violation.is_none());
    });
}

#[test]
fn data_outside_of_copy_are_dropped() {
    let log = relay(|driver| driver.client(&[data("x"), m::frame(b'c', b""), m::frame(b'f', b"x\0")].concat()));
    assert!(log.is_empty());
}

/// A COPY can fail before it reads anything, into a view for example. Then the Sync behind it is answered.
#[test]
fn in_extended_that_fails_before_it_reads_answers_its_sync() {
    let begun = [m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b""), copy_in()].concat();
    let log = relay(|driver| {
        driver.client(&[m::extended("copy v from stdin"), m::sync()].concat());
        driver.target(&[begun.clone(), m::error("42809"), m::ready(b'I')].concat());
        driver.client(&[m::query("no"), m::query("select 1")].concat());
        assert!(driver.violation.is_none());
    });
    assert_eq!(
        log[log.len() - 3..],
        [
            "outcome (3) Failed 42809",
            "client < E(ERROR 42809 theirs) Z(I) E(ERROR 42501 refused: policy says no) Z(I)",
            "target < Q(select 1) (command (5))",
        ]
    );
    // A client that ends its COPY all the same is answered twice.
    let log = relay(|driver| {
        driver.client(&[m::extended("copy v from stdin"), m::sync()].concat());
        driver.target(&begun);
        driver.client(&[data("1\n"), m::frame(b'c', b""), m::sync()].concat());
        driver.target(&[m::error("42809"), m::ready(b'I'), m::ready(b'I')].concat());
        driver.client(&[m::extended("select 1"), m::sync()].concat());
        driver.target(&[m::extended_answers(), m::ready(b'I')].concat());
        assert!(driver.violation.is_none());
    });
    assert_eq!(log.last().unwrap(), "client < C(SELECT 1) Z(I)");
}

/// The Sync between them is swallowed or not, and then the target drops what follows or takes it: nobody can say.
#[test]
fn messages_behind_a_copy_that_fails_and_a_sync_end_the_session() {
    let log = relay(|driver| {
        driver.client(&[m::extended("copy v from stdin"), m::sync(), m::extended("select 1"), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b""), copy_in()].concat());
        driver.target(&m::error("42809"));
    });
    assert!(log.last().unwrap().starts_with("violation of Client"), "{log:?}");
    assert!(log.contains(&"outcome (5) Unknown".to_owned()), "{log:?}");
}

/// A Sync may be answered late only as often as one was sent, and only before anything else is.
#[test]
fn a_ready_that_nothing_owes_breaks_the_protocol() {
    let begun = [m::frame(b'1', b""), m::frame(b'2', b""), m::frame(b'n', b""), copy_in()].concat();
    let answered = [m::ready(b'I'), m::select_one(), m::ready(b'I')].concat();
    for (says, answers) in [(vec![], m::ready(b'I').repeat(2)), (m::query("select 1"), answered)] {
        relay(|driver| {
            driver.client(&[m::extended("copy v from stdin"), m::sync()].concat());
            driver.target(&[begun.clone(), m::error("42809")].concat());
            driver.client(&[m::sync(), says.clone()].concat());
            driver.target(&answers);
            assert!(driver.violation.is_none());
            driver.target(&m::ready(b'I'));
            assert!(driver.violation.is_some());
        });
    }
}
