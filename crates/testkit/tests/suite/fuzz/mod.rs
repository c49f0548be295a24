//! The seeded fuzz runner. Bodies are plain functions of bytes: a case is a seed and a number, and whatever happens in it
//! follows from those. The clock is looked at only to stop.
//!
//! `SIGNET_FUZZ_SECONDS` sets the time of all bodies together (60). `SIGNET_SEED=s SIGNET_CASE=n` repeats one case; when it
//! fails, it is made smaller and told step by step.
#![allow(clippy::print_stderr, reason = "a run says how much was tried, and a failure how to have it again")]

mod bench;
mod cases;
mod choices;
mod doors;
mod files;
mod mutate;
mod scripts;
mod streams;
mod watch;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use testkit::random::{Random, seed};

/// The time of all bodies together, in seconds.
const SECONDS: u64 = 60;

/// Prints how to have a failure again.
struct Case {
    name: &'static str,
    seed: u64,
    number: u64,
}

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "to have this again: SIGNET_SEED={} SIGNET_CASE={} and test {}",
                self.seed, self.number, self.name
            );
        }
    }
}

/// The bytes of a case: of any length up to `longest`, some dense, some nearly all 0, which is the plain choice.
fn bytes_of(seed: u64, number: u64, longest: usize) -> Vec<u8> {
    let mut random = Random::new(Random::new(seed).number() ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (length, dense) = (random.below(longest), random.below(8));
    let byte = |random: &mut Random| if random.below(8) <= dense { random.number().to_le_bytes()[0] } else { 0 };
    (0..length).map(|_| byte(&mut random)).collect()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Runs a body for its share of the time, in hundredths.
fn runs(name: &'static str, share: u64, longest: usize, body: fn(&[u8])) {
    let seed = seed();
    let only = setting("SIGNET_CASE");
    let time = Duration::from_millis(setting("SIGNET_FUZZ_SECONDS").unwrap_or(SECONDS) * share * 10);
    let begun = Instant::now();
    let mut number = only.unwrap_or(0);
    loop {
        let case = Case { name, seed, number };
        let bytes = bytes_of(seed, number, longest);
        body(&if only.is_some() { smaller(bytes, body) } else { bytes });
        drop(case);
        number += 1;
        if only.is_some() || begun.elapsed() >= time {
            break;
        }
    }
    eprintln!("{name}: {number} cases in {:?}, SIGNET_SEED={seed}", begun.elapsed());
}

/// The smallest bytes with which a case still fails: without its end, and with choices made plain.
fn smaller(mut bytes: Vec<u8>, body: fn(&[u8])) -> Vec<u8> {
    let fails = |bytes: &[u8]| std::panic::catch_unwind(|| body(bytes)).is_err();
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let failed = fails(&bytes);
    while failed && bytes.pop().is_some_and(|last| fails(&bytes) || (bytes.push(last), false).1) {}
    for at in 0..if failed { bytes.len() } else { 0 } {
        let was = std::mem::take(&mut bytes[at]);
        if !fails(&bytes) {
            bytes[at] = was;
        }
    }
    std::panic::set_hook(quiet);
    eprintln!("{bytes:?}");
    TELLS.store(true, Ordering::Relaxed);
    bytes
}

/// Whether cases tell what happens in them.
static TELLS: AtomicBool = AtomicBool::new(false);

/// Tells what happens, when that is wanted.
fn tell(what: impl FnOnce() -> String) {
    if TELLS.load(Ordering::Relaxed) {
        eprintln!("  {}", what());
    }
}

#[test]
fn postgres_conversations() {
    runs("postgres_conversations", 33, 400, streams::relay);
}

#[test]
fn postgres_cuts() {
    runs("postgres_cuts", 12, 300, streams::cuts);
}

#[test]
fn postgres_sign_in() {
    runs("postgres_sign_in", 18, 300, streams::sign_in);
}

#[test]
fn toy_conversations() {
    runs("toy_conversations", 7, 300, streams::toy_stream);
}

#[test]
fn proxy_headers() {
    runs("proxy_headers", 10, 100, doors::proxy);
}

#[test]
fn journal_segments() {
    runs("journal_segments", 10, 100, files::journal);
}

#[test]
fn configurations() {
    runs("configurations", 10, 100, files::configuration);
}
