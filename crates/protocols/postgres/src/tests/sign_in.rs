//! SCRAM towards both sides, and targets that ask for something else.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use bytes::Bytes;
use model::{Challenge, Class, Public, Secret, TlsMode};
use wire::{Answer, Ask, Known, Side, TlsFacts};

use super::driver::{Driver, opening, principal};
use super::messages as m;
use crate::message::sasl;
use crate::scram::{ClientExchange, Mechanism, ServerFirst, server_final};

fn salted(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut key = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, NonZeroU32::new(iterations).unwrap(), salt, password, &mut key);
    key
}

fn tls(end_point: &'static [u8]) -> TlsFacts {
    TlsFacts { end_point: Bytes::from_static(end_point), ..TlsFacts::default() }
}

fn unknown_client() -> Driver {
    Driver::with(wire::Opening { principal: None, ..opening() }, usize::MAX)
}

/// The body of the last authentication request, without its code.
fn asked(driver: &Driver, side: Side) -> Vec<u8> {
    let sent = driver.sent(side);
    let mut left = sent.as_slice();
    let mut last = Vec::new();
    while left.len() > 4 {
        if left[0] != b'R' {
            left = &left[1..];
            continue;
        }
        let length = usize::try_from(u32::from_be_bytes([left[1], left[2], left[3], left[4]])).unwrap();
        last = left[9..=length].to_vec();
        left = &left[length + 1..];
    }
    last
}

#[test]
fn a_client_proves_itself_with_and_without_channel_binding() {
    for plus in [true, false] {
        let mut driver = unknown_client();
        if plus {
            driver.client(&m::packet(m::TLS, &[]));
            driver.secured(Side::Client, tls(b"our hash"));
        }
        driver.client(&m::startup(m::V3_0, &[("user", "ada+dba")]));
        let offered = String::from_utf8_lossy(&driver.sent(Side::Client)).contains("SCRAM-SHA-256-PLUS");
        assert_eq!(offered, plus);
        let mechanism = if plus { "SCRAM-SHA-256-PLUS" } else { "SCRAM-SHA-256" };
        let mut client = ClientExchange::new(plus.then_some(&b"our hash"[..]), plus, &[9; 18]);
        driver.client(&sasl::initial(mechanism, &client.first()));
        let (ticket, ask) = driver.open.pop().unwrap();
        assert!(matches!(ask, Ask::Challenge { user } if user == "ada+dba"));
        driver.reply(ticket, Answer::Challenge(Challenge { salt: b"salt".to_vec(), iterations: 2 }));
        let server_first = asked(&driver, Side::Client);
        client.server_first(&server_first, 4096).unwrap();
        driver.client(&sasl::response(&client.finish(&salted(b"token", b"salt", 2)).unwrap()));
        let (ticket, ask) = driver.open.pop().unwrap();
        assert!(matches!(ask, Ask::Identify(claim) if claim.user == "ada+dba"));
        driver.reply(ticket, Answer::Known(Known { principal: principal(), signature: Some([3; 32]) }));
        driver.pump();
        assert!(driver.log().iter().any(|line| line.starts_with("connect")), "{:?}", driver.log());
    }
}

#[test]
fn a_client_that_cannot_is_told_in_native_words() {
    let mut driver = unknown_client();
    driver.client(&m::startup(m::V3_0, &[("user", "ada")]));
    driver.client(&sasl::initial("SCRAM-SHA-256", &ClientExchange::new(None, false, &[9; 18]).first()));
    let (ticket, _) = driver.open.pop().unwrap();
    driver.reply(ticket, Answer::Refuse(Public::new(Class::Unauthenticated, "sign-in failed")));
    assert_eq!(driver.log()[1..], ["close: refused"], "the engine has written it down");
    assert!(driver.log()[0].ends_with("E(FATAL 28P01 sign-in failed)"));
}

