//! A4, A5: bytes around the TLS handshake, and TLS that is not meant for PostgreSQL.

use std::process::{Command, Stdio};

use super::{assert_ends, scene};
use crate::harness::hostile::Hostile;
use crate::harness::wire::{PROTOCOL_3_0, SSL_REQUEST, Wire, opening};
use crate::harness::{Client, Gateway, Setup, direct};

/// CVE-2021-23214: plain bytes behind SSLRequest must not be read as if TLS had protected them.
#[test]
fn a4_bytes_behind_ssl_request() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::connect(gateway.port);
    let startup = opening(PROTOCOL_3_0, b"user\0smuggled\0\0");
    wire.send(&[opening(SSL_REQUEST, &[]), startup].concat());
    assert_ne!(wire.receive_byte(), Some(b'S'), "the handshake went on with bytes in the buffer");
    assert_ends_quietly(&mut wire);
    server.assert_never_saw("smuggled");
    gateway.assert_recorded("signin.refused", "");
}

fn assert_ends_quietly(wire: &mut Wire) {
    while wire.receive_byte().is_some() {}
}

/// CVE-2021-23222, the other direction: the target's `S` comes with plain bytes behind it.
#[test]
fn a4_bytes_behind_the_targets_answer() {
    if direct() {
        return;
    }
    let target = Hostile::start(|peer| {
        peer.opening()?;
        peer.raw(b"SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I")?;
        peer.drain()
    });
    let gateway = Setup { target_tls: "require", ..Setup::before_address(&target.address) }.start();
    Client::psql(&gateway.door()).args(["-c", "SELECT 'smuggled'"]).run().fails_with("FATAL");
    target.assert_never_received("smuggled");
    gateway.assert_recorded("session.end", "");
}

/// `openssl s_client` speaks TLS at once; gives whether the handshake succeeded.
fn direct_tls(gateway: &Gateway, protocol: Option<&str>) -> bool {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-brief", "-connect", &format!("127.0.0.1:{}", gateway.port)]);
    if let Some(name) = protocol {
        command.args(["-alpn", name]);
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stderr).contains("CONNECTION ESTABLISHED")
}

/// With TLS 1.3 a client takes its handshake for finished before the server has judged it, so what counts is that the
/// connection ends by itself, without a word inside. The input stays open all the while.
fn hangs_up(gateway: &Gateway) -> bool {
    let mut process = Command::new("timeout")
        .args(["8", "openssl", "s_client", "-quiet", "-connect", &format!("127.0.0.1:{}", gateway.port)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let input = process.stdin.take();
    let output = process.wait_with_output().unwrap();
    drop(input);
    output.status.code() != Some(124) && output.stdout.is_empty()
}

#[test]
fn a5_direct_tls_wants_its_own_protocol_name() {
    let Some((server, gateway)) = scene() else { return };
    assert!(direct_tls(&gateway, Some("postgresql")), "direct TLS with the right protocol name works");
    assert!(hangs_up(&gateway), "direct TLS without a protocol name was taken");
    assert!(!direct_tls(&gateway, Some("h2")), "direct TLS for another protocol was taken");
    server.assert_never_saw("connection authorized");
    gateway.assert_recorded("signin.refused", "");
}

/// TLS inside TLS: after the handshake another SSLRequest is out of order.
#[test]
fn a3_direct_tls_bytes_after_a_plain_start() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::connect(gateway.port);
    wire.startup(PROTOCOL_3_0, &[("user", "ada"), ("database", "postgres")]);
    assert_eq!(wire.receive().unwrap().tag, b'R');
    wire.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    wire.stream().shutdown(std::net::Shutdown::Write).unwrap();
    assert_ends(&mut wire);
    server.assert_never_saw("connection authorized");
    gateway.assert_recorded("signin.refused", "");
}
