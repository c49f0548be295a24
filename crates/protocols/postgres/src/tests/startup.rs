//! Before identity: TLS, versions, parameters, cancels.

use wire::{Route, Side, TlsFacts};

use super::both;
use super::driver::{Driver, opening};
use super::messages as m;
use crate::settings::in_options;

const V3_9: u32 = 0x0003_0009;

fn begins(parameters: &[(&str, &str)]) -> Vec<String> {
    let all = [&[("user", "ada")], parameters].concat();
    both(|driver| driver.client(&m::startup(m::V3_0, &all)))
}

fn refused_with(parameters: &[(&str, &str)], code: &str) {
    let log = begins(parameters);
    assert!(log[0].starts_with(&format!("client < E(FATAL {code}")), "{log:?}");
    assert!(log[1].starts_with("violation of Client"), "the engine writes it down: {log:?}");
}

#[test]
fn ordinary_parameters_go_on() {
    let parameters = [
        ("database", "shop"),
        ("application_name", "psql"),
        ("client_encoding", "UTF8"),
        ("DateStyle", "ISO"),
        ("TimeZone", "UTC"),
        ("extra_float_digits", "2"),
        ("options", "-c geqo=off --statement-timeout=5s -cenable_seqscan=off -c intervalstyle=postgres\\ verbose"),
        ("replication", "false"),
    ];
    let log = begins(&parameters);
    assert_eq!(log[1], "connect None Some(\"shop\")");
    assert!(log[2].contains("application_name") && !log[2].contains("replication"), "{log:?}");
    assert!(log[2].contains("app") && !log[2].contains("ada"), "the upstream account signs in: {log:?}");
}

#[test]
fn dangerous_parameters_are_refused() {
    for name in
        ["search_path", "role", "session_authorization", "log_statement", "session_preload_libraries", "Database"]
    {
        refused_with(&[(name, "x")], "0A000");
    }
    for value in ["database", "true", "on", "1", ""] {
        refused_with(&[("replication", value)], "0A000");
    }
    refused_with(&[("timezone", "a"), ("TimeZone", "b")], "08P01");
}

#[test]
fn options_hold_harmless_settings_only() {
    for good in ["", "  ", "-c geqo=off", "-c\tgeqo=off  --work-mem=1", "-cdatestyle=a\\ b", "-c\nlock_timeout=1"] {
        assert!(in_options(good.as_bytes()).is_ok(), "{good:?}");
    }
    for bad in [
        "-c session_authorization=x",
        "-csession_authorization=x",
        "--session-authorization=x",
        "-c  log_statement=none",
        "-c\\ log_statement=none",
        "-c geqo",
        "-c",
        "--",
        "-e",
        "-ec geqo=off",
        "geqo=off",
        "-d 5",
        "-c geqo=off -c role=x",
        "-c ROLE=x",
        "-c search_path=x",
        "\\",
    ] {
        assert!(in_options(bad.as_bytes()).is_err(), "{bad:?}");
    }
}

#[test]
fn versions_are_negotiated() {
    let log = both(|driver| driver.client(&m::startup(V3_9, &[("user", "ada"), ("_pq_.new", "1")])));
    assert_eq!(log[0], "client < v R");
    let log = both(|driver| driver.client(&m::startup(m::V3_2, &[("user", "ada")])));
    assert_eq!(log[0], "client < R");
    let log = both(|driver| driver.client(&m::startup(0x0002_0000, &[("user", "ada")])));
    assert!(log[0].starts_with("client < E(FATAL 0A000"), "{log:?}");
    let mut driver = Driver::new(usize::MAX);
    driver.client(&m::startup(V3_9, &[("user", "ada"), ("_pq_.new", "1")]));
    let expected = m::frame(b'v', b"\0\x03\0\x02\0\0\0\x01_pq_.new\0");
    assert!(driver.sent(Side::Client).starts_with(&expected));
}

#[test]
fn keys_are_ours_and_as_long_as_the_version_says() {
    for (version, length) in [(m::V3_0, 8), (m::V3_2, 36)] {
        let mut driver = Driver::new(usize::MAX);
        driver.client(&m::startup(version, &[("user", "ada")]));
        driver.target(&m::welcome());
        let key = driver.effects.keys[0].0.clone();
        assert_eq!(key.len(), length);
        assert_eq!(key[..4], [0, 0, 0, 7]);
        assert_ne!(key[4..8], [1, 2, 3, 4]);
        let sent = driver.sent(Side::Client);
        assert!(sent.windows(length + 5).any(|bytes| bytes == m::frame(b'K', &key)));
    }
}

