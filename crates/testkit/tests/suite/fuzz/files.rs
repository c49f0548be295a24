//! Bodies about what lies on disks: segments of the journal, and the configuration.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use evidence::{FileJournal, Options};
use model::{Event, Record};
use ports::Journal as _;

use super::choices::Choices;
use super::mutate::damage;

type Files = Vec<(String, Vec<u8>)>;

fn options() -> Options {
    Options { segment_bytes: 600, reserve_bytes: 4096, ..Options::new(Arc::new(|| 7)) }
}

/// A journal of several segments, made once.
fn written() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let journal = FileJournal::open(folder.path(), options()).unwrap();
        for number in 0..24 {
            let event = Event::GatewayFailclosed { reason: format!("number {number}") };
            let mark = journal.append(Record { time_us: number, session: None, position: None, event }).unwrap();
            // Segments change between batches alone, so each record is one.
            while journal.durable() < mark {
                std::thread::yield_now();
            }
        }
        drop(journal);
        let mut files: Files = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "journal"))
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        assert!(files.len() > 2, "there are several segments");
        files
    })
}

/// How a record must stand in a segment (`evidence::frame` says it; this says it again).
fn framed(sequence: u64, json: &str) -> Vec<u8> {
    let length = u32::try_from(json.len()).unwrap().to_le_bytes();
    let mut sum = crc32fast::Hasher::new();
    [json.as_bytes(), &length, &sequence.to_le_bytes()].into_iter().for_each(|part| sum.update(part));
    [&length[..], &sum.finalize().to_le_bytes(), &sequence.to_le_bytes(), json.as_bytes()].concat()
}

/// Whatever lies there, a reader yields only records that stand there with their checksum, in their order.
fn read_back(folder: &Path) -> (u64, bool) {
    let bytes: Vec<Vec<u8>> =
        fs::read_dir(folder).unwrap().filter_map(|entry| fs::read(entry.unwrap().path()).ok()).collect();
    let mut last = None;
    let Ok(records) = evidence::read(folder) else { return (0, false) };
    for entry in records {
        let Ok(entry) = entry else { return (last.unwrap_or(0), false) };
        let frame = framed(entry.sequence, &entry.json);
        let stands = bytes.iter().any(|file| file.windows(frame.len()).any(|window| window == frame));
        assert!(stands, "record {} does not stand so in the journal", entry.sequence);
        assert!(last.is_none_or(|last| entry.sequence == last + 1), "a record is missing or comes twice");
        last = Some(entry.sequence);
        assert!(entry.sequence < 1_000, "there is no end to it");
    }
    (last.unwrap_or(0), true)
}

/// Damaged segments.
pub(super) fn journal(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let mut files = written().clone();
    for _ in 0..choices.below(6) {
        let at = choices.below(files.len());
        match choices.below(5) {
            0 => damage(&mut files[at].1, &mut choices),
            1 => {
                let keep = choices.below(files[at].1.len() + 1);
                files[at].1.truncate(keep);
            }
            2 => files[at].0 = format!("{:020}.journal", choices.below(40)),
            3 => {
                let start = choices.below(files[at].1.len() + 1).min(files[at].1.len());
                let other = choices.below(files.len());
                let part = files[at].1[start..].to_vec();
                files[other].1.extend(part);
            }
            _ => {
                files.remove(at);
                if files.is_empty() {
                    break;
                }
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let (last, clean) = read_back(folder.path());
    // Opening it for writing costs several fdatasync.
    if choices.once_in(16)
        && let Ok(journal) = FileJournal::open(folder.path(), options())
    {
        drop(journal);
        let (after, whole) = read_back(folder.path());
        assert!(clean && whole && after >= last, "a gateway writes on in a journal that cannot be read");
    }
}

/// A damaged configuration is refused or understood, never a panic; and what was understood once is understood again.
pub(super) fn configuration(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let mut text = config::EXAMPLE.as_bytes().to_vec();
    let uncomment = choices.byte();
    if uncomment > 0 {
        let lines = config::EXAMPLE.lines().zip(0_u8..);
        let opened = |(line, at): (&str, u8)| match line.strip_prefix('#') {
            Some(rest) if at % 8 < uncomment % 9 && rest.contains('=') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        };
        text = lines.map(opened).collect::<String>().into_bytes();
    }
    const WORDS: [&str; 10] = [
        "-1",
        "\"\"",
        "18446744073709551616",
        "\"99999999999999d\"",
        "[]",
        "{}",
        "true",
        "\"0.0.0.0/99\"",
        "nan",
        "\"\\u0000\"",
    ];
    for _ in 0..choices.below(6) {
        if choices.once_in(2) {
            let equals: Vec<usize> =
                text.iter().zip(0..).filter(|(byte, _)| **byte == b'=').map(|(_, at)| at).collect();
            if let Some(at) = equals.get(choices.below(equals.len().max(1))) {
                let end = text[*at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |length| at + length);
                let word = WORDS[choices.below(WORDS.len())];
                text.splice(at + 1..end, word.bytes());
            }
        } else {
            damage(&mut text, &mut choices);
        }
    }
    let text = String::from_utf8_lossy(&text);
    let parsed = config::parse(&text, Path::new("/etc/signet/signet.toml"), &["postgres"]);
    let again = config::parse(&text, Path::new("/etc/signet/signet.toml"), &["postgres"]);
    match (parsed, again) {
        (Ok(_), Ok(_)) => {}
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        _ => panic!("the same text is taken once and refused once"),
    }
}
