//! A3, A6: sign-in out of order, and parameters that would change who one is.

use super::{assert_ends, scene};
use crate::harness::wire::{Ending, GSS_REQUEST, PROTOCOL_3_0, PROTOCOL_3_2, SSL_REQUEST, Wire, frame, opening, query};
use crate::harness::{Client, Gateway};

fn nobody_got_in(gateway: &Gateway) {
    let journal = gateway.journal();
    assert!(journal.of_kind("session.start").next().is_none(), "{}", journal.tail(5));
}

#[test]
fn a3_ssl_request_twice() {
    let Some((_server, gateway)) = scene() else { return };
    let mut wire = Wire::connect(gateway.port);
    wire.send(&opening(GSS_REQUEST, &[]));
    assert_eq!(wire.receive_byte(), Some(b'N'), "GSSENCRequest is declined, and the conversation goes on");
    wire.send(&opening(GSS_REQUEST, &[]));
    assert_ends(&mut wire);
    gateway.assert_recorded("signin.refused", "");
    nobody_got_in(&gateway);
}

/// CVE-2026-107350 of a pooler: the second one named another user after the first had begun to prove itself.
#[test]
fn a3_a_second_startup_during_scram() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::connect(gateway.port);
    wire.startup(PROTOCOL_3_0, &[("user", "ada"), ("database", "postgres")]);
    assert_eq!(wire.receive().unwrap().tag, b'R');
    wire.startup(PROTOCOL_3_0, &[("user", "postgres"), ("database", "postgres")]);
    assert_ends(&mut wire);
    server.assert_never_saw("connection authorized");
    gateway.assert_recorded("signin.refused", "");
    nobody_got_in(&gateway);
}

#[test]
fn a3_a_query_instead_of_a_proof() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::connect(gateway.port);
    wire.startup(PROTOCOL_3_0, &[("user", "ada"), ("database", "postgres")]);
    assert_eq!(wire.receive().unwrap().tag, b'R');
    wire.send(&query("SELECT 'smuggled'"));
    assert_ends(&mut wire);
    server.assert_never_saw("smuggled");
    gateway.assert_recorded("signin.refused", "");
    nobody_got_in(&gateway);
}

#[test]
fn a3_startup_and_requests_after_sign_in() {
    let Some((server, gateway)) = scene() else { return };
    for late in [opening(SSL_REQUEST, &[]), opening(GSS_REQUEST, &[]), opening(PROTOCOL_3_0, b"user\0postgres\0\0")] {
        let mut wire = Wire::sign_in(&gateway.door());
        wire.send(&late);
        wire.send(&query("SELECT 'smuggled'"));
        assert_ends(&mut wire);
    }
    server.assert_never_saw("smuggled");
    gateway.assert_recorded("violation", "");
}

#[test]
fn a3_a_password_message_after_sign_in() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    wire.send(&frame(b'p', b"smuggled\0"));
    assert_ends(&mut wire);
    server.assert_never_saw("smuggled");
    gateway.assert_recorded("violation", "");
}

fn startup_refused(parameters: &[(&str, &str)]) {
    let Some((server, gateway)) = scene() else { return };
    let ending = match Wire::sign_in_with(&gateway.door(), PROTOCOL_3_0, parameters) {
        Ok(_) => panic!("{parameters:?} was taken"),
        Err(ending) => ending,
    };
    assert!(matches!(ending, Ending::Refused { .. }), "{ending:?}");
    server.assert_never_saw("smuggled");
    gateway.assert_recorded("signin.refused", "");
    nobody_got_in(&gateway);
}

#[test]
fn a6_replication_is_refused() {
    for value in ["database", "true", "on", "1"] {
        startup_refused(&[("replication", value)]);
    }
}

#[test]
fn a6_options_that_change_who_one_is_are_refused() {
    for options in [
        "-c session_authorization=app_user",
        "-csession_authorization=app_user",
        "--session-authorization=app_user",
        "-c role=app_user",
        "-c  log_statement=none",
        "-c\\ log_statement=none",
        "-c datestyle=ISO -c session_preload_libraries=smuggled",
    ] {
        startup_refused(&[("options", options)]);
    }
}

#[test]
fn a6_parameters_outside_the_list_are_refused() {
    for (name, value) in [("session_authorization", "app_user"), ("role", "app_user"), ("log_statement", "none")] {
        startup_refused(&[(name, value)]);
    }
}

/// What the regression suite and every driver send is on the list.
#[test]
fn a6_ordinary_parameters_reach_the_target() {
    let Some((_server, gateway)) = scene() else { return };
    let options = "-c datestyle=German -c intervalstyle=iso_8601";
    let done = Client::psql(&gateway.door())
        .env("PGOPTIONS", options)
        .env("PGTZ", "Asia/Tokyo")
        .env("PGAPPNAME", "mark-name")
        .args([
            "-c",
            "SHOW datestyle",
            "-c",
            "SHOW timezone",
            "-c",
            "SHOW application_name",
            "-c",
            "SHOW intervalstyle",
        ])
        .run();
    done.prints("German, DMY\nAsia/Tokyo\nmark-name\niso_8601");
    gateway.assert_recorded("session.start", "mark-name");
}

/// Protocol 3.2 is spoken, and the extensions that are not known are named in NegotiateProtocolVersion.
#[test]
fn a6_protocol_extensions_are_negotiated_away() {
    let Some((_server, gateway)) = scene() else { return };
    let door = gateway.door();
    let mut wire = Wire::connect(door.port);
    let parameters = [("user", door.user.as_str()), ("database", "postgres"), ("_pq_.smuggled", "1")];
    wire.startup(PROTOCOL_3_2 + 7, &parameters);
    let answer = wire.receive().unwrap();
    assert_eq!(answer.tag, b'v', "NegotiateProtocolVersion comes first: {answer:?}");
    assert!(answer.text().contains("_pq_.smuggled"), "{answer:?}");
    wire.authenticate(&door.password).unwrap();
    assert!(wire.query("SELECT 1").iter().any(|message| message.tag == b'D'));
}

#[test]
fn a6_cancel_keys_are_as_long_as_the_protocol_says() {
    let Some((_server, gateway)) = scene() else { return };
    for (version, length) in [(PROTOCOL_3_0, 4), (PROTOCOL_3_2, 32)] {
        let wire = Wire::sign_in_with(&gateway.door(), version, &[]).map_err(|ending| panic!("{ending:?}")).unwrap();
        assert_eq!(wire.key.unwrap().1.len(), length);
    }
}

/// An old protocol is refused in words, not with a hang-up.
#[test]
fn a6_protocol_2_is_refused() {
    let Some((_server, gateway)) = scene() else { return };
    let mut wire = Wire::connect(gateway.port);
    wire.startup(131_072, &[("user", "ada")]);
    assert_ends(&mut wire);
    gateway.assert_recorded("signin.refused", "");
    nobody_got_in(&gateway);
}
