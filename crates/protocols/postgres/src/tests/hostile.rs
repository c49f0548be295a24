//! Peers that break the protocol. Nothing smuggled goes on, and the client is told.

use wire::Side;

use super::driver::Driver;
use super::messages as m;
use super::relay;

fn target_breaks(script: impl Fn(&mut Driver)) -> Vec<String> {
    let log = relay(|driver| {
        script(driver);
        assert_eq!(driver.violation.as_ref().map(|violation| violation.side), Some(Side::Target), "{:?}", driver.log());
    });
    assert!(log[log.len() - 2].contains("E(FATAL 08006"), "{log:?}");
    log
}

fn client_breaks(bytes: &[u8]) {
    let log = relay(|driver| {
        driver.client(bytes);
        assert_eq!(driver.violation.as_ref().map(|violation| violation.side), Some(Side::Client), "{:?}", driver.log());
    });
    assert!(log.iter().all(|line| !line.starts_with("target")), "{log:?}");
    assert!(log[0].starts_with("client < E(FATAL 08P01"), "{log:?}");
}

#[test]
fn answers_that_are_not_owed() {
    for unowed in [
        m::ready(b'I'),
        m::done("SELECT 1"),
        m::row(&["a"]),
        m::columns(&["a"]),
        m::error("XX000"),
        m::frame(b'1', b""),
        m::frame(b'G', b"\0\0\0"),
        m::frame(b'W', b"\0\0\0"),
        m::frame(b'R', &[0; 4]),
        m::frame(b'K', &[0; 8]),
    ] {
        target_breaks(|driver| driver.target(&unowed));
    }
}

#[test]
fn wrong_answers() {
    let wrong: &[&[Vec<u8>]] = &[
        &[m::frame(b'W', b"\0\0\0")],
        &[m::frame(b'1', b"")],
        &[m::row(&["no description"])],
        &[m::columns(&["one"]), m::row(&["a", "b"])],
        &[m::columns(&["one"]), m::frame(b'D', b"\0\x01\0\0\xff\xffsmuggled")],
        &[m::columns(&["one"]), m::frame(b'D', b"\0\x01\0\0\0\x01smuggled")],
        &[m::columns(&["one"]), m::columns(&["one"])],
        &[m::frame(b'd', b"x")],
        &[m::frame(b'c', b"")],
        &[m::done("SELECT 1"), m::done("SELECT 1")],
        &[m::error("22012"), m::done("SELECT 1")],
        &[m::error("22012"), m::error("22012")],
        &[m::select_one(), m::ready(b'X')],
        &[m::select_one(), m::ready(b'I'), m::ready(b'I')],
        &[vec![b'D', 0, 0, 0, 3]],
        &[vec![b'C', 0x7f, 0xff, 0xff, 0xff]],
        &[m::frame(b'E', b"SERROR\0")],
    ];
    for answers in wrong {
        target_breaks(|driver| {
            driver.client(&m::query("select 1"));
            driver.target(&answers.concat());
        });
    }
}

#[test]
fn frames_that_lie() {
    let with_length = |tag: u8, length: u32, body: &[u8]| [&[tag], &length.to_be_bytes()[..], body].concat();
    client_breaks(&with_length(b'Q', u32::MAX, b"select 1\0"));
    client_breaks(&with_length(b'Q', 0x7fff_ffff, b"select 1\0"));
    client_breaks(&with_length(b'Q', 300 * 1024, b""));
    for length in 0..4 {
        client_breaks(&with_length(b'Q', length, b"\0\0\0\0\0\0"));
    }
    client_breaks(&m::frame(b'Q', b"select 1"));
    client_breaks(&m::frame(b'Q', &[&b"select 1\0"[..], &m::query("drop table t")].concat()));
    client_breaks(&m::frame(b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xffx"));
    client_breaks(&m::frame(b'B', b"\0\0\0\0\0\x01\xff\xff\xff\xfe\0\0"));
    client_breaks(&m::frame(b'S', b"x"));
    client_breaks(&m::frame(b'P', b"\0select 1\0\xff\xff"));
}

#[test]
fn messages_out_of_place() {
    for tag in *b"RKZTtnVGWNAIsvp!1\0" {
        client_breaks(&m::frame(tag, b"smuggled\0"));
    }
    client_breaks(&m::packet(m::TLS, &[]));
    client_breaks(&m::startup(m::V3_0, &[("user", "postgres")]));
}

#[test]
fn unknown_messages_of_the_target_pass() {
    let log = relay(|driver| driver.target(&m::frame(b'y', b"new")));
    assert_eq!(log, ["client < y"]);
}

#[test]
fn a_fatal_error_ends_the_session_in_the_targets_words() {
    let log = relay(|driver| {
        driver.client(&m::query("select 1"));
        driver.target(&m::fatal("57P01"));
    });
    assert_eq!(
        log[1..],
        ["outcome (2) Failed 57P01", "client < E(FATAL 57P01 theirs)", "close: target ended the session"]
    );
    let log = relay(|driver| driver.target(&m::fatal("57P01")));
    assert_eq!(log, ["client < E(FATAL 57P01 theirs)", "close: target ended the session"]);
}

#[test]
fn a_target_that_dies_leaves_its_commands_unknown() {
    let log = relay(|driver| {
        driver.client(&m::query("select 1"));
        driver.end(Side::Target);
    });
    assert_eq!(
        log[1..],
        ["outcome (2) Unknown", "client < E(FATAL 08006 the target closed the connection)", "close: target failed"]
    );
}

#[test]
fn a_pipeline_without_end_is_not_taken() {
    relay(|driver| {
        driver.client(&m::sync().repeat(200));
        assert_eq!(driver.wants(Side::Client), 0);
        assert!(driver.untaken(Side::Client) >= 5 * 140);
        (0..200).for_each(|_| driver.target(&m::ready(b'I')));
        assert!(driver.violation.is_none());
        assert_eq!(driver.untaken(Side::Client), 0);
    });
}

#[test]
fn what_is_remembered_is_counted() {
    relay(|driver| {
        let text = format!("select '{}'", "x".repeat(10_000));
        assert_eq!(driver.holds(), 0);
        driver.client(&[m::parse("s", &text), m::sync()].concat());
        assert!(driver.holds() >= text.len(), "{}", driver.holds());
        driver.target(&[m::frame(b'1', b""), m::ready(b'I')].concat());
        driver.client(&[m::frame(b'C', b"Ss\0"), m::sync()].concat());
        driver.target(&[m::frame(b'3', b""), m::ready(b'I')].concat());
        assert_eq!(driver.holds(), 0, "it was given back");
    });
}
