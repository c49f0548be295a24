//! A publication is cut between every two of its steps, or one step fails: what is published in the end is what would have
//! been published anyway, and no size is ever signed twice in two ways.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tlog::checkpoint::Checkpoint;
use tlog::note::Note;
use tlog::tile;

use super::place::{Memory, Place};
use crate::log::files::Disk;
use crate::log::files::faulty::{Fault, Faulty};
use crate::log::publisher::Publisher;

/// Durable records at each round.
const ROUNDS: [u64; 9] = [2, 256, 310, 320, 330, 520, 521, 522, 523];

/// The last rounds are not disturbed: what is no longer needed goes two publications later.
const UNDISTURBED: usize = 3;

/// Runs with a fault at a step, and on after it on a sound disk. The fault did not come when the run has fewer steps.
fn disturbed(step: u64, fault: Fault, power: bool) -> (bool, BTreeMap<PathBuf, Vec<u8>>) {
    let (place, memory) = (Place::new(), Memory::default());
    let mut notes = BTreeMap::new();
    let mut files = Faulty::new(step, fault);
    let mut publisher = place.publisher(&memory, files.clone()).ok();
    let mut struck = false;
    for (round, durable) in ROUNDS.into_iter().enumerate() {
        memory.reach(durable);
        let result = publisher.as_mut().map(Publisher::round);
        if round < ROUNDS.len() - UNDISTURBED {
            struck |= files.struck();
        } else if !struck {
            break;
        }
        let goes_on = match result {
            Some(Ok(())) => true,
            Some(Err(trouble)) => trouble.passes() && fault != Fault::Stop,
            None => false,
        };
        if !goes_on {
            drop(publisher.take());
            keep(&mut notes, &files);
            if power {
                files.lose_power();
            }
            files = Faulty::new(u64::MAX, Fault::Stop);
            let mut opened = place.publisher(&memory, files.clone()).unwrap();
            opened.round().unwrap();
            publisher = Some(opened);
        }
    }
    keep(&mut notes, &files);
    (struck, compared(&place))
}

/// The files of a place, but for partial files that only an earlier publication needs: which those are, a crash may change.
fn compared(place: &Place) -> BTreeMap<PathBuf, Vec<u8>> {
    let size = ROUNDS[ROUNDS.len() - 1];
    let needed: BTreeSet<_> = tile::tiles(size).map(|tile| Path::new("log").join(tile.path())).collect();
    let entries = Path::new("log").join(tile::entries_path(size / 256, tile::width(0, size / 256, size)));
    let edge: BTreeSet<_> = needed.iter().chain([&entries]).filter_map(|path| path.parent()).collect();
    let mut files = place.files();
    let partial =
        |path: &Path| path.parent().is_some_and(|folder| folder.extension().is_some() && edge.contains(folder));
    files.retain(|path, _| !partial(path) || needed.contains(path) || *path == entries);
    files
}

/// Notes everything that was shown; of each size there may be one.
fn keep(notes: &mut BTreeMap<u64, Vec<u8>>, files: &Faulty) {
    for note in files.shown() {
        let checkpoint: Checkpoint = Note::parse(&note).unwrap().text.parse().unwrap();
        let known = notes.entry(checkpoint.size).or_insert_with(|| note.clone());
        assert_eq!(*known, note, "two notes of one size");
    }
}

fn undisturbed() -> BTreeMap<PathBuf, Vec<u8>> {
    let (place, memory) = (Place::new(), Memory::default());
    let mut publisher = place.publisher(&memory, Disk).unwrap();
    for durable in ROUNDS {
        memory.reach(durable);
        publisher.round().unwrap();
    }
    assert_eq!(memory.first(), 500, "the journal gives up what is published");
    compared(&place)
}

fn every_step(fault: Fault, power: bool) {
    let expected = undisturbed();
    for step in 1.. {
        let (struck, found) = disturbed(step, fault, power);
        if !struck {
            assert!(step > 100, "{step} steps only");
            return;
        }
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&expected), "{fault:?} at step {step}");
        assert!(found == expected, "{fault:?} at step {step}: other bytes");
    }
}

#[test]
fn a_stop_at_any_step_changes_nothing_in_the_end() {
    every_step(Fault::Stop, false);
}

#[test]
fn a_loss_of_power_at_any_step_changes_nothing_in_the_end() {
    every_step(Fault::Stop, true);
}

#[test]
fn a_full_disk_at_any_step_changes_nothing_in_the_end() {
    every_step(Fault::Error(ErrorKind::StorageFull), false);
}
