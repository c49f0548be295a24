//! The PROXY protocol, version 2: from listed peers it is demanded and believed, from others it is a broken rule.

use std::time::Duration;

use super::assert_ends;
use crate::harness::wire::{Ending, PROTOCOL_3_0, Wire};
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// 192.0.2.7, port 51966: an address that no test has.
const CLIENT: [u8; 12] = [192, 0, 2, 7, 127, 0, 0, 1, 0xca, 0xfe, 0x17, 0x70];

fn scene(proxy_from: &'static [&'static str]) -> Option<(Postgres, Gateway)> {
    if direct() {
        return None;
    }
    let server = Postgres::start();
    let gateway = Setup { proxy_from, ..Setup::before(&server) }.start();
    Some((server, gateway))
}

/// A header with this version and command, family and payload.
fn header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, rest].concat()
}

/// Startup and sign-in behind these first bytes.
fn sign_in_behind(gateway: &Gateway, first: &[u8]) -> Result<Wire, Ending> {
    let door = gateway.door();
    let mut wire = Wire::connect(door.port);
    wire.send(first);
    wire.startup(PROTOCOL_3_0, &[("user", &door.user), ("database", &door.database)]);
    wire.authenticate(&door.password).map(|()| wire)
}

#[test]
fn the_header_of_a_listed_peer_is_believed() {
    let Some((server, gateway)) = scene(&["127.0.0.0/8"]) else { return };
    let with_extension = [&CLIENT[..], &[0x03, 0, 4, 1, 2, 3, 4]].concat();
    for (first, client) in [
        (header(0x21, 0x11, &CLIENT), "\"client\":\"192.0.2.7:51966\""),
        (header(0x21, 0x11, &with_extension), "\"client\":\"192.0.2.7:51966\""),
        (header(0x21, 0x21, &[&[0x20, 1, 0xd, 0xb8][..], &[0; 27], &[1, 0xca, 0xfe, 0, 1]].concat()), "[2001:db8"),
    ] {
        let mut wire = sign_in_behind(&gateway, &first).unwrap();
        assert!(wire.query("SELECT 'mark-proxied'").iter().any(|message| message.tag == b'D'));
        gateway.assert_recorded("session.start", client);
    }
    assert!(gateway.journal().find("session.start", "127.0.0.1").is_none(), "the balancer was written down");
    server.assert_saw("mark-proxied");
}

/// The address is that of the failed sign-in, too: it is what one would block by.
#[test]
fn a_failed_sign_in_has_the_address_of_the_header() {
    let Some((_server, gateway)) = scene(&["127.0.0.1/32"]) else { return };
    let door = gateway.door();
    let mut wire = Wire::connect(door.port);
    wire.send(&header(0x21, 0x11, &CLIENT));
    wire.startup(PROTOCOL_3_0, &[("user", "ada"), ("database", "postgres")]);
    assert_eq!(wire.authenticate("wrong").unwrap_err().sqlstate(), Some("28P01"));
    gateway.assert_recorded("signin.refused", "192.0.2.7:51966");
}

#[test]
fn a_listed_peer_without_a_header_is_turned_away() {
    let Some((server, gateway)) = scene(&["127.0.0.0/8"]) else { return };
    let mut cut = header(0x21, 0x11, &CLIENT);
    cut[13] = 0x12;
    let broken = [
        b"\0\0\0\x08\x04\xd2\x16\x2f".to_vec(),
        header(0x11, 0x11, &CLIENT),
        header(0x2f, 0x11, &CLIENT),
        header(0x21, 0x11, &CLIENT[..9]),
        header(0x21, 0x31, &[0; 216]),
        header(0x21, 0x11, &[0; 5000]),
        b"PROXY TCP4 192.0.2.7 127.0.0.1 51966 6000\r\n".to_vec(),
        cut,
    ];
    for first in &broken {
        assert!(sign_in_behind(&gateway, first).is_err(), "{first:?}");
    }
    gateway.assert_recorded("signin.refused", "no PROXY header");
    assert!(gateway.journal().of_kind("session.start").next().is_none());
    assert!(!server.log().contains("connection received"), "the target was dialled");
}

/// Its first byte says already that it is none, so nobody has to wait for the end of the time that a sign-in may take.
#[test]
fn a_client_without_a_header_is_turned_away_at_once() {
    let Some((server, gateway)) = scene(&["127.0.0.0/8"]) else { return };
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-bare'"]).run();
    done.fails_with("server closed the connection");
    assert!(done.took < Duration::from_secs(5), "{}", done.report());
    server.assert_never_saw("mark-bare");
    gateway.assert_recorded("signin.refused", "no PROXY header");
}

/// The two bytes of the destination's port belong to the addresses as much as the rest.
#[test]
fn a_header_too_short_for_its_family_is_turned_away() {
    let Some((server, gateway)) = scene(&["127.0.0.0/8"]) else { return };
    for length in [10, 11] {
        let first = header(0x21, 0x11, &CLIENT[..length]);
        assert!(sign_in_behind(&gateway, &first).is_err(), "{length} bytes of addresses");
    }
    assert!(!server.log().contains("connection received"), "the target was dialled");
    gateway.assert_recorded("signin.refused", "no PROXY header");
}

/// The balancer's own look whether the port is open.
#[test]
fn a_health_check_of_a_listed_peer_leaves_no_session() {
    let Some((server, gateway)) = scene(&["127.0.0.0/8"]) else { return };
    let mut wire = Wire::connect(gateway.port);
    wire.send(&header(0x20, 0, &[]));
    assert!(wire.receive_byte().is_none());
    let journal = gateway.journal();
    let of_a_client = |kind: &str| kind.starts_with("session.") || kind.starts_with("signin.");
    assert!(!journal.0.iter().any(|record| of_a_client(record.kind())), "{}", journal.tail(5));
    assert!(!server.log().contains("connection received"));
}

/// Neither on a port that lists others, nor on one that lists nobody.
#[test]
fn the_header_of_an_unlisted_peer_is_a_broken_rule() {
    let Some((server, gateway)) = scene(&["198.51.100.0/24"]) else { return };
    for port in [gateway.port, gateway.shared_port] {
        let mut wire = Wire::connect(port);
        wire.send(&header(0x21, 0x11, &CLIENT));
        wire.startup(PROTOCOL_3_0, &[("user", "ada"), ("database", "postgres")]);
        assert_ends(&mut wire);
    }
    gateway.assert_recorded("signin.refused", "\"client\":\"127.0.0.1:");
    let journal = gateway.journal();
    assert!(!journal.0.iter().any(|record| record.line.contains("192.0.2.7")), "{}", journal.tail(5));
    assert!(!server.log().contains("connection received"));
    // Without a header it is a client like any other.
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-plain'"]).run().prints("mark-plain");
    gateway.assert_recorded("session.start", "\"client\":\"127.0.0.1:");
}
