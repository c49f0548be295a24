//! Bodies about what lies on disks: segments of the journal, and the configuration.

use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use evidence::{FileJournal, Options, Places};
use model::{Event, Record};
use ports::Journal as _;

use super::choices::Choices;
use super::mutate::damage;

type Files = Vec<(String, Vec<u8>)>;

fn options() -> Options {
    let steady: evidence::Clock = Arc::new(|| 7);
    Options { segment_bytes: 4096, reserve_bytes: 4096, steady, ..Options::new(Arc::new(|| 7)) }
}

/// The segments of a journal, and the keys that go with it, made once.
fn written() -> &'static (Files, Files) {
    static FILES: OnceLock<(Files, Files)> = OnceLock::new();
    FILES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let journal = FileJournal::open(&Places::of(folder.path()), options()).unwrap();
        for number in 0..24 {
            let event = Event::GatewayRecovered { sessions: number };
            let mark = journal.append(Record { time_us: number, session: None, position: None, event }).unwrap();
            // One record in each batch.
            while journal.durable() < mark {
                std::thread::yield_now();
            }
        }
        drop(journal);
        let segments = files(folder.path(), "journal", |name| name.ends_with(".journal"));
        assert!(segments.len() > 2, "there are several segments");
        let mut keys = files(folder.path(), "keys", |name| name == "master");
        keys.extend(files(folder.path(), "signer", |name| name == "key"));
        (segments, keys)
    })
}

/// What is in a folder of a data directory, by the names that it has there.
fn files(data: &Path, folder: &str, wanted: fn(&str) -> bool) -> Files {
    let entries = fs::read_dir(data.join(folder)).unwrap().map(Result::unwrap);
    let mut files: Files = entries
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .filter(|(name, _)| wanted(name))
        .map(|(name, path)| (format!("{folder}/{name}"), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Whether a record stands in a segment with its hash before it (`evidence::wal` says where; this says it again).
fn stands(file: &[u8], leaf: &[u8]) -> bool {
    let length = u32::try_from(leaf.len()).unwrap().to_le_bytes();
    let before = [&tlog::merkle::leaf_hash(leaf)[..], &length].concat();
    file.windows(before.len() + 4 + leaf.len()).any(|window| window.starts_with(&before) && window.ends_with(leaf))
}

/// Whatever lies there, a reader yields only records that stand there with their hash, in their order.
fn read_back(data: &Path) -> (u64, bool) {
    let segments = files(data, "journal", |_| true);
    let mut next = None;
    let Ok(records) = evidence::read(&Places::of(data)) else { return (0, false) };
    for entry in records {
        let Ok(entry) = entry else { return (next.unwrap_or(0), false) };
        let found = segments.iter().any(|(_, file)| stands(file, &entry.leaf));
        assert!(found, "record {} does not stand so in the journal", entry.sequence);
        assert!(next.is_none_or(|next| entry.sequence == next), "a record is missing or comes twice");
        next = Some(entry.sequence + 1);
        assert!(entry.sequence < 1_000, "there is no end to it");
    }
    (next.unwrap_or(0), true)
}

/// Damaged segments.
pub(super) fn journal(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let (segments, keys) = written();
    let mut segments = segments.clone();
    for _ in 0..choices.below(6) {
        let at = choices.below(segments.len());
        match choices.below(5) {
            0 => damage(&mut segments[at].1, &mut choices),
            1 => {
                let keep = choices.below(segments[at].1.len() + 1);
                segments[at].1.truncate(keep);
            }
            2 => segments[at].0 = format!("journal/{:020}.journal", choices.below(40)),
            3 => {
                let start = choices.below(segments[at].1.len() + 1).min(segments[at].1.len());
                let other = choices.below(segments.len());
                let part = segments[at].1[start..].to_vec();
                segments[other].1.extend(part);
            }
            _ => {
                segments.remove(at);
                if segments.is_empty() {
                    break;
                }
            }
        }
    }
    let data = tempfile::tempdir().unwrap();
    for folder in ["journal", "keys", "signer"] {
        fs::create_dir(data.path().join(folder)).unwrap();
    }
    for (name, bytes) in segments.iter().chain(keys) {
        fs::write(data.path().join(name), bytes).unwrap();
    }
    let (next, clean) = read_back(data.path());
    // Opening it for writing costs several fdatasync.
    if choices.once_in(16)
        && let Ok(journal) = FileJournal::open(&Places::of(data.path()), options())
    {
        drop(journal);
        let (after, whole) = read_back(data.path());
        assert!(clean && whole && after >= next, "a gateway writes on in a journal that cannot be read");
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
