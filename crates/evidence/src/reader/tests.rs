//! Tests of reading while a gateway writes.

use std::sync::mpsc::channel;
use std::time::Duration;

use ports::Journal;

use crate::tests::{open, options, record, wait};
use crate::{FileJournal, Options, follow, read};

#[test]
fn a_follower_yields_what_comes_across_segments() {
    let folder = tempfile::tempdir().unwrap();
    let small = Options { segment_bytes: 300, ..options() };
    let journal = FileJournal::open(folder.path(), small).unwrap();
    for number in 1..=20 {
        wait(journal.reached(journal.append(record(number)).unwrap())).unwrap();
    }
    let (found, told) = channel();
    let follower = follow(folder.path(), 15, Duration::from_millis(1)).unwrap();
    let thread = std::thread::spawn(move || {
        follower.take(85).for_each(|entry| found.send(entry.unwrap().sequence).unwrap());
    });
    for number in 21..=100 {
        wait(journal.reached(journal.append(record(number)).unwrap())).unwrap();
    }
    let found: Vec<_> = told.iter().take(85).collect();
    assert_eq!(found, (16..=100).collect::<Vec<_>>());
    thread.join().unwrap();
}

#[test]
fn an_iterator_at_its_end_looks_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut early = read(folder.path()).unwrap();
    assert!(early.next().is_none());
    let journal = open(folder.path());
    assert!(early.next().is_none());
    wait(journal.reached(journal.append(record(1)).unwrap())).unwrap();
    assert_eq!(early.next().unwrap().unwrap().sequence, 1);
    assert!(early.next().is_none());
}
