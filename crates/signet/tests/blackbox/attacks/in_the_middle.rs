//! A34: somebody in the middle who ends TLS on one side and begins it on the other. Channel binding is what tells.

use crate::harness::place::TempDir;
use crate::harness::postgres::{Options, PASSWORD};
use crate::harness::relay::Relay;
use crate::harness::{Client, Gateway, Postgres, Setup, certificates, direct};

const NAMES: &str = "DNS:localhost,IP:127.0.0.1";

/// Both legs inside TLS, and the gateway does not look whose certificate its target has.
fn start(dir: &TempDir, target_port: impl FnOnce(&Postgres) -> u16) -> (Postgres, Gateway, certificates::Certificate) {
    let server = Postgres::with(Options { tls: true, ..Options::default() });
    let mine = certificates::issue(dir.path(), "gateway", NAMES);
    let gateway = Setup {
        address: format!("localhost:{}", target_port(&server)),
        target_tls: "require",
        listener_tls: "required",
        certificate: Some((mine.certificate.clone(), mine.key.clone())),
        ..Setup::before(&server)
    }
    .start();
    (server, gateway, mine)
}

/// libpq, which does not verify the certificate either but asks for channel binding when it is offered.
fn through(gateway: &Gateway, port: u16, binding: &str, mark: &str) -> Client {
    let door = gateway.door().port(port).tls("require", None);
    Client::psql(&door).env("PGCHANNELBINDING", binding).args(["-c", &format!("SELECT '{mark}'")])
}

#[test]
fn a34_between_the_client_and_the_gateway() {
    if direct() {
        return;
    }
    let dir = TempDir::new("middle");
    let (server, gateway, mine) = start(&dir, |server| server.port);
    let stranger = certificates::issue(dir.path(), "stranger", NAMES);
    let relay = Relay::start(&stranger.certificate, &stranger.key, gateway.port);
    for binding in ["require", "prefer"] {
        let done = through(&gateway, relay.port, binding, "mark-middle").run();
        done.fails_with("FATAL");
    }
    server.assert_never_saw("mark-middle");
    gateway.assert_recorded("signin.refused", "channel binding does not match");
    assert!(gateway.journal().of_kind("session.start").next().is_none());
    // The relay itself is in order: with the gateway's own certificate, nobody can tell.
    let accomplice = Relay::start(&mine.certificate, &mine.key, gateway.port);
    through(&gateway, accomplice.port, "require", "mark-own").run().prints("mark-own");
    server.assert_saw("mark-own");
}

/// Whose sign-in it was that somebody listened to is the first thing that the operators must know.
#[test]
fn a34_the_record_names_the_person() {
    if direct() {
        return;
    }
    let dir = TempDir::new("middle");
    let (_server, gateway, _mine) = start(&dir, |server| server.port);
    let stranger = certificates::issue(dir.path(), "stranger", NAMES);
    let relay = Relay::start(&stranger.certificate, &stranger.key, gateway.port);
    through(&gateway, relay.port, "require", "mark-middle").run().fails_with("FATAL");
    gateway.assert_recorded("signin.refused", "\"user\":\"ada\"");
}

#[test]
fn a34_between_the_gateway_and_the_target() {
    if direct() {
        return;
    }
    let dir = TempDir::new("middle");
    let stranger = certificates::issue(dir.path(), "stranger", NAMES);
    let mut relay = None;
    let (server, gateway, _mine) =
        start(&dir, |server| relay.insert(Relay::start(&stranger.certificate, &stranger.key, server.port)).port);
    let done = through(&gateway, gateway.port, "require", "mark-middle").run();
    done.fails_with("FATAL");
    assert!(!done.stderr.contains(PASSWORD), "{}", done.report());
    server.assert_never_saw("mark-middle");
    server.assert_saw("SCRAM channel binding check failed");
    gateway.assert_recorded("session.end", "");
    assert!(gateway.journal().of_kind("command").next().is_none());
}

/// The same way with the target's own certificate in the middle: it is channel binding that made the difference.
#[test]
fn a34_the_relay_before_the_target_is_in_order() {
    if direct() {
        return;
    }
    let dir = TempDir::new("middle");
    let mut relay = None;
    let (server, gateway, _mine) = start(&dir, |server| {
        let own = server.certificate.as_ref().unwrap();
        relay.insert(Relay::start(&own.certificate, &own.key, server.port)).port
    });
    through(&gateway, gateway.port, "require", "mark-own").run().prints("mark-own");
    server.assert_saw("mark-own");
    gateway.assert_recorded("command", "mark-own");
}

/// With the very certificate of the gateway, so that only the shorter list of mechanisms can tell.
#[test]
fn a34_a_client_that_was_not_offered_channel_binding() {
    if direct() {
        return;
    }
    let dir = TempDir::new("middle");
    let (server, gateway, mine) = start(&dir, |server| server.port);
    let relay = Relay::downgrading(&mine.certificate, &mine.key, gateway.port);
    through(&gateway, relay.port, "prefer", "mark-less").run().fails_with("FATAL");
    server.assert_never_saw("mark-less");
    gateway.assert_recorded("signin.refused", "channel binding");
    assert!(gateway.journal().of_kind("session.start").next().is_none());
}

#[test]
fn a34_a_gateway_that_was_not_offered_channel_binding() {
    if direct() {
        return;
    }
    let dir = TempDir::new("middle");
    let mut relay = None;
    let (server, gateway, _mine) = start(&dir, |server| {
        let own = server.certificate.as_ref().unwrap();
        relay.insert(Relay::downgrading(&own.certificate, &own.key, server.port)).port
    });
    through(&gateway, gateway.port, "require", "mark-less").run().fails_with("FATAL");
    server.assert_never_saw("mark-less");
    server.assert_saw("SCRAM channel binding negotiation error");
    gateway.assert_recorded("session.end", "");
}
