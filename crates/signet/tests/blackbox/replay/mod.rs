//! Recorded traffic of PostgreSQL's regression suite and of drivers, replayed through fresh streams: cut anywhere it must come out the same,
//! and with the decide step taken out no command may reach the target.
//!
//! `SIGNET_SEED` repeats the cuts of a failure; the long proofs (`SIGNET_SOAK=1`) replay more, of the whole suite.

mod house;
mod record;

use std::sync::Arc;
use std::time::{Duration, Instant};

use testkit::driver::{Cuts, Decide, Decision, Event, Reason, Run, allow_all, denied, opening};
use testkit::plumbing::is_harmless;
use testkit::random::{Random, Seeded, seed};
use testkit::recording::{Recording, replay};
use wire::{Entropy, Opening, Side};

use crate::harness::{direct, soak};
use house::Everybody;

/// Recordings up to this size are replayed one byte at a time.
const SMALL: usize = 64 * 1024;

fn played(everybody: &Everybody, recording: &Recording, cuts: Cuts, decide: Decide) -> Run {
    let opening = Opening { entropy: Entropy::new(recording.entropy), ..opening() };
    replay(Arc::new(postgres::Postgres), opening, &recording.said, Box::new(everybody.clone()), decide, cuts)
}

/// What happened and must not depend on the cut: what each side is sent, what was asked, and how it ended.
fn is_as_recorded(run: &Run, recording: &Recording, about: &str) {
    assert_eq!(run.violation, None, "{about}");
    assert_eq!(run.acts().count(), recording.asked, "{about}: commands asked about");
    for (side, sent) in [Side::Client, Side::Target].into_iter().zip(&recording.sent) {
        let replayed = run.bytes(side, 0);
        let same = replayed.iter().zip(sent).take_while(|(one, other)| one == other).count();
        assert!(
            replayed == *sent,
            "{about}: what the {side:?} is sent differs at byte {same} of {} and {}: {:?} {:?}",
            replayed.len(),
            sent.len(),
            excerpt(&replayed, same),
            excerpt(sent, same),
        );
    }
}

fn excerpt(bytes: &[u8], at: usize) -> String {
    bytes[at.saturating_sub(40)..bytes.len().min(at + 80)].escape_ascii().to_string()
}

/// Commands went under leave that was asked for before, and no command went under the name of something harmless. (That
/// leave is genuine and plumbing stands in the manifest, the driver checks with every byte.)
fn went_with_leave(run: &Run, about: &str) {
    let mut asked = std::collections::BTreeSet::new();
    for event in &run.events {
        match event {
            Event::Act(ticket, _) => {
                asked.insert(*ticket);
            }
            Event::Sent(Side::Target, _, _, Reason::Command(ticket)) => {
                assert!(asked.contains(ticket), "{about}: sent before it was asked about");
            }
            Event::Sent(Side::Target, _, bytes, Reason::Plumbing(name)) => {
                assert!(is_harmless(name, bytes), "{about}: not a {name}: {}", bytes.escape_ascii());
            }
            _ => {}
        }
    }
}

fn commands(run: &Run, about: &str) -> usize {
    went_with_leave(run, about);
    let is = |event: &&Event| matches!(event, Event::Sent(Side::Target, _, _, Reason::Command(_)));
    run.events.iter().filter(is).count()
}

/// With nobody to decide, and with somebody who always says no, only plumbing goes: of nothing that was recorded does a
/// part slip through.
fn nothing_goes_without_leave(everybody: &Everybody, recording: &Recording, about: &str) -> usize {
    let silence: Decide = Box::new(|_| Decision::Silence);
    assert_eq!(
        commands(&played(everybody, recording, Cuts::Whole, silence), about),
        0,
        "{about}: a command went undecided"
    );
    let alone = Recording { said: recording.client_alone(), ..recording.clone() };
    let silence: Decide = Box::new(|_| Decision::Silence);
    assert_eq!(
        commands(&played(everybody, &alone, Cuts::Whole, silence), about),
        0,
        "{about}: a command went undecided"
    );
    let refused = played(everybody, &alone, Cuts::Whole, Box::new(|_| Decision::Deny(denied())));
    assert_eq!(commands(&refused, about), 0, "{about}: a refused command went");
    refused.acts().count()
}

#[test]
fn recorded_sessions_are_replayed() {
    if direct() {
        return;
    }
    let seeded = Seeded(seed());
    let begun = Instant::now();
    let recordings = record::sessions(seeded.0);
    let size: usize = recordings.iter().map(Recording::size).sum();
    let asked: usize = recordings.iter().map(|recording| recording.asked).sum();
    eprintln!("recorded {} sessions, {size} bytes, {asked} commands in {:?}", recordings.len(), begun.elapsed());
    assert!(recordings.len() > 50 && asked > 5_000, "the suite was not recorded");

    let everybody = Everybody::new();
    let (mut random, begun) = (Random::new(seeded.0), Instant::now());
    let (mut replays, mut bytes, mut refused, mut small) = (0, 0, 0, 0);
    let (rounds, within) = if soak() { (20, Duration::MAX) } else { (4, Duration::from_secs(8)) };
    for (number, recording) in recordings.iter().enumerate() {
        let about = |how: &str| format!("session {number}, {how}, SIGNET_SEED={}", seeded.0);
        let mut again = |cuts: Cuts| {
            let run = played(&everybody, recording, cuts, allow_all());
            is_as_recorded(&run, recording, &about(&format!("{cuts:?}")));
            went_with_leave(&run, &about(&format!("{cuts:?}")));
            (replays, bytes) = (replays + 1, bytes + recording.size());
        };
        again(Cuts::Whole);
        // Cuts take the time that is there; without them every session is replayed in any case.
        if recording.size() <= SMALL || soak() {
            again(Cuts::Bytes);
            small += 1;
        }
        for _ in 0..rounds {
            let cuts = Cuts::Seeded(random.number());
            if begun.elapsed() < within {
                again(cuts);
            }
        }
        refused += nothing_goes_without_leave(&everybody, recording, &about("without leave"));
    }
    eprintln!(
        "replayed {replays} times, {bytes} bytes, {small} sessions byte by byte, {refused} refusals, in {:?}; SIGNET_SEED={}",
        begun.elapsed(),
        seeded.0
    );
    assert!(refused > 1_000, "few commands were asked about when all were refused");
}
