//! What the policy costs a statement: pgbench through gateways that differ in nothing but who decides, in turns, so that a busy
//! moment of the machine hits all of them. The static decider allows everything; the others are the policy engine with 5 and
//! 100 policies, with all that the binary puts around it. Decisions are remembered: each gateway is warmed first.
//!
//! `make bench` runs it. `SIGNET_BENCH_POSTGRES` is where a server with pgbench's tables is (database `bench`, user `postgres`),
//! `SIGNET_BENCH_PASSWORD` the file with its password, `SIGNET_BENCH_PGBENCH` the program, `SIGNET_BENCH_FOLDER` where gateways
//! keep their files; `SIGNET_BENCH_TURN` is the seconds of a turn (2), `SIGNET_BENCH_TURNS` how many each has (20): many short turns, of which the
//! median counts, say more on a busy machine than few long ones. The CPU is that of this process, which is all gateways.

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
const OF_STATIC: &str = "of the static decider";
/// The clock of `/proc`, in which CPU time is told: so many a second, on every Linux.
const TICKS: f64 = 100.0;

/// What one turn gave.
#[derive(Clone, Copy)]
struct Turn {
    /// Statements a second.
    rate: f64,
    /// Microseconds of CPU a statement.
    cpu: f64,
}

fn main() {
    let Some(address) = std::env::var("SIGNET_BENCH_POSTGRES").ok() else {
        println!("SIGNET_BENCH_POSTGRES does not say where a PostgreSQL is: scripts/bench.sh starts one");
        return;
    };
    let place = Place { address, folder: path("SIGNET_BENCH_FOLDER"), password: path("SIGNET_BENCH_PASSWORD") };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let start = |deciders| runtime.block_on(Gateway::start(&place, deciders));
    let gateways = [start(Deciders::Static), start(Deciders::Policies(5)), start(Deciders::Policies(100))];
    println!("{:<10} {:<14} {:>10} {:>22} {:>12} {:>22}", "", "", "median tps", OF_STATIC, "CPU us each", OF_STATIC);
    for mode in ["prepared", "simple"] {
        measure(mode, &gateways);
    }
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
}

/// Every gateway has its turns, in an order that goes to and fro.
fn measure(mode: &str, gateways: &[Gateway; 3]) {
    let seconds = number("SIGNET_BENCH_TURN", 2);
    for gateway in gateways {
        pgbench(gateway, mode, 1);
    }
    let mut turns = [const { Vec::new() }; 3];
    for turn in 0..number("SIGNET_BENCH_TURNS", 20) {
        let order = if turn.is_multiple_of(2) { [0, 1, 2] } else { [2, 1, 0] };
        for at in order {
            turns[at].push(pgbench(&gateways[at], mode, seconds));
        }
    }
    for (gateway, theirs) in gateways.iter().zip(&turns) {
        let (rate, rates) = compared(theirs, &turns[0], |turn| turn.rate);
        let (cpu, cpus) = compared(theirs, &turns[0], |turn| turn.cpu);
        println!("{mode:<10} {:<14} {rate:>10.0} {rates:>22} {cpu:>12.1} {cpus:>22}", gateway.name);
    }
}

/// The median, and the ratios to the static decider's turn of the same round.
fn compared(theirs: &[Turn], fixed: &[Turn], of: impl Fn(&Turn) -> f64) -> (f64, String) {
    let ratios: Vec<f64> = theirs.iter().zip(fixed).map(|(one, other)| of(one) / of(other)).collect();
    let (least, median, most) = spread(&ratios);
    let values: Vec<f64> = theirs.iter().map(of).collect();
    (spread(&values).1, format!("{median:.3} ({least:.2}..{most:.2})"))
}

fn pgbench(gateway: &Gateway, mode: &str, seconds: u64) -> Turn {
    let before = cpu();
    let output = Command::new(path("SIGNET_BENCH_PGBENCH"))
        .args(["-n", "-S", "-M", mode, "-c", CLIENTS, "-j", "2", "-T", &seconds.to_string()])
        .args(["-h", "127.0.0.1", "-p", &gateway.port.to_string(), "-U", gateway::PERSON, "bench"])
        .env("PGPASSWORD", &gateway.token)
        .env("PGSSLMODE", "disable")
        .output()
        .unwrap();
    let used = cpu() - before;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    let told = |what: &str| -> f64 {
        said.lines().find_map(|line| line.strip_prefix(what)?.split([' ', '/']).next()?.parse().ok()).unwrap()
    };
    Turn { rate: told("tps = "), cpu: used * 1e6 / told("number of transactions actually processed: ") }
}

/// Seconds of CPU that this process has used.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap() / TICKS).sum()
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
