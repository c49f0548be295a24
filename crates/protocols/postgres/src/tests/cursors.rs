//! Cursors of SQL: DECLARE and FETCH, and portals, which share their names.

use bytes::Bytes;
use model::Verb;

use super::driver::Driver;
use super::messages as m;
use super::named::{behind, fails, last, runs};
use super::relay;

fn fetched(driver: &mut Driver, name: &str) -> Option<String> {
    runs(driver, &format!("fetch all from {name}"), &["FETCH 0"], b'T');
    behind(driver).map(str::to_owned)
}

#[test]
fn a_fetch_takes_from_its_cursor() {
    relay(|driver| {
        runs(driver, "begin", &["BEGIN"], b'T');
        runs(driver, "declare c cursor for select ssn from people", &["DECLARE CURSOR"], b'T');
        runs(driver, "fetch 10 from c", &["FETCH 10"], b'T');
        assert_eq!((last(driver).verb, last(driver).name), (Verb::Read, "FETCH"));
        assert!(last(driver).reading.is_some());
        assert_eq!(behind(driver), Some("declare c cursor for select ssn from people"));
        runs(driver, "move c", &["MOVE 1"], b'T');
        assert_eq!((last(driver).name, behind(driver).is_some()), ("MOVE", true));
        driver.client(&[m::execute("c"), m::sync()].concat());
        assert_eq!(last(driver).text.as_ref(), b"declare c cursor for select ssn from people");
        driver.target(&[m::row(&["1"]), m::frame(b's', b""), m::ready(b'T')].concat());
        assert!(fetched(driver, "c").is_some(), "to run its portal does not declare it again");
    });
}

#[test]
fn sql_can_take_from_a_portal() {
    relay(|driver| {
        runs(driver, "begin", &["BEGIN"], b'T');
        driver.client(&[m::parse("", "select a from t where b = $1"), m::bind("p", "", &["7"]), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::ready(b'T')].concat());
        assert_eq!(fetched(driver, "p").as_deref(), Some("select a from t where b = $1"));
        assert_eq!(last(driver).parameters, [Some(Bytes::from("7"))]);
        runs(driver, "close p", &["CLOSE CURSOR"], b'T');
        assert_eq!(fetched(driver, "p"), None);
    });
}

#[test]
fn cursors_end_with_their_transaction_and_those_that_are_held_do_not() {
    let declare = |driver: &mut Driver, hold: &str| {
        runs(driver, "begin", &["BEGIN"], b'T');
        runs(driver, &format!("declare c cursor {hold} for select 1"), &["DECLARE CURSOR"], b'T');
    };
    for (hold, end, stands) in [
        ("", "commit", false),
        ("with hold", "commit", true),
        ("with hold", "rollback", false),
        ("with hold", "rollback to a", false),
        ("", "savepoint a", true),
        ("", "release a", true),
        ("", "close all", false),
        ("with hold", "do $$$$", false),
    ] {
        relay(|driver| {
            declare(driver, hold);
            runs(driver, end, &["X"], if end == "commit" || end == "rollback" { b'I' } else { b'T' });
            assert_eq!(fetched(driver, "c").is_some(), stands, "{hold} {end}");
        });
    }
    relay(|driver| {
        declare(driver, "with hold");
        fails(driver, "commit", b'I');
        assert_eq!(fetched(driver, "c"), None, "the commit failed");
    });
    relay(|driver| {
        declare(driver, "with hold");
        runs(driver, "commit", &["COMMIT"], b'I');
        runs(driver, "begin", &["BEGIN"], b'T');
        fails(driver, "select nothing", b'E');
        runs(driver, "rollback", &["ROLLBACK"], b'I');
        assert!(fetched(driver, "c").is_some(), "it was held before");
        runs(driver, "close c", &["CLOSE CURSOR"], b'T');
        assert_eq!(fetched(driver, "c"), None);
    });
}

/// A DECLARE that ends within its message leaves nothing behind, whatever comes by its name later.
#[test]
fn a_cursor_that_ended_in_its_own_message_is_gone() {
    relay(|driver| {
        runs(driver, "begin; declare c cursor for select 1; commit", &["BEGIN", "DECLARE CURSOR", "COMMIT"], b'I');
        assert_eq!(fetched(driver, "c"), None);
        driver.client(&m::query("begin; declare c cursor with hold for select 1; fetch c; commit; fetch c"));
        let behind: Vec<_> = driver.actions.iter().rev().take(3).map(|action| action.behind.is_some()).collect();
        assert_eq!(behind, [false, false, true], "behind a COMMIT it is not certain that it stands");
    });
    relay(|driver| {
        driver.client(&m::query("begin; declare c cursor for select 1; select 2"));
        driver.target(&[m::done("BEGIN"), m::done("DECLARE CURSOR"), m::error("22012"), m::ready(b'I')].concat());
        assert_eq!(fetched(driver, "c"), None);
    });
}
