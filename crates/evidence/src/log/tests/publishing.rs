//! What is published, and what is refused.

use std::fs;

use tlog::checkpoint::Checkpoint;
use tlog::merkle::{Frontier, leaf_hash};
use tlog::note::Note;
use tlog::{bundle, tile};
use uuid::Uuid;

use super::place::{Memory, ORIGIN, Place};
use crate::log::files::Disk;
use crate::log::files::faulty::{Fault, Faulty};
use crate::log::trouble::{Refusal, Trouble};

fn checkpoint(place: &Place) -> Checkpoint {
    Note::parse(&fs::read(place.path("log/checkpoint")).unwrap()).unwrap().text.parse().unwrap()
}

#[test]
fn what_is_published_is_what_the_journal_has() {
    let (place, memory) = (Place::new(), Memory::default());
    let mut publisher = place.publisher(&memory, Disk).unwrap();
    for size in [1, 2, 255, 256, 257, 511, 513, 1025] {
        memory.reach(size);
        publisher.round().unwrap();
        let checkpoint = checkpoint(&place);
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), (ORIGIN, size));
        let mut tree = Frontier::new();
        let mut next = 0;
        for index in 0..size.div_ceil(256) {
            let width = tile::width(0, index, size);
            let entries = fs::read(place.path("log").join(tile::entries_path(index, width))).unwrap();
            let hashes = fs::read(place.path("log").join(tile::path(0, index, width))).unwrap();
            let mut payloads = Vec::new();
            assert_eq!(bundle::entries(&entries).count(), usize::from(width));
            for (leaf, hash) in bundle::entries(&entries).zip(hashes.chunks(32)) {
                let frame = memory.frame(next);
                assert_eq!(leaf.unwrap(), frame.leaf);
                assert_eq!(hash, leaf_hash(&frame.leaf));
                tree.push(leaf_hash(&frame.leaf));
                payloads.extend(frame.payloads);
                next += 1;
            }
            let pack = fs::read(place.path("log").join(tile::payload_path(index))).unwrap_or_default();
            assert_eq!(pack, payloads, "pack {index} at {size}");
        }
        for tile in tile::tiles(size) {
            assert!(place.path("log").join(tile.path()).is_file(), "{tile:?} at {size}");
        }
        assert_eq!((next, tree.root()), (size, checkpoint.root));
    }
    let key = memory.frame(40).key.unwrap();
    assert_eq!(fs::read(place.path("keys/000000").join(Uuid::from_u128(40).to_string())).unwrap(), key);
}

#[test]
fn a_round_without_growth_signs_and_writes_nothing() {
    let (place, memory) = (Place::new(), Memory::default());
    let files = Faulty::new(u64::MAX, Fault::Stop);
    let mut publisher = place.publisher(&memory, files.clone()).unwrap();
    publisher.round().unwrap();
    assert!(files.shown().is_empty(), "an empty log is not signed");
    memory.reach(5);
    for _ in 0..3 {
        publisher.round().unwrap();
    }
    assert_eq!(files.shown().len(), 1);
}

#[test]
fn a_journal_that_lost_records_is_not_signed_again() {
    let (place, memory) = (Place::new(), Memory::default());
    memory.reach(300);
    place.publisher(&memory, Disk).unwrap().round().unwrap();
    let shown = fs::read(place.path("log/checkpoint")).unwrap();
    memory.reach(299);
    let trouble = place.publisher(&memory, Disk).unwrap().round().unwrap_err();
    assert!(matches!(trouble, Trouble::Refused(Refusal::Smaller { size: 299, signed: 300 })), "{trouble}");
    assert!(!trouble.passes());
    assert_eq!(fs::read(place.path("log/checkpoint")).unwrap(), shown);
}

#[test]
fn a_journal_with_another_history_is_not_signed() {
    for (signed, size) in [(300, 300), (300, 301), (256, 700), (5, 6)] {
        let (place, memory) = (Place::new(), Memory::default());
        memory.reach(signed);
        place.publisher(&memory, Disk).unwrap().round().unwrap();
        let other = Memory::other();
        other.reach(size);
        let trouble = place.publisher(&other, Disk).unwrap().round().unwrap_err();
        assert!(matches!(trouble, Trouble::Refused(Refusal::Other { .. } | Refusal::Inconsistent { .. })), "{trouble}");
        assert_eq!(checkpoint(&place).size, signed);
    }
}

/// What the journal has is written anew at each start; what it gave up is not.
#[test]
fn files_that_were_changed_are_noticed_before_anything_is_signed_over_them() {
    let flip = |bytes: &mut Vec<u8>| bytes[40] ^= 1;
    let shorten = |bytes: &mut Vec<u8>| bytes.truncate(1000);
    let leaves = tile::entries_path(1, 256);
    let tile = tile::path(0, 0, 256);
    for (path, change) in
        [(&leaves, &flip as &dyn Fn(&mut Vec<u8>)), (&leaves, &shorten), (&tile, &flip), (&tile, &shorten)]
    {
        let (place, memory) = (Place::new(), Memory::default());
        memory.reach(700);
        place.publisher(&memory, Disk).unwrap().round().unwrap();
        memory.held.lock().unwrap().0 = 400;
        let path = place.path("log").join(path);
        let mut bytes = fs::read(&path).unwrap();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        memory.reach(701);
        let trouble = place.publisher(&memory, Disk).and_then(|mut publisher| publisher.round()).unwrap_err();
        assert!(matches!(trouble, Trouble::Damaged(_) | Trouble::Refused(_)), "{trouble}");
        assert!(!trouble.passes());
        assert_eq!(checkpoint(&place).size, 700);
    }
}

#[test]
fn a_sync_that_fails_is_the_end_and_gives_nothing_up() {
    let (place, memory) = (Place::new(), Memory::default());
    let mut publisher = place.publisher(&memory, Faulty::new(u64::MAX, Fault::NoSync)).unwrap();
    memory.reach(300);
    publisher.round().unwrap();
    memory.reach(301);
    let trouble = publisher.round().unwrap_err();
    assert!(matches!(trouble, Trouble::Sync { .. }) && !trouble.passes(), "{trouble}");
    assert_eq!(memory.first(), 0);
}

#[test]
fn what_another_history_left_in_a_pack_is_cut_off() {
    let (place, memory) = (Place::new(), Memory::default());
    let path = |bundle| place.path("log").join(tile::payload_path(bundle));
    fs::create_dir_all(path(0).parent().unwrap()).unwrap();
    fs::write(path(0), vec![9; 1 << 20]).unwrap();
    memory.reach(300);
    place.publisher(&memory, Disk).unwrap().round().unwrap();
    let payloads: Vec<u8> = (0..256).flat_map(|sequence| memory.frame(sequence).payloads).collect();
    assert_eq!(fs::read(path(0)).unwrap(), payloads);
}

#[test]
fn a_partial_file_is_there_until_the_full_one_was_published_twice() {
    let (place, memory) = (Place::new(), Memory::default());
    let mut publisher = place.publisher(&memory, Disk).unwrap();
    let there = |width| place.path("log").join(tile::entries_path(0, width)).exists();
    for size in [3, 100, 255, 300] {
        memory.reach(size);
        publisher.round().unwrap();
    }
    assert!(there(3) && there(100) && there(255) && there(256));
    memory.reach(301);
    publisher.round().unwrap();
    assert!(there(256) && !place.path("log/tile/entries/000.p").exists() && !place.path("log/tile/0/000.p").exists());
    assert!(place.path("log").join(tile::path(1, 0, 1)).exists());
}
