//! A32: values and messages of the target far above every buffer stream through, and the gateway's memory stays flat.

use std::io::Read;
use std::time::Duration;

use crate::harness::hostile::{Hostile, row_description};
use crate::harness::wire::{Wire, query};
use crate::harness::{Client, Gateway, Postgres, Setup, direct};

/// How much more memory than at rest the gateway may take.
const ROOM_KIB: u64 = 32 * 1024;

/// Reads messages, keeping nothing of them, up to ReadyForQuery; gives the bodies' lengths by tag, and the most memory seen.
fn discard(wire: &Wire, gateway: &Gateway) -> (Vec<(u8, u64)>, u64) {
    let mut stream = wire.stream().try_clone().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let (mut seen, mut most, mut buffer) = (Vec::new(), 0, vec![0; 1 << 20]);
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head).unwrap();
        let length = u64::from(u32::from_be_bytes([head[1], head[2], head[3], head[4]])) - 4;
        let mut left = length;
        while left > 0 {
            let part = buffer.len().min(usize::try_from(left).unwrap());
            let read = stream.read(&mut buffer[..part]).unwrap();
            assert!(read > 0, "the connection ended inside a message, {left} of {length} bytes before its end");
            left -= read as u64;
            if length > 1 << 20 {
                most = most.max(gateway.memory_kib());
            }
        }
        seen.push((head[0], length));
        if head[0] == b'Z' {
            return (seen, most);
        }
    }
}

/// One field of nearly 1 GiB, the longest that the protocol's own limit allows.
#[test]
fn a32_a_field_of_1_gib() {
    const FIELD: u32 = 0x3fff_0000;
    if direct() {
        return;
    }
    let target = Hostile::start(|peer| {
        peer.welcome()?;
        peer.until(b'Q')?;
        peer.send(b'T', &row_description(&["huge"]))?;
        let mut row = vec![b'D'];
        row.extend((FIELD + 10).to_be_bytes());
        row.extend([0, 1]);
        row.extend(FIELD.to_be_bytes());
        peer.raw(&row)?;
        let part = vec![b'x'; 1 << 16];
        for _ in 0..FIELD >> 16 {
            peer.raw(&part)?;
        }
        peer.send(b'C', b"SELECT 1\0")?;
        peer.send(b'Z', b"I")?;
        peer.drain()
    });
    let gateway = Setup::before_address(&target.address).start();
    let mut wire = Wire::sign_in(&gateway.door());
    let before = gateway.memory_kib();
    wire.send(&query("SELECT 'mark-huge'"));
    let (seen, most) = discard(&wire, &gateway);
    assert_eq!(seen.iter().map(|(tag, _)| char::from(*tag)).collect::<String>(), "TDCZ");
    assert_eq!(seen[1].1, u64::from(FIELD) + 6);
    assert!(most > 0 && most < before + ROOM_KIB, "memory grew from {before} to {most} KiB");
    target.assert_received("mark-huge");
    gateway.assert_recorded("command", "mark-huge");
    gateway.assert_recorded("outcome", "\"status\":\"done\"");
}

/// The same from a real server: a value of 256 MiB, and a row of many values that is as long.
#[test]
fn a32_rows_of_256_mib() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    let mut wire = Wire::sign_in(&gateway.door());
    let before = gateway.memory_kib();
    let many = vec!["repeat('y', 1048576)"; 256].join(", ");
    for sql in ["SELECT repeat('x', 268435456)".to_owned(), format!("SELECT {many}")] {
        wire.send(&query(&sql));
        let (seen, most) = discard(&wire, &gateway);
        assert_eq!(seen.iter().map(|(tag, _)| char::from(*tag)).collect::<String>(), "TDCZ");
        assert!(seen[1].1 >= 256 << 20, "{seen:?}");
        assert!(most > 0 && most < before + ROOM_KIB, "memory grew from {before} to {most} KiB");
    }
    server.assert_saw("268435456");
    gateway.assert_recorded("command", "268435456");
    assert_eq!(gateway.journal().of_kind("outcome").count(), 2);
}

/// A notice as long as that is a message of the target like any other: streamed or refused, never kept.
#[test]
fn a32_an_error_far_above_the_buffers() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    let sql = "DO $$ BEGIN RAISE NOTICE '%', repeat('n', 33554432); RAISE EXCEPTION '%', repeat('e', 33554432); END $$";
    let before = gateway.memory_kib();
    let done = Client::psql(&gateway.door()).args(["-c", sql]).run();
    assert!(!done.status.success(), "{}", done.report());
    // What had to be held whole is given back.
    let after = gateway.memory_kib();
    assert!(after < before + 4 * ROOM_KIB, "memory grew from {before} to {after} KiB");
    gateway.assert_recorded("command", "RAISE NOTICE");
    Client::psql(&gateway.door()).args(["-c", "SELECT 'still ' || 'here'"]).run().prints("still here");
    server.assert_saw("RAISE NOTICE");
}
