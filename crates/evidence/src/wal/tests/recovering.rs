//! Tests of what a start finds: torn tails, what an earlier use left, and damage.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::error::ReadError;
use crate::wal::frame::Header;
use crate::wal::segment;

const SEGMENT: u64 = 1 << 16;

/// Writes records one by one; gives the only segment, its bytes, and where each frame begins and the last one ends.
fn written(folder: &Path, count: u64) -> (PathBuf, Vec<u8>, Vec<usize>) {
    let journal = open(System, folder, SEGMENT).unwrap();
    one_by_one(&journal, 0..count);
    drop(journal);
    let path = list(folder).unwrap().remove(0).path;
    let bytes = fs::read(&path).unwrap();
    let begins = |at: &usize| Header::parse(&bytes[*at..]).is_some_and(|header| header.sequence < count);
    let mut places: Vec<usize> = (0..bytes.len() - HEADER).step_by(HEADER).filter(begins).collect();
    assert_eq!(places.len() as u64, count);
    let last = places[places.len() - 1];
    places.push(last + crate::wal::room(Header::parse(&bytes[last..]).unwrap().length));
    (path, bytes, places)
}

fn damaged(folder: &Path) -> bool {
    matches!(found(folder), Err(OpenError::Damaged(_)))
}

#[test]
fn a_clean_end_is_no_torn_one_whatever_stands_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, places) = written(folder.path(), 5);
    assert_eq!(found(folder.path()).unwrap(), (5, 0));
    // Another use of the file, with older records at the same places and between them.
    let behind = places[5] + HEADER;
    let mut stale = bytes.clone();
    stale[behind..behind + places[4] - places[0]].copy_from_slice(&bytes[places[0]..places[4]]);
    fs::write(&path, &stale).unwrap();
    assert_eq!(found(folder.path()).unwrap(), (5, 0));
    assert_eq!(fs::read(&path).unwrap(), stale);
}

#[test]
fn a_tail_torn_at_any_byte_is_kept_aside_and_wiped() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, places) = written(folder.path(), 3);
    for at in places[2]..places[3] {
        let mut torn = bytes.clone();
        torn[at..].fill(0);
        fs::write(&path, &torn).unwrap();
        let (size, torn_bytes) = found(folder.path()).unwrap();
        let intact = torn == bytes;
        assert_eq!(size, 2 + u64::from(intact), "cut at {at}");
        assert_eq!(torn_bytes > 0, !intact && at > places[2], "cut at {at}");
        let aside = path.with_extension(format!("torn-{}", places[2]));
        if torn_bytes > 0 {
            let kept = fs::read(&aside).unwrap();
            assert_eq!(kept, &torn[places[2]..places[2] + kept.len()]);
            assert!(kept.len() >= at - places[2]);
            fs::remove_file(aside).unwrap();
            assert!(fs::read(&path).unwrap()[places[2]..].iter().all(|byte| *byte == 0));
        }
        assert_eq!(found(folder.path()).unwrap(), (size, 0), "cut at {at}");
    }
}

#[test]
fn after_a_torn_tail_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut bytes, places) = written(folder.path(), 3);
    bytes[places[2] + 200] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let journal = open(System, folder.path(), SEGMENT).unwrap();
    assert_eq!(mark(&journal), 2);
    one_by_one(&journal, 10..13);
    drop(journal);
    assert_eq!(numbers(folder.path()), [0, 1, 10, 11, 12]);
    assert_eq!(found(folder.path()).unwrap(), (5, 0));
}

#[test]
fn a_flipped_bit_with_a_later_batch_behind_it_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, places) = written(folder.path(), 3);
    let length = Header::parse(&bytes[places[0]..]).unwrap().length;
    for place in (0..HEADER + length).step_by(3) {
        let mut flipped = bytes.clone();
        flipped[places[0] + place] ^= 1 << (place % 8);
        fs::write(&path, &flipped).unwrap();
        let Err(OpenError::Damaged(why)) = found(folder.path()) else { panic!("a flip at {place} went unnoticed") };
        assert!(why.to_string().contains("is damaged at byte"), "{why}");
        assert_eq!(fs::read(&path).unwrap(), flipped, "a damaged journal was touched");
        let mut follower = Follower::new(folder.path(), 0);
        assert!(matches!(follower.look(), Err(ReadError::Damaged { .. })), "a reader ignored a flip at {place}");
    }
}

#[test]
fn a_flipped_bit_in_a_head_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, places) = written(folder.path(), 2);
    for place in 0..places[0] {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        fs::write(&path, &flipped).unwrap();
        // Zeros behind the state are nothing.
        assert!(damaged(folder.path()) || bytes[place] == 0 && place > HEADER, "a flip at {place} went unnoticed");
    }
}