#[test]
fn a_user_is_needed() {
    let log = both(|driver| driver.client(&m::startup(m::V3_0, &[("database", "x")])));
    assert!(log[0].starts_with("client < E(FATAL 28000"), "{log:?}");
}

#[test]
fn tls_comes_once_and_with_nothing_behind_the_request() {
    let mut driver = Driver::new(usize::MAX);
    driver.client(&m::packet(m::GSS, &[]));
    driver.client(&m::packet(m::TLS, &[]));
    assert_eq!(driver.sent(Side::Client), b"NS");
    assert_eq!(driver.wants(Side::Client), 0);
    driver.secured(Side::Client, TlsFacts::default());
    driver.client(&m::packet(m::TLS, &[]));
    assert!(driver.violation.is_some());

    let smuggled = [m::packet(m::TLS, &[]), m::startup(m::V3_0, &[("user", "ada")])].concat();
    let mut driver = Driver::new(usize::MAX);
    driver.client(&smuggled);
    assert!(driver.violation.is_some() && !driver.sent(Side::Client).starts_with(b"S"));

    let mut driver = Driver::new(usize::MAX);
    driver.client(&[m::packet(m::GSS, &[]), m::packet(m::GSS, &[])].concat());
    assert!(driver.violation.is_some());
}

#[test]
fn without_tls_on_offer_the_answer_is_no() {
    let mut driver = Driver::with(wire::Opening { tls_offered: false, ..opening() }, 1);
    driver.client(&m::packet(m::TLS, &[]));
    driver.client(&m::startup(m::V3_0, &[("user", "ada")]));
    assert!(driver.sent(Side::Client).starts_with(b"NR"));
}

#[test]
fn plaintext_is_refused_where_tls_is_demanded() {
    let mut driver = Driver::with(wire::Opening { plaintext_allowed: false, ..opening() }, usize::MAX);
    driver.client(&m::startup(m::V3_0, &[("user", "ada")]));
    assert!(driver.log()[0].starts_with("client < E(FATAL 28000"));
    assert!(String::from_utf8_lossy(&driver.sent(Side::Client)).contains("sslmode=require"));
}

#[test]
fn lengths_of_the_first_packet() {
    for length in [0, 7, 10_001, u32::MAX, 0x4745_5420] {
        let mut driver = Driver::new(1);
        driver.client(&length.to_be_bytes());
        assert!(driver.violation.is_some(), "{length}");
    }
}

#[test]
fn a_cancel_is_handed_on_and_never_answered() {
    let log = both(|driver| driver.client(&m::packet(m::CANCEL, &[0, 0, 0, 7, 1, 2, 3, 4])));
    assert_eq!(log, ["close: cancel request", "interrupt [0, 0, 0, 7, 1, 2, 3, 4]"], "in either order");
    for secret in [0, 3, 257] {
        let log = both(|driver| driver.client(&m::packet(m::CANCEL, &vec![0; 4 + secret])));
        assert_eq!(log, ["close: cancel request"]);
    }
}

#[test]
fn the_resource_is_named_by_the_database() {
    let named = |database: Option<&str>| {
        let mut driver = Driver::with(wire::Opening { route: Route::Named, ..opening() }, usize::MAX);
        let mut parameters = vec![("user", "ada")];
        parameters.extend(database.map(|name| ("database", name)));
        driver.client(&m::startup(m::V3_0, &parameters));
        driver.log().into_iter().find(|line| line.starts_with("connect") || line.contains("FATAL")).unwrap()
    };
    assert_eq!(named(Some("prod")), "connect Some(\"prod\") None");
    assert_eq!(named(Some("prod/shop")), "connect Some(\"prod\") Some(\"shop\")");
    assert_eq!(named(Some("prod/a/b")), "connect Some(\"prod\") Some(\"a/b\")");
    assert!(named(None).contains("3D000"));
    assert!(named(Some("/x")).contains("3D000"));
}

#[test]
fn a_server_name_is_as_good_as_a_port() {
    let mut driver = Driver::with(wire::Opening { route: Route::Named, ..opening() }, usize::MAX);
    driver.client(&m::packet(m::TLS, &[]));
    let facts = TlsFacts { resource: Some("prod".parse().unwrap()), ..TlsFacts::default() };
    driver.secured(Side::Client, facts);
    driver.client(&m::startup(m::V3_0, &[("user", "ada"), ("database", "shop")]));
    assert!(driver.log().contains(&"connect None Some(\"shop\")".to_owned()));
}
