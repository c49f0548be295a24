//! What the policy costs a statement: pgbench through gateways that differ in nothing but who decides, in turns, so that a busy
//! moment of the machine hits all of them. The static decider allows everything; the others are the policy engine with 5 and
//! 100 policies, with all that the binary puts around it. Decisions are remembered: each gateway is warmed first.
//!
//! `make bench` runs it. `SIGNET_BENCH_POSTGRES` is where a server with pgbench's tables is (database `bench`, user `postgres`),
//! `SIGNET_BENCH_PASSWORD` the file with its password, `SIGNET_BENCH_PGBENCH` the program, `SIGNET_BENCH_FOLDER` where gateways
//! keep their files; `SIGNET_BENCH_SECONDS` is the time of a turn (5), `SIGNET_BENCH_TURNS` how many each has (6).

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "it prints what it measured, and fails aloud"
)]

mod gateway;
mod policies;

use std::path::PathBuf;
use std::process::Command;

use gateway::{Deciders, Gateway, Place};

const CLIENTS: &str = "8";

fn main() {
    let Some(address) = std::env::var("SIGNET_BENCH_POSTGRES").ok() else {
        println!("SIGNET_BENCH_POSTGRES does not say where a PostgreSQL is: scripts/bench.sh starts one");
        return;
    };
    let place = Place { address, folder: path("SIGNET_BENCH_FOLDER"), password: path("SIGNET_BENCH_PASSWORD") };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let start = |deciders| runtime.block_on(Gateway::start(&place, deciders));
    let gateways = [start(Deciders::Static), start(Deciders::Policies(5)), start(Deciders::Policies(100))];
    println!("{:<10} {:<14} {:>10} {:>22}", "", "", "median tps", "of the static decider");
    for mode in ["prepared", "simple"] {
        measure(mode, &gateways);
    }
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
}

/// Every gateway has its turns, in an order that goes to and fro.
fn measure(mode: &str, gateways: &[Gateway; 3]) {
    for gateway in gateways {
        pgbench(gateway, mode, 1);
    }
    let mut rates = [const { Vec::new() }; 3];
    for turn in 0..number("SIGNET_BENCH_TURNS", 6) {
        let order = if turn.is_multiple_of(2) { [0, 1, 2] } else { [2, 1, 0] };
        for at in order {
            rates[at].push(pgbench(&gateways[at], mode, number("SIGNET_BENCH_SECONDS", 5)));
        }
    }
    let [fixed, ..] = &rates;
    for (gateway, rates) in gateways.iter().zip(&rates) {
        let ratios: Vec<f64> = rates.iter().zip(fixed).map(|(rate, fixed)| rate / fixed).collect();
        let (least, median, most) = spread(&ratios);
        let compared = format!("{median:.3} ({least:.3}..{most:.3})");
        println!("{mode:<10} {:<14} {:>10.0} {compared:>22}", gateway.name, spread(rates).1);
    }
}

/// Statements a second.
fn pgbench(gateway: &Gateway, mode: &str, seconds: u64) -> f64 {
    let output = Command::new(path("SIGNET_BENCH_PGBENCH"))
        .args(["-n", "-S", "-M", mode, "-c", CLIENTS, "-j", "2", "-T", &seconds.to_string()])
        .args(["-h", "127.0.0.1", "-p", &gateway.port.to_string(), "-U", gateway::PERSON, "bench"])
        .env("PGPASSWORD", &gateway.token)
        .env("PGSSLMODE", "disable")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.unwrap()
}

/// The least, the one in the middle, the most.
fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0;
    (values[0], middle, *values.last().unwrap())
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn path(name: &str) -> PathBuf {
    std::env::var_os(name).expect(name).into()
}
