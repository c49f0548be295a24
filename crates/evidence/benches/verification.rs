//! What verifying costs: a log is made by the real journal, up to a tenth of its size and then whole, and the real verifier
//! goes through it each time, as a child process whose memory is watched. `make bench` runs it.
//!
//! `SIGNET_BENCH_RECORDS` is how many records the log has (10,000,000: about 8 GB in `SIGNET_BENCH_FOLDER`, which go at the
//! end); `SIGNET_BENCH_VERIFIER` is the program, a `signet-verify`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it prints what it measured, and fails aloud")]

mod statements;

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use model::Event;
use ports::Journal;
use signet_evidence::{FileJournal, Options, Places, verifier_key};

/// Sessions at a time, records that each has outstanding, and statements of each.
const THREADS: u64 = 8;
const OUTSTANDING: usize = 512;
const STATEMENTS: u64 = 500;
/// Records of a session: a statement has two, and it begins and ends.
const OF_SESSION: u64 = 2 * STATEMENTS + 2;

fn main() {
    let setting = |name| std::env::var(name).ok();
    let Some(verifier) = setting("SIGNET_BENCH_VERIFIER") else {
        println!("SIGNET_BENCH_VERIFIER names no verifier");
        return;
    };
    let records: u64 = setting("SIGNET_BENCH_RECORDS").map_or(10_000_000, |records| records.parse().unwrap());
    let folder = setting("SIGNET_BENCH_FOLDER").map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(folder).unwrap();
    let places = Places::of(folder.path());
    println!("{:<28} {:>12} {:>10} {:>12} {:>12}", "", "records", "seconds", "records/s", "peak MiB");
    let mut sessions = 0;
    for records in [records / 10, records] {
        let begun = Instant::now();
        let enough = records.div_ceil(OF_SESSION);
        make(&places, sessions..enough);
        sessions = enough;
        show("written and published", sessions * OF_SESSION, begun.elapsed(), None);
        let keys = ["--master-key".into(), places.keys.join("master")];
        for (what, keys) in [("verified", &[][..]), ("the same, payloads opened", &keys)] {
            let mut command = Command::new(&verifier);
            command.arg(&places.log).arg("--key").arg(verifier_key(&places).unwrap().to_string()).args(keys);
            let (records, time, peak) = verify(&mut command);
            show(what, records, time, Some(peak));
        }
    }
}

fn show(what: &str, records: u64, time: Duration, peak_kib: Option<u64>) {
    let seconds = time.as_secs_f64();
    let peak = peak_kib.map_or(String::new(), |peak| format!("{:.1}", peak as f64 / 1024.0));
    println!("{what:<28} {records:>12} {seconds:>10.1} {:>12.0} {peak:>12}", records as f64 / seconds);
}

/// A run of a gateway with these sessions.
fn make(places: &Places, sessions: std::ops::Range<u64>) {
    let journal = Arc::new(FileJournal::open(places, Options::new(Arc::new(statements::now))).unwrap());
    let of_gateway = |event| {
        journal.append(model::Record { time_us: statements::now(), session: None, position: None, event }).unwrap();
    };
    of_gateway(Event::GatewayStarted { version: "0".into(), build: "00".repeat(32), config: "11".repeat(32) });
    let next = AtomicU64::new(sessions.start);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let claim = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| sessions.contains(number));
                while let Some(number) = claim() {
                    statements::session(&*journal, number.into(), OUTSTANDING, |statements| statements < STATEMENTS);
                }
            });
        }
    });
    of_gateway(Event::GatewayStopped);
}

/// Runs the verifier. Gives how many records it says there are, its time, and the most memory that it had, in KiB.
fn verify(command: &mut Command) -> (u64, Duration, u64) {
    let begun = Instant::now();
    let mut child = command.arg("--json").stdout(Stdio::piped()).spawn().unwrap();
    let peak = watch(&mut child);
    let time = begun.elapsed();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    (said.get("records").and_then(serde_json::Value::as_u64).unwrap(), time, peak)
}

/// The peak of the memory of a process as it last was before the end, in KiB.
fn watch(child: &mut Child) -> u64 {
    let status = Path::new("/proc").join(child.id().to_string()).join("status");
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    peak
}
