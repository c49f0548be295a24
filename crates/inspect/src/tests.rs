//! Tests of what needs no server.

use std::io;

use model::Secret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::guarded::Guarded;
use crate::said::clean;
use crate::way::is_no_target;

/// A message of the server.
fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[tag][..], &length, body].concat()
}

fn authentication(code: u32, rest: &[u8]) -> Vec<u8> {
    message(b'R', &[&code.to_be_bytes()[..], rest].concat())
}

/// What comes through when the server says that, in pieces of that size.
async fn through(said: &[u8], encrypted: bool, piece: usize) -> io::Result<Vec<u8>> {
    let (mut server, client) = tokio::io::duplex(piece);
    // Each end goes when its side is done, so that neither waits for the other for ever.
    let writing = async move {
        let _ = server.write_all(said).await;
    };
    let reading = async move {
        let mut heard = Vec::new();
        Guarded::new(client, encrypted).read_to_end(&mut heard).await.map(|_| heard)
    };
    tokio::join!(writing, reading).1
}

#[tokio::test]
async fn a_server_cannot_choose_a_weaker_way_to_be_told_the_password() {
    let scram = authentication(10, b"SCRAM-SHA-256\0\0");
    let done = authentication(0, b"");
    for (name, said, encrypted, good) in [
        ("scram", scram.clone(), false, true),
        ("clear inside TLS", authentication(3, b""), true, true),
        ("clear", authentication(3, b""), false, false),
        ("md5", authentication(5, b"salt"), true, false),
        ("clear after scram", [scram.clone(), authentication(3, b"")].concat(), false, false),
        ("md5 after a notice", [message(b'N', b"hello\0"), authentication(5, b"salt")].concat(), true, false),
        ("gss", authentication(7, b""), true, false),
        // What looks like it in an answer is an answer.
        ("md5 in a row", [scram, done, message(b'D', &authentication(5, b"salt"))].concat(), false, true),
    ] {
        for piece in [1, 2, 7, 9, 4096] {
            let heard = through(&said, encrypted, piece).await;
            assert_eq!(heard.is_ok(), good, "{name} in pieces of {piece}: {heard:?}");
            assert!(heard.is_err() || heard.is_ok_and(|heard| heard == said), "{name}: bytes were changed");
        }
    }
}

#[tokio::test]
async fn a_server_that_must_prove_itself_lets_nobody_in_without() {
    let (scram, done) = (authentication(10, b"SCRAM-SHA-256\0\0"), authentication(0, b""));
    let proof = [scram.clone(), authentication(11, b"r=x"), authentication(12, b"v=y")].concat();
    for (said, good) in [
        ([proof, done.clone()].concat(), true),
        (done.clone(), false),
        ([scram, done].concat(), false),
        (authentication(3, b""), false),
    ] {
        let (mut server, client) = tokio::io::duplex(4096);
        server.write_all(&said).await.unwrap();
        drop(server);
        let mut heard = Vec::new();
        let read = Guarded::new(client, true).demanding_proof().read_to_end(&mut heard).await;
        assert_eq!(read.is_ok(), good, "{said:?}: {read:?}");
    }
}

#[test]
fn what_a_target_says_is_shown_without_the_secret_and_cut() {
    let secret = Secret::new("hunter2");
    let shown = clean("password \"hunter2\" for\u{1b}[2J user\nhunter2", Some(&secret));
    assert_eq!(shown, "password \"[secret]\" for [2J user [secret]");
    assert!(clean(&"\u{e4}".repeat(10_000), Some(&secret)).len() < 400);
}

#[test]
fn what_machines_tell_themselves_is_no_target() {
    for address in
        ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255"]
    {
        assert!(is_no_target(address.parse().unwrap()), "{address}");
    }
    for address in ["127.0.0.1", "10.0.0.1", "::1", "192.0.2.1"] {
        assert!(!is_no_target(address.parse().unwrap()), "{address}");
    }
}
