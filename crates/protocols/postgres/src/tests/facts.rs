//! What a question says of a command besides its verb.

use model::{Facts, LEFT_OUT};

use super::driver::Driver;
use super::messages as m;
use super::relay;

fn in_transaction(script: impl Fn(&mut Driver), expected: &[bool]) {
    relay(|driver| {
        script(driver);
        let facts: Vec<_> = driver.actions.iter().map(|action| action.facts.in_transaction).collect();
        assert_eq!(facts, expected);
    });
}

fn answered(driver: &mut Driver, text: &str, state: u8) {
    driver.client(&m::query(text));
    driver.target(&[m::done("X"), m::ready(state)].concat());
}

#[test]
fn a_transaction_is_open_when_the_target_says_so() {
    in_transaction(
        |driver| {
            answered(driver, "select 1", b'I');
            answered(driver, "begin", b'T');
            answered(driver, "select 2", b'E');
            answered(driver, "rollback", b'I');
            answered(driver, "select 3", b'I');
        },
        &[false, false, true, true, false],
    );
}

#[test]
fn a_transaction_is_open_when_one_may_have_begun_before() {
    // In the same message; what stands before a BEGIN does not run before the message goes out.
    in_transaction(|driver| driver.client(&m::query("select 1; begin; select 2")), &[false, false, true]);
    // Pipelined, and not answered yet.
    in_transaction(|driver| driver.client(&[m::query("begin"), m::query("select 2")].concat()), &[false, true]);
}

#[test]
fn what_ran_without_a_sync_may_hold_locks() {
    in_transaction(
        |driver| {
            driver.client(&[m::extended("select 1"), m::extended("select 2"), m::sync()].concat());
            driver.target(&[m::extended_answers(), m::extended_answers(), m::ready(b'I')].concat());
            driver.client(&m::extended("select 3"));
        },
        // Parse and Execute of each. What was only parsed has done nothing.
        &[false, false, true, true, false, false],
    );
    // A Bind that goes alone runs functions.
    in_transaction(
        |driver| {
            driver.client(&[m::parse("", "select 1"), m::bind("", "", &[]), m::parse("s", "select 2")].concat());
        },
        &[false, false, true],
    );
}

#[test]
fn unbounded_writes_are_named_in_every_phase() {
    relay(|driver| {
        driver.client(&m::query("delete from t where a; delete from t"));
        driver.target(&[m::done("DELETE 1"), m::done("DELETE 1"), m::ready(b'I')].concat());
        driver.client(&[m::parse("s", "update t set a = 1"), m::bind("p", "s", &[]), m::sync()].concat());
        driver.target(&[m::frame(b'1', b""), m::frame(b'2', b""), m::ready(b'I')].concat());
        driver.client(&m::extended("update t set a = 1 where b"));
        let facts: Vec<_> = driver.actions.iter().map(|action| action.facts.unbounded_write).collect();
        assert_eq!(facts, [false, true, true, true, false, false]);
    });
}

#[test]
fn what_is_not_known_may_be_a_write() {
    relay(|driver| {
        driver.client(&m::query("select 'a"));
        driver.target(&[m::error("42601"), m::ready(b'I')].concat());
        driver.client(&m::bind("p", "unheard", &[]));
        driver.client(&m::execute("p"));
        driver.client(&m::execute("cursor"));
        driver.client(&m::sync());
        driver.target(&[m::error("26000"), m::ready(b'I')].concat());
        driver.client(&m::frame(b'F', b"\0\0\0\x10\0\0\0\0\0\0"));
        let facts: Vec<Facts> = driver.actions.iter().map(|action| action.facts).collect();
        assert_eq!(facts.len(), 4);
        assert!(facts.iter().all(|facts| facts.unbounded_write), "{facts:?}");
    });
}

/// Before, the statement itself, and after; `None` when it came alone.
fn arounds(text: &str) -> Vec<Option<[String; 3]>> {
    let mut driver = Driver::new(usize::MAX);
    driver.enter();
    driver.client(&m::query(text));
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let around = |action: &model::Action| {
        let around = action.message.as_ref()?.around();
        Some([shown(&around.before), shown(&action.text), shown(&around.after)])
    };
    driver.actions.iter().map(around).collect()
}

#[test]
fn a_statement_says_what_else_stands_in_its_message() {
    let owned = |parts: [&str; 3]| Some(parts.map(str::to_owned));
    assert_eq!(
        arounds("BEGIN; UPDATE t SET a = 1 /* b */ ;COMMIT"),
        [
            owned(["", "BEGIN", "; UPDATE t SET a = 1 /* b */ ;COMMIT"]),
            owned(["BEGIN; ", "UPDATE t SET a = 1 /* b */", " ;COMMIT"]),
            owned(["BEGIN; UPDATE t SET a = 1 /* b */ ;", "COMMIT", ""]),
        ]
    );
    assert_eq!(arounds("UPDATE t SET a = 1;"), [None], "alone");
    let shown = &arounds("ALTER ROLE x PASSWORD 'y'; SELECT 1")[1].clone().unwrap();
    assert_eq!(shown[0], format!("ALTER ROLE x PASSWORD {LEFT_OUT}; "));
}
