//! The client of the comparison in `make bench`: it signs in to whatever speaks PostgreSQL on this machine, and then only frames
//! bytes, so that it is not what is measured. One thread a stream.
//!
//! `scripts/bench/compare.py` runs it. PGPORT, PGUSER, PGPASSWORD and PGDATABASE say where and who; with PGSSLROOTCERT it goes
//! by TLS. It prints one line of JSON.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

mod scram;
mod session;

use std::io::Read as _;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use session::{Door, Passed, Session};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments.as_slice() {
        ["rows", streams, times, sql] => rows(&Door::named()?, streams.parse()?, times.parse()?, sql),
        ["connections", clients, seconds] => connections(&Door::named()?, clients.parse()?, seconds.parse()?),
        ["idle", sessions] => idle(&Door::named()?, sessions.parse()?),
        _ => {
            println!("client rows STREAMS TIMES SQL | connections CLIENTS SECONDS | idle SESSIONS");
            Ok(())
        }
    }
}

/// Every stream sends the statement so many times, all from one moment on; the time goes until the last has its last row.
fn rows(door: &Door, streams: usize, times: usize, sql: &str) -> anyhow::Result<()> {
    let ready = Barrier::new(streams);
    let stream = || -> anyhow::Result<(Passed, Instant, Instant)> {
        let session = Session::open(door);
        // Before anything can fail, or the others would wait for ever.
        ready.wait();
        let (mut session, begin, mut passed) = (session?, Instant::now(), Passed::default());
        for _ in 0..times {
            passed += session.ask(sql)?;
        }
        Ok((passed, begin, Instant::now()))
    };
    let (mut passed, mut begin, mut end) = (Passed::default(), None, None);
    for (theirs, begun, ended) in together(streams, stream)? {
        passed += theirs;
        begin = begin.into_iter().chain([begun]).min();
        end = end.into_iter().chain([ended]).max();
    }
    let seconds = begin.zip(end).map_or(0.0, |(begin, end)| (end - begin).as_secs_f64());
    println!(r#"{{"rows": {}, "bytes": {}, "seconds": {seconds}}}"#, passed.rows, passed.bytes);
    Ok(())
}

/// Connect, sign in, SELECT 1, close: over and over.
fn connections(door: &Door, clients: usize, seconds: u64) -> anyhow::Result<()> {
    let begin = Instant::now();
    let client = || -> anyhow::Result<Vec<Duration>> {
        let mut took = Vec::new();
        while begin.elapsed() < Duration::from_secs(seconds) {
            let one = Instant::now();
            Session::open(door)?.ask("SELECT 1")?;
            took.push(one.elapsed());
        }
        Ok(took)
    };
    let mut took: Vec<Duration> = together(clients, client)?.into_iter().flatten().collect();
    let seconds = begin.elapsed().as_secs_f64();
    took.sort_unstable();
    let median = took.get(took.len() / 2).context("no connection was made")?.as_micros();
    println!(r#"{{"connections": {}, "seconds": {seconds}, "median_us": {median}}}"#, took.len());
    Ok(())
}

/// Holds sessions that have done one statement, until its input ends.
fn idle(door: &Door, sessions: usize) -> anyhow::Result<()> {
    let mut held = Vec::new();
    for _ in 0..sessions {
        let mut session = Session::open(door)?;
        session.ask("SELECT 1")?;
        held.push(session);
    }
    println!(r#"{{"sessions": {}}}"#, held.len());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// What each of so many threads returns; the first failure otherwise.
fn together<T: Send>(threads: usize, work: impl Fn() -> anyhow::Result<T> + Sync) -> anyhow::Result<Vec<T>> {
    if threads == 0 {
        bail!("there must be one at least");
    }
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        running.into_iter().map(|one| one.join().map_err(|_| anyhow!("a thread panicked"))?).collect()
    })
}
