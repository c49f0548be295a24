//! Drains and cuts.

use model::{Class, Public};
use wire::Stop;

use super::messages as m;
use super::relay;

fn public() -> Public {
    Public::new(Class::Shutdown, "the gateway is stopping")
}

const GOODBYE: [&str; 3] =
    ["client < E(FATAL 57P01 the gateway is stopping)", "target < X (terminate)", "close: stopped"];

#[test]
fn an_idle_session_drains_at_once() {
    assert_eq!(relay(|driver| driver.stop(Stop::Drain(public()))), GOODBYE);
}

#[test]
fn a_busy_session_drains_when_its_transaction_is_over() {
    let log = relay(|driver| {
        driver.client(&m::query("begin"));
        driver.stop(Stop::Drain(public()));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.client(&m::query("commit"));
        assert!(!driver.effects.closed);
        driver.target(&[m::done("COMMIT"), m::ready(b'I')].concat());
    });
    assert_eq!(
        log[log.len() - 3..],
        ["client < C(COMMIT) Z(I) E(FATAL 57P01 the gateway is stopping)", GOODBYE[1], GOODBYE[2]]
    );
}

#[test]
fn a_cut_leaves_what_runs_unknown_and_withdraws_what_waits() {
    let log = relay(|driver| {
        driver.client(&[m::query("select 1"), m::query("wait")].concat());
        driver.stop(Stop::Cut(public()));
    });
    assert_eq!(
        log[2..],
        [
            "withdrawn",
            "aside cancel [0, 0, 0, 7, 1, 2, 3, 4]",
            "outcome (2) Unknown",
            GOODBYE[0],
            GOODBYE[1],
            GOODBYE[2]
        ]
    );
}

#[test]
fn a_cut_inside_a_row_says_nothing() {
    let row = m::row(&[&"x".repeat(100_000)]);
    let log = relay(|driver| {
        driver.client(&m::query("select 1"));
        driver.target(&[m::columns(&["a"]), row[..80_000].to_vec()].concat());
        driver.stop(Stop::Cut(public()));
    });
    assert!(log.iter().all(|line| !line.contains("FATAL")), "{log:?}");
}
