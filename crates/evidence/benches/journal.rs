//! What the journal costs: records a second with 256 of them outstanding, CPU a record, and what a durable write costs on the
//! same disk in two other ways. `make bench` runs it; `SIGNET_BENCH_SECONDS` is the time of each part (5).

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "it prints what it measured, and fails aloud")]

mod statements;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use signet_evidence::{FileJournal, Options, Places};

/// Threads, and records that each has outstanding.
const THREADS: usize = 8;
const OUTSTANDING: usize = 32;
/// Bytes of a record in the plain loops: about what one of the journal has.
const PLAIN: usize = 1024;

fn main() {
    let seconds = std::env::var("SIGNET_BENCH_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    let folder =
        tempfile::tempdir_in(std::env::var_os("SIGNET_BENCH_FOLDER").map_or_else(std::env::temp_dir, Into::into));
    let folder = folder.unwrap();
    println!("{:<44} {:>10} {:>12} {:>12} {:>12}", "", "records/s", "median us", "99th us", "CPU us");
    show("append 1 KiB and fdatasync, one by one", &plain(folder.path(), time, false));
    show("the same into a file that was made before", &plain(folder.path(), time, true));
    let outstanding = THREADS * OUTSTANDING;
    show(&format!("journal, {outstanding} records outstanding"), &journal(folder.path(), time, THREADS, OUTSTANDING));
    show("journal, one record outstanding", &journal(folder.path(), time, 1, 1));
}

/// What was measured.
struct Measured {
    records: usize,
    time: Duration,
    cpu: Duration,
    /// From the append to the moment when the record is known to be durable.
    waits: Vec<Duration>,
}

fn show(what: &str, measured: &Measured) {
    let mut waits = measured.waits.clone();
    waits.sort();
    let at = |part: usize| waits.get(waits.len() * part / 100).map_or(0, Duration::as_micros);
    let rate = measured.records as f64 / measured.time.as_secs_f64();
    let cpu = measured.cpu.as_secs_f64() * 1e6 / measured.records as f64;
    println!("{what:<44} {rate:>10.0} {:>12} {:>12} {cpu:>12.1}", at(50), at(99));
}

/// Writes and syncs one record after the other.
fn plain(folder: &Path, time: Duration, made: bool) -> Measured {
    let path = folder.join("plain");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&path).unwrap();
    let size = 64 << 20;
    if made {
        file.write_all(&vec![0; size]).unwrap();
        file.sync_all().unwrap();
    }
    let (begun, cpu) = (Instant::now(), cpu());
    let mut waits = Vec::new();
    while begun.elapsed() < time {
        let wait = Instant::now();
        let at = (waits.len() * PLAIN) % size;
        write(&file, at as u64);
        waits.push(wait.elapsed());
    }
    std::fs::remove_file(path).unwrap();
    Measured { records: waits.len(), time: begun.elapsed(), cpu: self::cpu() - cpu, waits }
}

fn write(file: &File, at: u64) {
    file.write_all_at(&[7; PLAIN], at).unwrap();
    file.sync_data().unwrap();
}

/// Sessions that each keep so many records outstanding, with everything that belongs to a journal: sealing, chains, publishing.
fn journal(folder: &Path, time: Duration, threads: usize, outstanding: usize) -> Measured {
    let data = folder.join(format!("data-{threads}"));
    std::fs::create_dir(&data).unwrap();
    let clock = Arc::new(statements::now);
    let journal = Arc::new(FileJournal::open(&Places::of(&data), Options::new(clock)).unwrap());
    let (begun, cpu) = (Instant::now(), cpu());
    let sessions: Vec<_> = (0..threads)
        .map(|number| {
            let journal = Arc::clone(&journal);
            std::thread::spawn(move || {
                statements::session(&*journal, number as u128, outstanding, |_| begun.elapsed() < time)
            })
        })
        .collect();
    let waits: Vec<Duration> = sessions.into_iter().flat_map(|session| session.join().unwrap()).collect();
    let measured = Measured { records: waits.len(), time: begun.elapsed(), cpu: self::cpu() - cpu, waits };
    drop(journal);
    measured
}

/// CPU that this process has used: the kernel counts it in hundredths of a second.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}
