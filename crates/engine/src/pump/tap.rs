//! What a client is shown for one command, taken down where it enters the client's queue: its beginning or all of it, and the
//! digest of all of it in any case.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::{Bytes, BytesMut};
use model::{Recording, Shown};

/// A result that is recorded whole is written down in parts of this size, so that none is held in memory.
const PART: usize = 256 * 1024;

/// The taking down of one answer.
pub(crate) struct Tap {
    record: Recording,
    kept: BytesMut,
    digest: Context,
    total: u64,
    parts: u64,
    in_parts: u64,
}

impl Tap {
    pub(crate) fn new(record: Recording) -> Self {
        Self { record, kept: BytesMut::new(), digest: Context::new(&SHA256), total: 0, parts: 0, in_parts: 0 }
    }

    /// Bytes went on their way to the client.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.total = self.total.saturating_add(count(bytes.len()));
        let room = match self.record {
            Recording::UpTo(most) => usize::try_from(most).unwrap_or(usize::MAX).saturating_sub(self.kept.len()),
            Recording::Whole => bytes.len(),
        };
        self.kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// A part that is to be written down now, with its number.
    pub(crate) fn part(&mut self) -> Option<(u64, Bytes)> {
        if self.record != Recording::Whole || self.kept.len() < PART {
            return None;
        }
        let part = self.kept.split_to(PART).freeze();
        self.parts += 1;
        self.in_parts = self.in_parts.saturating_add(count(PART));
        Some((self.parts, part))
    }

    /// What is written down with the outcome.
    pub(crate) fn finish(self) -> Shown {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.digest.finish().as_ref());
        Shown { kept: self.kept.freeze(), total: self.total, digest, in_parts: self.in_parts }
    }
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha256(bytes: &[u8]) -> Vec<u8> {
        aws_lc_rs::digest::digest(&SHA256, bytes).as_ref().to_vec()
    }

    #[test]
    fn a_beginning_is_kept_and_all_of_it_is_identified() {
        let mut tap = Tap::new(Recording::UpTo(5));
        for piece in ["abc", "", "def", "ghi"] {
            tap.take(piece.as_bytes());
            assert_eq!(tap.part(), None);
        }
        let shown = tap.finish();
        assert_eq!((&shown.kept[..], shown.total, shown.in_parts), (&b"abcde"[..], 9, 0));
        assert_eq!(shown.digest.to_vec(), sha256(b"abcdefghi"));
        assert!(shown.is_cut());
    }

    #[test]
    fn nothing_is_kept_with_a_cap_of_nothing() {
        let mut tap = Tap::new(Recording::UpTo(0));
        tap.take(b"abc");
        let shown = tap.finish();
        assert!(shown.kept.is_empty() && shown.is_cut());
        assert_eq!(shown.digest.to_vec(), sha256(b"abc"));
    }

    #[test]
    fn the_whole_comes_in_parts_and_a_rest() {
        let whole: Vec<u8> = (0..PART * 5 / 2).map(|at| at as u8).collect();
        let mut tap = Tap::new(Recording::Whole);
        let mut parts = Vec::new();
        for piece in whole.chunks(100_000) {
            tap.take(piece);
            while let Some((number, part)) = tap.part() {
                parts.push(part);
                assert_eq!(number, parts.len() as u64);
            }
        }
        let shown = tap.finish();
        assert!(!shown.is_cut());
        assert_eq!(shown.in_parts, 2 * PART as u64);
        parts.push(shown.kept);
        assert_eq!(parts.concat(), whole);
        assert_eq!(shown.digest.to_vec(), sha256(&whole));
    }
}
