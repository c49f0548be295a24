//! The thread that publishes: how it begins, fails and ends.

use std::fs;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};

use super::place::{Memory, Place};
use crate::log::clock::ClockState;
use crate::log::files::Disk;
use crate::log::files::faulty::{Fault, Faulty};
use crate::log::thread::{Grip, Publishing, Run};

/// Why the journal was failed.
#[derive(Clone, Default)]
struct Failed(Arc<Mutex<Vec<String>>>);

impl Grip for Failed {
    fn heads(&self, _: ClockState) {}

    fn fail(&self, reason: String) {
        self.0.lock().unwrap().push(reason);
    }
}

#[test]
fn what_is_durable_is_published_at_the_beginning_and_at_the_end() {
    let (place, memory, failed) = (Place::new(), Memory::default(), Failed::default());
    memory.reach(3);
    let publishing = Publishing::start(place.publisher(&memory, Disk).unwrap(), failed.clone()).unwrap();
    assert_eq!(publishing.standing().published, 3);
    memory.reach(300);
    drop(publishing);
    let note = fs::read_to_string(place.path("log/checkpoint")).unwrap();
    assert_eq!(note.lines().nth(1), Some("300"));
    assert!(failed.0.lock().unwrap().is_empty());
}

#[test]
fn a_journal_that_does_not_continue_what_was_signed_is_not_begun() {
    let (place, memory, failed) = (Place::new(), Memory::default(), Failed::default());
    memory.reach(300);
    drop(Publishing::start(place.publisher(&memory, Disk).unwrap(), failed.clone()).unwrap());
    memory.reach(200);
    let trouble = Publishing::start(place.publisher(&memory, Disk).unwrap(), failed).err().unwrap();
    assert!(trouble.to_string().contains("the log has 200 records, and 300 were signed"), "{trouble}");
}

#[test]
fn a_full_disk_is_told_and_waited_for() {
    for full in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::Interrupted] {
        let (place, memory, failed) = (Place::new(), Memory::default(), Failed::default());
        let files = Faulty::new(u64::MAX, Fault::Error(full));
        let mut run = Run::begin(place.publisher(&memory, files.clone()).unwrap(), failed).unwrap();
        memory.reach(3);
        files.strike(1);
        run.round().unwrap();
        assert!(run.standing().trouble.is_some() && run.standing().published == 0, "{:?}", run.standing());
        run.round().unwrap();
        assert_eq!((run.standing().trouble, run.standing().published), (None, 3));
    }
}

#[test]
fn whatever_else_is_wrong_with_the_disk_does_not_pass() {
    for wrong in
        [ErrorKind::PermissionDenied, ErrorKind::NotADirectory, ErrorKind::ReadOnlyFilesystem, ErrorKind::Other]
    {
        let (place, memory, failed) = (Place::new(), Memory::default(), Failed::default());
        let files = Faulty::new(u64::MAX, Fault::Error(wrong));
        let mut run = Run::begin(place.publisher(&memory, files.clone()).unwrap(), failed).unwrap();
        memory.reach(3);
        files.strike(1);
        run.round().unwrap_err();
    }
}

#[test]
fn nothing_is_waited_for_at_the_start() {
    let (place, memory, failed) = (Place::new(), Memory::default(), Failed::default());
    memory.reach(3);
    let files = Faulty::new(u64::MAX, Fault::Error(ErrorKind::StorageFull));
    let publisher = place.publisher(&memory, files.clone()).unwrap();
    files.strike(1);
    assert!(Publishing::start(publisher, failed).is_err());
}

#[test]
fn a_journal_that_cannot_be_read_is_failed() {
    let (place, memory, failed) = (Place::new(), Memory::default(), Failed::default());
    let publishing = Publishing::start(place.publisher(&memory, Disk).unwrap(), failed.clone()).unwrap();
    memory.lose(2);
    memory.reach(3);
    drop(publishing);
    let reasons = failed.0.lock().unwrap().clone();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].contains("record 2"), "{reasons:?}");
}
