//! Cancels: what waits is taken back, what runs is cancelled, and an idle session is left alone.

use bytes::Bytes;
use model::TlsMode;
use wire::{Answer, Input, InterruptKey, Probe, Protocol, Side, Ticket, TlsFacts};

use super::driver::{Driver, opening};
use super::messages as m;
use super::relay;
use crate::Postgres;

const CANCELLED: &str = "E(ERROR 57014 canceling statement due to user request)";

#[test]
fn idle_is_nothing() {
    assert!(relay(|driver| driver.input(Input::Cancel)).is_empty());
}

#[test]
fn running_is_cancelled_at_the_target_with_its_own_key() {
    let log = relay(|driver| {
        driver.client(&m::query("select pg_sleep(9)"));
        driver.input(Input::Cancel);
    });
    assert_eq!(log[1], "aside cancel [0, 0, 0, 7, 1, 2, 3, 4]");
}

#[test]
fn held_is_withdrawn() {
    let log = relay(|driver| {
        driver.client(&m::query("select 1; wait"));
        driver.input(Input::Cancel);
        driver.client(&m::query("select 2"));
    });
    assert_eq!(
        log[1..],
        [
            "withdrawn".to_owned(),
            "outcome (2) NotRun".to_owned(),
            format!("client < {CANCELLED} Z(I)"),
            "target < Q(select 2) (command (4))".to_owned(),
        ]
    );
}

#[test]
fn held_inside_a_transaction_aborts_it() {
    let log = relay(|driver| {
        driver.client(&m::query("begin"));
        driver.target(&[m::done("BEGIN"), m::ready(b'T')].concat());
        driver.client(&m::query("wait"));
        driver.input(Input::Cancel);
        driver.target(&[m::error("42601"), m::ready(b'E')].concat());
    });
    assert_eq!(*log.last().unwrap(), format!("client < {CANCELLED} Z(E)"));
}

#[test]
fn a_client_that_leaves_withdraws_and_what_runs_is_still_recorded() {
    let log = relay(|driver| {
        driver.client(&m::query("wait"));
        driver.end(Side::Client);
        driver.end(Side::Target);
    });
    assert_eq!(log[1..], ["withdrawn", "target < X (terminate)", "end Target", "close: client left"]);
    let log = relay(|driver| {
        driver.client(&m::query("insert into t values (1)"));
        driver.end(Side::Client);
        driver.target(&[m::done("INSERT 0 1"), m::ready(b'I')].concat());
        driver.end(Side::Target);
    });
    assert!(log.contains(&"target < X (terminate)".to_owned()), "{log:?}");
    assert!(log.contains(&"outcome (2) Done rows 1".to_owned()), "{log:?}");
    assert!(log.iter().all(|line| !line.starts_with("aside")), "{log:?}");
    let log = relay(|driver| {
        driver.client(&m::query("insert into t values (1)"));
        driver.end(Side::Client);
        driver.wake();
    });
    let cancel = ["aside cancel [0, 0, 0, 7, 1, 2, 3, 4]", "target < X (terminate)", "end Target"];
    assert_eq!(log[log.len() - 3..], cancel, "nobody waits any more for what runs: {log:?}");
    let log = relay(|driver| {
        driver.client(&m::query("insert into t values (1)"));
        driver.end(Side::Client);
        driver.wake();
        driver.wake();
    });
    assert_eq!(log[log.len() - 2..], ["outcome (2) Unknown", "close: client left"]);
    let log = relay(|driver| driver.client(&[m::query("insert into t values (1)"), m::terminate()].concat()));
    assert!(log.iter().all(|line| !line.starts_with("aside")), "a goodbye lets it run to its end: {log:?}");
}

#[test]
fn terminate_is_passed_on() {
    let log = relay(|driver| {
        driver.client(&m::terminate());
        driver.end(Side::Target);
    });
    assert_eq!(log, ["target < X (terminate)", "end Target", "close: client left"]);
}

fn probe(tls: TlsMode) -> Driver {
    let key = InterruptKey(Bytes::from_static(&[0, 0, 0, 7, 1, 2, 3, 4]));
    let mut driver = Driver::of(Postgres.probe(Probe::Cancel(key), opening()), usize::MAX);
    driver.upstream.tls = tls;
    let upstream = driver.upstream.clone();
    driver.input(Input::Answer(Ticket::new(0), Answer::Connected(upstream)));
    driver
}

#[test]
fn the_probe_sends_the_key_and_nothing_else() {
    let mut driver = probe(TlsMode::Disable);
    assert_eq!(driver.sent(Side::Target), m::packet(m::CANCEL, &[0, 0, 0, 7, 1, 2, 3, 4]));
    driver.end(Side::Target);
    assert!(driver.effects.closed);
}

#[test]
fn the_probe_is_as_protected_as_the_session() {
    let mut driver = probe(TlsMode::VerifyFull);
    assert_eq!(driver.sent(Side::Target), m::packet(m::TLS, &[]));
    driver.target(b"S");
    driver.secured(Side::Target, TlsFacts::default());
    assert!(driver.sent(Side::Target).ends_with(&[0, 0, 0, 7, 1, 2, 3, 4]));
    let mut driver = probe(TlsMode::VerifyFull);
    driver.target(b"N");
    assert!(driver.violation.is_some());
    assert_eq!(driver.sent(Side::Target), m::packet(m::TLS, &[]));
    assert!(driver.sent(Side::Client).is_empty(), "a probe has no client");
}
