//! Long queues and many names: what each message costs must not grow with them. With a cost that grows these tests take minutes
//! instead of moments.

use super::driver::{Driver, opening};
use super::messages as m;

const MANY: usize = 20_000;

fn driver() -> Driver {
    let mut opening = opening();
    opening.limits.pipeline = 10 * MANY;
    opening.limits.names = 10 * MANY;
    opening.limits.batch = MANY;
    opening.limits.frame = 64 << 20;
    let mut driver = Driver::with(opening, usize::MAX);
    driver.enter();
    driver
}

#[test]
fn the_end_of_a_transaction_costs_what_ends_with_it() {
    let mut driver = driver();
    driver.client(&[m::parse("s", "select 1"), m::sync()].concat());
    driver.client(&m::sync().repeat(MANY));
    let portal = |number: usize| m::bind(&format!("p{number}"), "s", &[]);
    driver.client(&[(0..MANY).flat_map(portal).collect(), m::sync()].concat());
    driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
    driver.target(&m::ready(b'I').repeat(MANY));
    driver.target(&[m::frame(b'2', b"").repeat(MANY), m::ready(b'I')].concat());
    assert!(driver.violation.is_none());
}

#[test]
fn forgetting_costs_what_is_forgotten() {
    let mut driver = driver();
    driver.client(&(0..MANY).flat_map(|number| m::parse(&format!("s{number}"), "select 1")).collect::<Vec<_>>());
    driver.client(&m::parse("", "select 1").repeat(MANY));
    driver.client(&m::execute("made by sql").repeat(MANY));
    assert!(driver.violation.is_none());
}

#[test]
fn a_refusal_costs_nothing_of_what_is_owed() {
    let mut driver = driver();
    driver.client(&m::sync().repeat(MANY));
    driver.client(&m::query("no").repeat(MANY));
    driver.target(&m::ready(b'I').repeat(MANY));
    assert_eq!(driver.log().iter().filter(|line| line.contains("42501")).count(), 1, "one run of answers");
    assert!(driver.violation.is_none());
}

#[test]
fn the_beginning_of_a_copy_costs_nothing_of_what_is_owed() {
    let mut driver = driver();
    driver.client(&m::query(&"copy t from stdin;".repeat(MANY)));
    driver.client(&m::frame(b'c', b"").repeat(MANY));
    driver.target(&[m::frame(b'G', b"\0\0\0"), m::done("COPY 0")].concat().repeat(MANY));
    driver.target(&m::ready(b'I'));
    assert!(driver.violation.is_none());
}
