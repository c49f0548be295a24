//! G1: the disk under the journal is full. Nothing is forwarded, the client is told natively, the operators can see it.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use crate::harness::wire::{Ending, Wire};
use crate::harness::{Client, Gateway, Postgres, Setup, direct, until};

/// Where the test can reach files that exist only in the gateway's mount namespace.
fn inside(gateway: &Gateway) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{}", gateway.pid(), gateway.data().display()))
}

fn fill(gateway: &Gateway) {
    let mut filler = File::create(inside(gateway).join("filler")).unwrap();
    let block = vec![7; 4096];
    while filler.write_all(&block).is_ok() {}
}

/// Commands until one is not answered as usual; gives how that one ended. The journal may have room that it reserved, so
/// the first command need not be the one. Its own record may have fitted and only that of its outcome not: then it was
/// forwarded, but the client must not be told that it is done.
fn write_until_refused(gateway: &Gateway) -> Ending {
    let mut wire = Wire::sign_in(&gateway.door());
    for number in 0..20_000 {
        let mark = format!("mark-{number}.");
        let messages = wire.query(&format!("INSERT INTO filled VALUES ('{mark}{}')", "x".repeat(2_000)));
        if let Some(error) = messages.iter().find(|message| message.tag == b'E') {
            assert!(!messages.iter().any(|message| message.tag == b'C'), "{mark} was confirmed without an outcome");
            return Ending::of(error);
        }
        if messages.last().is_none_or(|message| message.tag != b'Z') {
            return Ending::Closed;
        }
    }
    panic!("20,000 commands were taken with a full disk");
}

#[test]
fn nothing_is_forwarded_that_cannot_be_recorded() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    Client::psql(&server.door()).args(["-c", "CREATE TABLE filled (id text)"]).run().ok();
    let gateway = Setup { tmpfs_mib: Some(24), ..Setup::before(&server) }.start();
    fill(&gateway);
    let ending = write_until_refused(&gateway);
    assert!(matches!(ending, Ending::Refused { .. }), "silence instead of a native error: {ending:?}");
    everything_seen_is_recorded(&server, &gateway);
    gateway.assert_recorded("gateway.failclosed", "");
    alarm(&gateway);
    new_sessions_are_refused(&server, &gateway);
}

fn everything_seen_is_recorded(server: &Postgres, gateway: &Gateway) {
    let (log, journal) = (server.log(), gateway.journal());
    let mut count = 0;
    for line in log.lines().filter(|line| line.contains("INSERT INTO filled")) {
        let mark = &line[line.find("mark-").unwrap()..=line.find('.').unwrap()];
        assert!(journal.find("command", mark).is_some(), "the target saw {mark}, the journal did not");
        count += 1;
    }
    eprintln!("{count} commands fitted before the disk was full");
}

fn alarm(gateway: &Gateway) {
    until("the health endpoint to say that the journal is down", Duration::from_secs(10), || {
        gateway.health().filter(|status| *status != 200)
    });
}

fn new_sessions_are_refused(server: &Postgres, gateway: &Gateway) {
    let done = Client::psql(&gateway.door()).args(["-c", "SELECT 'mark-later'"]).run();
    assert!(!done.status.success(), "a session began without a journal\n{}", done.report());
    server.assert_never_saw("mark-later");
    fs::remove_file(inside(gateway).join("filler")).unwrap();
}