#[test]
fn records_taken_out_or_swapped_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, places) = written(folder.path(), 4);
    for order in [&[0, 2, 3][..], &[1, 2, 3], &[0, 3], &[0, 2, 1, 3], &[1, 0, 2, 3], &[0, 0, 1, 2, 3]] {
        let mut other = bytes[..places[0]].to_vec();
        for frame in order {
            other.extend_from_slice(&bytes[places[*frame]..places[frame + 1]]);
        }
        other.resize(bytes.len(), 0);
        fs::write(&path, &other).unwrap();
        assert!(damaged(folder.path()), "{order:?}");
    }
}

#[test]
fn a_record_of_another_log_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, places) = written(folder.path(), 3);
    let other = tempfile::tempdir().unwrap();
    let (_, others, other_places) = written(other.path(), 3);
    // The run has another number, so the chain does not go on.
    let mut mixed = bytes.clone();
    mixed[places[1]..places[2]].copy_from_slice(&others[other_places[1]..other_places[2]]);
    fs::write(&path, &mixed).unwrap();
    assert!(damaged(folder.path()));
}

#[test]
fn a_missing_or_shortened_segment_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(System, folder.path(), 2000).unwrap();
    one_by_one(&journal, 0..16);
    drop(journal);
    let segments = list(folder.path()).unwrap();
    assert!(segments.len() > 3);
    for segment in &segments[1..segments.len() - 1] {
        let bytes = fs::read(&segment.path).unwrap();
        let head = crate::wal::room(crate::wal::Head::length(&bytes).unwrap());
        for keep in [0, 10, head, head + 100] {
            fs::write(&segment.path, &bytes[..keep]).unwrap();
            assert!(damaged(folder.path()), "{segment:?} cut at {keep}");
            let mut follower = Follower::new(folder.path(), 0);
            assert!(std::iter::from_fn(|| follower.look().transpose()).any(|frame| frame.is_err()));
        }
        fs::remove_file(&segment.path).unwrap();
        assert!(damaged(folder.path()), "{segment:?} missing");
        fs::write(&segment.path, &bytes).unwrap();
    }
    assert_eq!(found(folder.path()).unwrap(), (16, 0));
}

#[test]
fn a_crash_as_a_segment_began_is_no_damage() {
    for head in [vec![], vec![0; SEGMENT as usize], vec![7; SEGMENT as usize]] {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), 3);
        fs::write(segment::path(folder.path(), 3), &head).unwrap();
        assert_eq!(found(folder.path()).unwrap(), (3, 0));
        let journal = open(System, folder.path(), SEGMENT).unwrap();
        one_by_one(&journal, 3..5);
        assert_eq!(numbers(folder.path()), [0, 1, 2, 3, 4]);
        drop(journal);
        // Its number says that records before it were durable.
        fs::write(segment::path(folder.path(), 9), &head).unwrap();
        assert!(damaged(folder.path()));
    }
}

#[test]
fn records_in_a_segment_without_a_head_are_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, places) = written(folder.path(), 4);
    // The last batch went to a new segment, whose head a loss of power took.
    let last = &bytes[places[3]..places[4]];
    let mut before = bytes.clone();
    before[places[3]..].fill(0);
    fs::write(&path, &before).unwrap();
    let mut unbegun = vec![0; SEGMENT as usize];
    unbegun[128..128 + last.len()].copy_from_slice(last);
    let begun = segment::path(folder.path(), 3);
    fs::write(&begun, &unbegun).unwrap();
    let torn = 128 + last.len();
    assert_eq!(found(folder.path()).unwrap(), (3, torn as u64));
    assert_eq!(fs::read(begun.with_extension("torn-0")).unwrap(), unbegun[..torn]);
    assert!(!begun.exists());
    assert_eq!(found(folder.path()).unwrap(), (3, 0));
}

#[test]
fn a_segment_that_was_given_back_is_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(System, folder.path(), 4096).unwrap();
    one_by_one(&journal, 0..40);
    let segments = list(folder.path()).unwrap();
    assert!(segments.len() > 3);
    drop(journal);
    let spares = Spares::open(folder.path(), 4096).unwrap();
    // What was made without a spare has the size of what is in it.
    let grown = fs::OpenOptions::new().write(true).open(&segments[1].path).unwrap();
    grown.set_len(4096).unwrap();
    fs::remove_file(&segments[0].path).unwrap();
    spares.give(&segments[1].path).unwrap();
    drop(spares);
    let journal = open(System, folder.path(), 4096).unwrap();
    one_by_one(&journal, 40..60);
    drop(journal);
    assert_eq!(numbers(folder.path()), (segments[2].first..60).collect::<Vec<_>>());
    assert_eq!(found(folder.path()).unwrap(), (60, 0));
}
