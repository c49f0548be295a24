//! Tests of how the chain of a run begins: with the record of the start, whatever else has come by then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use verify::{Folder, Report, Verdict};

use super::*;
use crate::sequencer::Clocked;

/// What a verifier says of all that is published.
fn verified(house: &House) -> Report {
    let key = crate::verifier_key(&house.places).unwrap();
    let options = verify::Options { key: Some(key), pin: None, max_age_us: None, now_us: 0, keys: None };
    verify::run(&Folder::new(&house.places.log).unwrap(), &options, &mut ())
}

fn holds(house: &House) {
    let report = verified(house);
    assert_eq!(report.verdict, Verdict::Ok, "{report:#?}");
}

/// A house in which a crash left a session open, and a clock that tests set.
fn crashed() -> (House, Arc<AtomicU64>, Options) {
    let house = House::new();
    let journal = house.open();
    append(&journal, started());
    append(&journal, of_session(1, start()));
    let left = killed(&house);
    drop(journal);
    let wall = Arc::new(AtomicU64::new(1_000_000_000));
    let read = Arc::clone(&wall);
    let options = Options { clock: Arc::new(move || read.load(Ordering::Relaxed)), ..options() };
    (left, wall, options)
}

#[test]
fn a_clock_that_is_set_before_the_record_of_the_start_stands_behind_it() {
    for new in [false, true] {
        let (crashed, wall, options) = crashed();
        let house = if new { House::new() } else { crashed };
        let journal = FileJournal::open(&house.places, options).unwrap();
        wall.fetch_add(7_000_000, Ordering::Relaxed);
        append(&journal, started());
        let kinds = house.kinds();
        let at = kinds.iter().rposition(|kind| kind == "gateway.started").unwrap();
        assert_eq!(kinds[at + 1], "clock.step");
        assert_eq!(house.records()[at + 1]["body"]["by_us"], 7_000_000);
        append(&journal, of_session(9, start()));
        append(&journal, of_session(9, Event::SessionEnd { cause: "client".into(), commands: 0, records: 2 }));
        append(&journal, stopped());
        drop(journal);
        holds(&house);
    }
}

#[test]
fn a_start_that_takes_long_has_no_heads_yet() {
    let (house, _, options) = crashed();
    let journal = FileJournal::open(&house.places, options).unwrap();
    let heads = || journal.queue.heads(Clocked { source: "unknown", ..Clocked::default() });
    let before = house.records().len();
    heads().unwrap();
    append(&journal, started());
    let mark = heads().unwrap();
    wait(journal.reached(mark)).unwrap();
    assert_eq!(house.kinds()[before..], ["gateway.started", "gateway.recovered", "heads"]);
    append(&journal, stopped());
    drop(journal);
    holds(&house);
}

#[test]
fn a_journal_that_fails_before_the_record_of_the_start_says_nothing() {
    let (house, _, options) = crashed();
    let journal = FileJournal::open(&house.places, options.clone()).unwrap();
    journal.fail("no more");
    drop(journal);
    let journal = FileJournal::open(&house.places, options).unwrap();
    append(&journal, started());
    journal.fail("no more");
    drop(journal);
    drop(house.open());
    assert_eq!(of_type(&house.records(), "gateway.failclosed").len(), 1);
    holds(&house);
}
