//! Tests of what a start finds: torn tails, damage, and sessions that a crash left open.

use std::fs;
use std::path::{Path, PathBuf};

use model::{Event, Record};
use ports::{Journal, Mark};

use crate::tests::{end, of_session, open, options, outcome, record, session, start, wait};
use crate::{FileJournal, OpenError, Options, Recovery, read, segment};

/// Writes records and gives the bytes of the only segment, and where each frame ends.
fn written(folder: &Path, records: impl IntoIterator<Item = Record>) -> (PathBuf, Vec<u8>, Vec<usize>) {
    let journal = open(folder);
    let mut ends = Vec::new();
    let path = segment::list(folder).unwrap().remove(0).path;
    for record in records {
        let mark = journal.append(record).unwrap();
        wait(journal.reached(mark)).unwrap();
        ends.push(fs::metadata(&path).unwrap().len() as usize);
    }
    drop(journal);
    (path.clone(), fs::read(&path).unwrap(), ends)
}

fn kinds(folder: &Path) -> Vec<String> {
    let json = read(folder).unwrap().map(|entry| serde_json::from_str(&entry.unwrap().json).unwrap());
    json.map(|json: serde_json::Value| json["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_off_and_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, ends) = written(folder.path(), (1..=3).map(record));
    for length in 0..=bytes.len() {
        fs::write(&path, &bytes[..length]).unwrap();
        let whole = ends.iter().filter(|end| **end <= length).count() as u64;
        let torn = (length - ends.iter().rfind(|end| **end <= length).unwrap_or(&0)) as u64;
        assert_eq!(read(folder.path()).unwrap().map(Result::unwrap).count() as u64, whole, "cut at {length}");
        let journal = open(folder.path());
        assert_eq!(journal.recovery(), Recovery { sessions: 0, torn_bytes: torn }, "cut at {length}");
        let told = u64::from(torn > 0);
        assert_eq!(journal.append(record(9)), Ok(Mark(whole + told + 1)));
        drop(journal);
        let found: Vec<_> = read(folder.path()).unwrap().map(|entry| entry.unwrap().sequence).collect();
        assert_eq!(found, (1..=whole + told + 1).collect::<Vec<_>>(), "cut at {length}");
        let aside = path.with_extension(format!("torn-{}", length as u64 - torn));
        if torn > 0 {
            assert_eq!(fs::read(&aside).unwrap(), &bytes[length - torn as usize..length]);
            fs::remove_file(aside).unwrap();
        }
    }
}

#[test]
fn a_tail_of_zeros_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut bytes, _) = written(folder.path(), (1..=3).map(record));
    bytes.resize(bytes.len() + 4096, 0);
    fs::write(&path, &bytes).unwrap();
    assert_eq!(open(folder.path()).recovery().torn_bytes, 4096);
}

#[test]
fn a_flipped_bit_with_records_behind_it_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, ends) = written(folder.path(), (1..=3).map(record));
    for place in 0..ends[1] {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1 << (place % 8);
        fs::write(&path, &damaged).unwrap();
        let Err(OpenError::Damaged(why)) = FileJournal::open(folder.path(), options()) else {
            panic!("a flip at {place} went unnoticed");
        };
        assert!(why.to_string().contains("is damaged at byte"), "{why}");
        assert_eq!(fs::read(&path).unwrap(), damaged, "a damaged journal was touched");
        assert!(read(folder.path()).unwrap().any(|entry| entry.is_err()), "the reader ignored a flip at {place}");
    }
}

#[test]
fn records_taken_out_doubled_or_swapped_refuse_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes, ends) = written(folder.path(), (1..=3).map(record));
    let frame = |number: usize| &bytes[if number == 0 { 0 } else { ends[number - 1] }..ends[number]];
    for order in [&[0, 2][..], &[1, 2], &[0, 0, 1], &[0, 2, 1], &[0, 1, 2, 2], &[0, 1, 0]] {
        fs::write(&path, order.iter().map(|number| frame(*number)).collect::<Vec<_>>().concat()).unwrap();
        assert!(matches!(FileJournal::open(folder.path(), options()), Err(OpenError::Damaged(_))), "{order:?}");
    }
}

#[test]
fn a_missing_or_shortened_segment_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let small = Options { segment_bytes: 1, ..options() };
    let journal = FileJournal::open(folder.path(), small).unwrap();
    for number in 1..=4 {
        wait(journal.reached(journal.append(record(number)).unwrap())).unwrap();
    }
    drop(journal);
    let segments = segment::list(folder.path()).unwrap();
    assert_eq!(segments.len(), 4);
    let refused = || matches!(FileJournal::open(folder.path(), options()), Err(OpenError::Damaged(_)));
    for segment in &segments[..3] {
        let bytes = fs::read(&segment.path).unwrap();
        fs::write(&segment.path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(refused(), "{segment:?} shortened");
        fs::write(&segment.path, b"").unwrap();
        assert!(refused(), "{segment:?} emptied");
        fs::remove_file(&segment.path).unwrap();
        assert!(refused(), "{segment:?} missing");
        fs::write(&segment.path, &bytes).unwrap();
    }
    assert!(!refused());
}

#[test]
fn a_crash_right_after_a_new_segment_was_made_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _, ends) = written(folder.path(), (1..=3).map(record));
    assert_eq!(ends.len(), 3);
    segment::create(folder.path(), 4).unwrap();
    assert_eq!(open(folder.path()).append(record(4)), Ok(Mark(4)));
    assert_eq!(read(folder.path()).unwrap().map(Result::unwrap).count(), 4);
}

#[test]
fn sessions_that_a_crash_left_open_are_ended() {
    let folder = tempfile::tempdir().unwrap();
    let command = || {
        let action = model::ActionText {
            verb: model::Verb::Read,
            name: "SELECT",
            certainty: model::Certainty::Full,
            phase: model::Phase::Run,
            text: "select".into(),
            parameters: Vec::new(),
        };
        let (stream, command) = (model::StreamId(0), model::CommandId(1));
        Event::Command { stream, command, action, policies: Vec::new(), policy_version: String::new(), approved: false }
    };
    let records = [
        of_session(1, 1, start()),
        of_session(2, 1, start()),
        of_session(1, 2, end()),
        of_session(2, 2, command()),
        of_session(3, 1, start()),
        of_session(2, 3, outcome()),
    ];
    written(folder.path(), records);
    let journal = open(folder.path());
    assert_eq!(journal.recovery(), Recovery { sessions: 2, torn_bytes: 0 });
    assert_eq!(journal.durable(), Mark(9));
    drop(journal);
    let added: Vec<_> = read(folder.path()).unwrap().skip(6).map(|entry| entry.unwrap().json).collect();
    let ended = |id, position, commands| {
        let event = Event::SessionEnd { cause: "crash".into(), commands, records: position };
        let record = Record { time_us: 77, session: Some(session(id)), position: Some(position), event };
        serde_json::to_string(&record).unwrap()
    };
    let told = r#"{"time_us":77,"type":"gateway.recovered","sessions":2}"#.to_owned();
    assert_eq!(added, [ended(2, 4, 1), ended(3, 2, 0), told]);
    assert_eq!(open(folder.path()).recovery(), Recovery::default(), "closed once");
    assert_eq!(kinds(folder.path()).len(), 9);
}
