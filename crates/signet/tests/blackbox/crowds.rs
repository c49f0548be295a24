//! Many at once: 200 sessions that work, and 10,000 connections that never finish their sign-in.

use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use crate::harness::wire::{SSL_REQUEST, Wire, opening};
use crate::harness::{Client, Postgres, Setup, direct};

#[test]
fn two_hundred_sessions_at_once() {
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    let door = gateway.door().tls("disable", None);
    let mut sessions: Vec<Wire> = Vec::new();
    for chunk in 0..10 {
        let signing_in: Vec<_> = (0..20)
            .map(|_| {
                let door = door.clone();
                std::thread::spawn(move || Wire::sign_in(&door))
            })
            .collect();
        sessions.extend(signing_in.into_iter().map(|session| session.join().unwrap()));
        assert_eq!(sessions.len(), (chunk + 1) * 20);
    }
    for round in 0..3 {
        for (number, session) in sessions.iter_mut().enumerate() {
            session.send(&crate::harness::wire::query(&format!("SELECT 'mark-{round}-{number}.'")));
        }
        for (number, session) in sessions.iter_mut().enumerate() {
            let row = session.messages().into_iter().find(|message| message.tag == b'D').unwrap();
            assert!(row.text().contains(&format!("mark-{round}-{number}.")), "an answer of another session");
        }
    }
    drop(sessions);
    gateway.assert_recorded("command", "mark-2-199.");
    Client::psql(&door).args(["-c", "SELECT 'after'"]).run().prints("after");
}

/// A third says nothing, a third stops within its first message, a third after asking for TLS.
#[test]
fn ten_thousand_half_open_connections_stall_nobody() {
    if direct() {
        return;
    }
    let wanted = half_open_wanted();
    let server = Postgres::start();
    let gateway = Setup::before(&server).start();
    let mut crowd = Vec::with_capacity(wanted);
    for number in 0..wanted {
        let mut wire = Wire::of(connect(gateway.port));
        match number % 3 {
            0 => {}
            1 => wire.send(&[0, 0, 0, 50, 0, 3]),
            _ => wire.send(&opening(SSL_REQUEST, &[])),
        }
        crowd.push(wire);
    }
    let start = Instant::now();
    Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-alive'"]).deadline(20).run().prints("mark-alive");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "a real sign-in took {took:?} beside {wanted} half-open connections");
    assert_eq!(gateway.health(), Some(200));
    eprintln!("{wanted} half-open connections, sign-in and query in {took:?}, {} KiB", gateway.memory_kib());
    drop(crowd);
    gateway.assert_recorded("command", "mark-alive");
    let starts = gateway.journal().of_kind("session.start").count();
    assert_eq!(starts, 1, "half-open connections are no sessions");
}

/// Accepted or refused, the connection counts: a listener that is full may hang up.
fn connect(port: u16) -> TcpStream {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port).into();
    TcpStream::connect_timeout(&address, Duration::from_secs(10)).unwrap()
}

/// 10,000, or what the limit on open files of this process (which the gateway inherits) leaves room for.
fn half_open_wanted() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft: usize = line.split_whitespace().nth(3).unwrap().parse().unwrap_or(usize::MAX);
    let wanted = 10_000.min(soft.saturating_sub(500));
    assert!(wanted >= 500, "ulimit -n {soft} is too low for this test");
    if wanted < 10_000 {
        eprintln!("ulimit -n {soft} leaves room for {wanted} half-open connections only");
    }
    wanted
}
