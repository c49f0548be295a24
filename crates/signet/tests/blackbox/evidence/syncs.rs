//! What a statement costs: how often one client that asks for one thing after the other makes the journal sync.

use std::fs;

use crate::harness::wire::Wire;
use crate::harness::{Client, Postgres, Setup, direct};

const EACH: usize = 31;

/// A read that is proven to only read goes to the target while its record waits, and shares the sync of its outcome. A write
/// waits for its record first, and the end of its answer for the outcome.
#[test]
fn a_read_takes_one_sync_and_a_write_two() {
    if direct() {
        return;
    }
    let server = Postgres::start();
    Client::psql(&server.door()).args(["-c", "CREATE TABLE synced (id integer)"]).run().ok();
    let trace = std::env::temp_dir().join(format!("signet-syncs-{}", std::process::id()));
    let words = format!("strace -D -f -q -y --seccomp-bpf -e trace=fdatasync -o {}", trace.display());
    let wrapper = words.split(' ').map(String::from).collect();
    let mut gateway = Setup { wrapper, ..Setup::before(&server) }.start();
    let mut wire = Wire::sign_in(&gateway.door());
    let synced = || {
        let text = fs::read_to_string(&trace).unwrap();
        text.lines().filter(|line| line.contains(".journal>") && line.contains("fdatasync(")).count()
    };
    let mut median = |sql: &str| {
        let mut counts: Vec<usize> = (0..EACH)
            .map(|_| {
                let before = synced();
                assert!(wire.query(sql).iter().any(|message| message.tag == b'C'), "{sql}");
                synced() - before
            })
            .collect();
        counts.sort_unstable();
        eprintln!("{sql}: {counts:?} syncs");
        counts[EACH / 2]
    };
    let counts = [median("SELECT 1"), median("INSERT INTO synced VALUES (1)")];
    gateway.kill_hard();
    fs::remove_file(&trace).unwrap();
    // Now and then the gateway has something of its own to write down; that falls on a statement or two.
    assert_eq!(counts, [1, 2], "syncs of a read and of a write");
}
