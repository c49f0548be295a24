//! Checks of `[journal]`.

use crate::Journal;
use crate::problem::Problems;

/// Results are kept in memory up to the cap while they run.
const MOST_RESULT_BYTES: u64 = 16 * 1024 * 1024;

pub(super) fn check(journal: &Journal, problems: &mut Problems) {
    for (key, value, least) in
        [("segment_bytes", journal.segment_bytes, 1_048_576), ("reserve_bytes", journal.reserve_bytes, 65_536)]
    {
        if value < least {
            problems.add(
                format!("journal.{key}"),
                format!("{value} is too small"),
                format!("Write at least {least}, or leave it out."),
            );
        }
    }
    if journal.result_bytes > MOST_RESULT_BYTES {
        problems.add(
            "journal.result_bytes",
            format!("{} is too much to hold in memory for each command", journal.result_bytes),
            format!("Write at most {MOST_RESULT_BYTES}, or record whole results: record = \"full\" in [[resource]]."),
        );
    }
    if let Some(origin) = &journal.origin {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '/');
        if origin.is_empty() || origin.len() > 128 || !origin.chars().all(good) {
            problems.add(
                "journal.origin",
                format!("{origin:?} cannot be the name of a log"),
                "Write up to 128 of a-z 0-9 . - _ /, such as signet.example.com/node1.",
            );
        }
    }
}
