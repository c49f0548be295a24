//! A1, A2: lengths that lie, and fields that disagree with them.

use super::{assert_ends, scene};
use crate::harness::wire::{PROTOCOL_3_0, Wire, frame, query};

/// Sends `bytes` in a session of its own, signed in, and expects the end; then a later command proves nothing leaked.
fn is_refused(name: &str, bytes: &[u8]) {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    wire.send(bytes);
    assert_ends(&mut wire);
    server.assert_never_saw("smuggled");
    gateway.assert_recorded("violation", "");
    let journal = gateway.journal();
    assert!(journal.find("command", "smuggled").is_none(), "{name}: recorded as if it had been allowed");
}

fn with_length(tag: u8, length: u32, body: &[u8]) -> Vec<u8> {
    [&[tag], &length.to_be_bytes()[..], body].concat()
}

#[test]
fn a1_a_length_of_4_gib() {
    is_refused("4 GiB", &with_length(b'Q', u32::MAX, b"SELECT 'smuggled'\0"));
}

#[test]
fn a1_a_length_of_2_gib() {
    is_refused("2 GiB", &with_length(b'Q', 0x7fff_ffff, b"SELECT 'smuggled'\0"));
}

/// A length that wraps 32 bits once the header is added.
#[test]
fn a1_a_length_that_wraps_hides_no_second_message() {
    let mut bytes = with_length(b'Q', 0xffff_fffd, b"");
    bytes.extend(query("SELECT 'smuggled'"));
    is_refused("wrap", &bytes);
}

#[test]
fn a1_a_first_message_that_is_too_long() {
    let Some((server, gateway)) = scene() else { return };
    for length in [u32::MAX, 0x7fff_ffff, 20_000, 7, 0] {
        let mut wire = Wire::connect(gateway.port);
        let body = [&length.to_be_bytes()[..], &PROTOCOL_3_0.to_be_bytes(), b"user\0smuggled\0\0"].concat();
        wire.send(&body);
        assert_ends(&mut wire);
    }
    server.assert_never_saw("smuggled");
    assert!(gateway.journal().of_kind("session.start").next().is_none());
    gateway.assert_recorded("signin.refused", "");
}

#[test]
fn a2_lengths_below_four() {
    for length in 0..4 {
        let mut bytes = with_length(b'Q', length, b"");
        bytes.extend(query("SELECT 'smuggled'"));
        is_refused("short", &bytes);
    }
}

/// The inner message stands behind the NUL that ends the text, inside the length of the outer one.
#[test]
fn a2_a_query_with_more_behind_its_end() {
    let hidden = [&b"SELECT 1\0"[..], &query("SELECT 'smuggled'")].concat();
    is_refused("query", &frame(b'Q', &hidden));
}

#[test]
fn a2_a_query_without_an_end() {
    is_refused("unterminated", &frame(b'Q', b"SELECT 'smuggled'"));
}

#[test]
fn a2_a_parse_with_too_many_types_for_its_length() {
    is_refused("parse", &frame(b'P', b"\0SELECT 'smuggled'\0\xff\xff"));
}

#[test]
fn a2_a_bind_whose_values_reach_past_its_end() {
    let mut bytes = frame(b'P', b"\0SELECT $1::text\0\0\0");
    // One parameter of a length that the message does not have.
    bytes.extend(frame(b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xffsmuggled"));
    bytes.extend(frame(b'S', b""));
    is_refused("bind", &bytes);
}

#[test]
fn a2_a_bind_with_bytes_left_over() {
    let mut bytes = frame(b'P', b"\0SELECT $1::text\0\0\0");
    bytes.extend(frame(b'B', b"\0\0\0\0\0\x01\0\0\0\x08smuggled\0\0extra"));
    bytes.extend(frame(b'E', b"\0\0\0\0\0"));
    bytes.extend(frame(b'S', b""));
    is_refused("left over", &bytes);
}

#[test]
fn a2_a_bind_with_a_negative_length_that_is_not_null() {
    let mut bytes = frame(b'P', b"\0SELECT $1::text\0\0\0");
    bytes.extend(frame(b'B', b"\0\0\0\0\0\x01\xff\xff\xff\xfesmuggled\0\0"));
    bytes.extend(frame(b'S', b""));
    is_refused("negative", &bytes);
}

#[test]
fn a2_a_tag_that_no_client_has() {
    is_refused("tag", &frame(b'!', b"smuggled\0"));
}

/// What the gateway forwards is what it inspected, however the bytes were cut on the way.
#[test]
fn a2_messages_cut_at_every_byte_mean_the_same() {
    let Some((server, gateway)) = scene() else { return };
    let mut wire = Wire::sign_in(&gateway.door());
    let bytes = [query("SELECT 'mark-cut-1'"), query("SELECT 'mark-cut-2'")].concat();
    for byte in &bytes {
        wire.send(&[*byte]);
    }
    for mark in ["mark-cut-1", "mark-cut-2"] {
        let row = wire.messages().into_iter().find(|message| message.tag == b'D').unwrap();
        assert!(row.text().contains(mark));
        server.assert_saw(mark);
        gateway.assert_recorded("command", mark);
    }
}
