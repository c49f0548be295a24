//! Whatever call fails, and whenever the power goes: what was acknowledged is there, and nothing is acknowledged after.

use std::io;

use super::faults::Faulty;
use super::*;

const SEGMENT: u64 = 4096;

/// Appends batches of records until the journal fails; returns how many records were acknowledged, and whether it failed.
fn work(journal: &FileJournal, from: u64) -> (u64, bool) {
    let mut next = from;
    let mut durable = mark(journal);
    for batch in 1..=12 {
        let mut last = None;
        for _ in 0..batch % 5 + 1 {
            last = journal.append(record(next)).ok().or(last);
            next += 1;
        }
        let Some(last) = last else { return (durable, true) };
        if wait(journal.reached(last)).is_err() {
            assert!(journal.failed());
            assert!(mark(journal) < last.0, "a mark that was not reached");
            assert!(journal.append(record(0)).is_err(), "a record was taken after the failure");
            return (mark(journal), true);
        }
        durable = last.0;
    }
    (durable, false)
}

/// All that was acknowledged is there, in its order, and a journal goes on behind it.
fn check(folder: &Path, acknowledged: u64, from: u64, told: &str) -> u64 {
    let (size, _) = found(folder).unwrap_or_else(|why| panic!("{told}: {why}"));
    assert!(size >= acknowledged, "{told}: {size} of {acknowledged} acknowledged records");
    let there = numbers(folder);
    assert_eq!(there.len() as u64, size, "{told}");
    assert_eq!(there, (from..from + size).collect::<Vec<_>>(), "{told}");
    size
}

#[test]
fn no_call_that_fails_loses_an_acknowledged_record() {
    for kind in [io::ErrorKind::Other, io::ErrorKind::StorageFull] {
        for calls in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let faulty = Faulty::after(calls, Some(kind));
            let journal = open(faulty, folder.path(), SEGMENT).unwrap();
            let (acknowledged, failed) = work(&journal, 0);
            drop(journal);
            let told = format!("{kind} at call {calls}");
            let (size, _) = found(folder.path()).unwrap_or_else(|why| panic!("{told}: {why}"));
            assert!(size >= acknowledged, "{told}: {size} of {acknowledged}");
            let journal = open(System, folder.path(), SEGMENT).unwrap();
            one_by_one(&journal, 100..102);
            drop(journal);
            assert_eq!(found(folder.path()).unwrap(), (size + 2, 0), "{told}");
            if !failed {
                assert!(calls > 20, "nothing failed");
                break;
            }
        }
    }
}

#[test]
fn no_loss_of_power_loses_an_acknowledged_record() {
    for seed in 1..=40 {
        let mut dice = Dice(seed << 20 | seed);
        let folder = tempfile::tempdir().unwrap();
        let mut size = 0;
        // The power goes again and again, so that one tail is written over what another left.
        for round in 0..4 {
            let faulty = Faulty::after(dice.below(30) as usize, None);
            let journal = open(faulty.clone(), folder.path(), SEGMENT).unwrap();
            let (acknowledged, _) = work(&journal, size);
            drop(journal);
            faulty.lose_power(&mut dice);
            size = check(folder.path(), acknowledged, 0, &format!("seed {seed}, round {round}"));
        }
    }
}