#[test]
fn only_proofs_are_taken_before_sign_in_is_over() {
    for bytes in [
        m::query("select 1"),
        m::startup(m::V3_0, &[("user", "postgres")]),
        m::frame(b'p', b"PLAIN\0\0\0\0\x01x"),
        m::frame(b'p', &[b'x'; 3000]),
        m::frame(b'p', b"SCRAM-SHA-256\0\xff\xff\xff\xff"),
    ] {
        let mut driver = unknown_client();
        driver.client(&m::startup(m::V3_0, &[("user", "ada")]));
        driver.client(&bytes);
        assert!(driver.violation.is_some());
        assert!(driver.sent(Side::Target).is_empty());
    }
}

fn before_target(tls: TlsMode, password: Option<&str>) -> Driver {
    let mut driver = Driver::new(usize::MAX);
    driver.upstream.tls = tls;
    driver.upstream.password = password.map(Secret::new);
    driver.client(&m::startup(m::V3_0, &[("user", "ada")]));
    driver
}

fn request(kind: u32, data: &[u8]) -> Vec<u8> {
    m::frame(b'R', &[&kind.to_be_bytes()[..], data].concat())
}

/// Plays a target that knows the password; gives back the driver before ReadyForQuery.
fn scram(plus: bool) -> Driver {
    let mut driver = before_target(if plus { TlsMode::VerifyFull } else { TlsMode::Disable }, Some("secret"));
    if plus {
        driver.target(b"S");
        driver.secured(Side::Target, tls(b"their hash"));
    }
    driver.target(&request(10, b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"));
    let sent = driver.sent(Side::Target);
    let name = if plus { &b"SCRAM-SHA-256-PLUS\0"[..] } else { b"SCRAM-SHA-256\0" };
    let at = sent.windows(name.len()).position(|bytes| bytes == name).unwrap() + name.len() + 4;
    let mechanism = if plus { Mechanism::Plus } else { Mechanism::Plain };
    let mut server = ServerFirst::start(mechanism, plus, b"their hash", &sent[at..], &[8; 18]).unwrap();
    let challenge = Challenge { salt: b"salt".to_vec(), iterations: 4096 };
    driver.target(&request(11, &server.challenge(&challenge)));
    let (ticket, ask) = driver.open.pop().unwrap();
    let Ask::Derive(kdf) = ask else { panic!("a derivation is asked for") };
    assert_eq!((kdf.password.reveal(), kdf.salt.as_ref(), kdf.iterations), (&b"secret"[..], &b"salt"[..], 4096));
    let key = salted(b"secret", b"salt", 4096);
    driver.reply(ticket, Answer::Derived(Secret::new(key)));
    driver.pump();
    let sent = driver.sent(Side::Target);
    let at = sent.windows(2).rposition(|bytes| bytes == b"c=").unwrap();
    let (auth_message, _) = server.finish(&sent[at..]).unwrap();
    let server_key = sign(&key, b"Server Key");
    let signature = sign(&server_key, &auth_message);
    driver.target(&request(12, &server_final(&signature)));
    driver
}

fn sign(key: &[u8], message: &[u8]) -> [u8; 32] {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    aws_lc_rs::hmac::sign(&key, message).as_ref().try_into().unwrap()
}

#[test]
fn scram_with_the_target() {
    for plus in [true, false] {
        let mut driver = scram(plus);
        driver.target(&m::welcome());
        assert!(driver.violation.is_none(), "{:?}", driver.log());
        assert!(driver.sent(Side::Client).ends_with(&m::ready(b'I')));
    }
}

#[test]
fn trust_and_cleartext_inside_tls() {
    // TLS with nobody in particular is no place for a password in clear.
    let mut driver = before_target(TlsMode::Require, Some("secret"));
    driver.target(b"S");
    driver.secured(Side::Target, tls(b""));
    driver.target(&request(3, b""));
    turned_away(&driver, "08006");
    let mut driver = before_target(TlsMode::VerifyFull, Some("secret"));
    driver.target(b"S");
    driver.secured(Side::Target, tls(b""));
    driver.target(&request(3, b""));
    assert!(driver.sent(Side::Target).ends_with(b"secret\0"));
    driver.target(&m::welcome());
    assert!(driver.violation.is_none());
}

/// Where no certificate was checked, the proof of the password is all that tells the target from somebody in the middle.
#[test]
fn a_target_that_asks_for_no_proof() {
    for (tls_mode, password, welcome) in [
        (TlsMode::Disable, Some("secret"), false),
        (TlsMode::Require, Some("secret"), false),
        (TlsMode::VerifyCa, Some("secret"), true),
        (TlsMode::VerifyFull, Some("secret"), true),
        (TlsMode::Disable, None, true),
        (TlsMode::Require, None, true),
    ] {
        let mut driver = before_target(tls_mode, password);
        if tls_mode != TlsMode::Disable {
            driver.target(b"S");
            driver.secured(Side::Target, tls(b""));
        }
        driver.target(&m::welcome());
        assert_eq!(driver.violation.is_none(), welcome, "{tls_mode:?} {password:?}");
        if !welcome {
            turned_away(&driver, "08006");
            assert!(!driver.log().iter().any(|line| line.contains("Z(I)")), "the client is not let in");
        }
    }
}

fn turned_away(driver: &Driver, code: &str) {
    let log = driver.log();
    assert!(log.iter().any(|line| line.contains(&format!("E(FATAL {code}"))), "{log:?}");
    assert!(driver.effects.closed || driver.violation.is_some());
    assert!(!String::from_utf8_lossy(&driver.sent(Side::Target)).contains("secret"));
}

#[test]
fn what_a_target_may_not_ask_for() {
    let requests: [Vec<u8>; 8] = [
        request(3, b""),
        request(5, &[1, 2, 3, 4]),
        request(7, b""),
        request(10, b"SCRAM-SHA-512\0\0"),
        request(11, b"r=x,s=x,i=1"),
        request(12, b"v=x"),
        [request(10, b"SCRAM-SHA-256\0\0"), request(0, b"")].concat(),
        [request(10, b"SCRAM-SHA-256\0\0"), request(10, b"SCRAM-SHA-256\0\0")].concat(),
    ];
    for bytes in requests {
        let mut driver = before_target(TlsMode::Disable, Some("secret"));
        driver.target(&bytes);
        turned_away(&driver, "08006");
    }
    for bytes in [request(10, b"SCRAM-SHA-256\0\0"), [request(0, b""), request(3, b"")].concat()] {
        let mut driver = before_target(TlsMode::Disable, None);
        driver.target(&bytes);
        turned_away(&driver, "08006");
    }
}

#[test]
fn endless_rounds_are_not_computed() {
    let mut driver = before_target(TlsMode::Disable, Some("secret"));
    driver.target(&request(10, b"SCRAM-SHA-256\0\0"));
    let sent = driver.sent(Side::Target);
    let at = sent.windows(2).rposition(|bytes| bytes == b"r=").unwrap() + 2;
    let nonce = String::from_utf8_lossy(&sent[at..]).into_owned();
    driver.target(&request(11, format!("r={nonce}more,s=c2FsdA==,i=2147483648").as_bytes()));
    turned_away(&driver, "08006");
    assert!(driver.open.is_empty());
}

#[test]
fn tls_is_never_gone_without() {
    for answer in [&b"N"[..], b"E", b"SS", b"S\0"] {
        let mut driver = before_target(TlsMode::Require, Some("secret"));
        driver.target(answer);
        turned_away(&driver, "08006");
        assert_eq!(driver.sent(Side::Target), m::packet(m::TLS, &[]));
    }
}

#[test]
fn the_targets_words_stay_here_and_harmless_codes_pass() {
    for (theirs, ours) in [("3D000", "3D000"), ("53300", "53300"), ("28P01", "08006"), ("XX000", "08006")] {
        let mut driver = before_target(TlsMode::Disable, None);
        driver.target(&m::fatal(theirs));
        turned_away(&driver, ours);
        assert!(!String::from_utf8_lossy(&driver.sent(Side::Client)).contains("theirs"));
    }
}
