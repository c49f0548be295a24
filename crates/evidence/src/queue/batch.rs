//! Records that go to storage together, and where a new segment begins.

use std::collections::VecDeque;

use crate::record::Draft;
use crate::sequencer::{Made, Sequencer, State};
use crate::wal::{Current, HEADER, Head, Parts, room};

use super::SPARE;

/// Frames that go to storage together.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The head of the segment that begins with it, when one does.
    pub(crate) head: Option<Vec<u8>>,
    pub(crate) bytes: Vec<u8>,
    /// The sequence of its first record.
    pub(crate) first: u64,
    /// The sequence behind its last record.
    pub(crate) next: u64,
    /// What was known of the log and the run before it.
    pub(crate) before: State,
}

impl From<&Current> for Left {
    fn from(current: &Current) -> Self {
        Self { room: usize::try_from(current.room).unwrap_or(usize::MAX), fresh: current.fresh }
    }
}

/// The batches that wait for the writer; the last one grows.
#[derive(Debug)]
pub(super) struct Batches {
    pending: VecDeque<Batch>,
    spare: Vec<u8>,
    /// Bytes of those that wait, and of the one that the writer has.
    bytes: usize,
    taken: usize,
    segment_bytes: usize,
    left: Left,
}

/// What is left in a segment when all that waits is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Left {
    pub(crate) room: usize,
    /// No record is in it yet.
    pub(crate) fresh: bool,
}

impl Batches {
    /// For segments of so many bytes, the first of which is as `left` says.
    pub(super) fn new(segment_bytes: usize, left: Left) -> Self {
        let (pending, spare) = (VecDeque::new(), Vec::new());
        Self { pending, spare, bytes: 0, taken: 0, segment_bytes, left }
    }

    /// Sees to it that a record of at most `bound` bytes has room; a new segment begins with what the sequencer knows.
    pub(super) fn prepare(&mut self, bound: usize, sequencer: &Sequencer) -> Option<()> {
        let turn = room(bound) > self.left.room && !self.left.fresh;
        let mut head = None;
        if turn {
            let state = serde_json::to_vec(sequencer.state()).ok()?;
            let bytes = Head { first: sequencer.state().size(), state }.bytes()?;
            let room = self.segment_bytes.saturating_sub(bytes.len()).saturating_sub(HEADER);
            // A state may be as large as a segment, and is not to be written for each record.
            let room = room.max(self.segment_bytes / 2);
            self.left = Left { room, fresh: true };
            head = Some(bytes);
        }
        if turn || self.pending.is_empty() {
            let bytes = std::mem::take(&mut self.spare);
            let before = sequencer.outline();
            let first = before.size();
            self.pending.push_back(Batch { head, bytes, first, next: first, before });
        }
        Some(())
    }

    /// Writes the frame of a record into the last batch.
    pub(super) fn put(&mut self, made: &Made, draft: &Draft) {
        let Some(batch) = self.pending.back_mut() else { return };
        let before = batch.bytes.len();
        let Made { sequence, hash, leaf } = made;
        let (sequence, hash, key, payloads) = (*sequence, *hash, &draft.key, &draft.payloads);
        let put = Parts { sequence, batch: batch.first, hash, leaf, key, payloads }.put(&mut batch.bytes);
        debug_assert!(put, "a record is longer than its bound");
        batch.next = sequence.saturating_add(1);
        let grown = batch.bytes.len().saturating_sub(before);
        self.bytes = self.bytes.saturating_add(grown);
        self.left = Left { room: self.left.room.saturating_sub(grown), fresh: false };
    }

    /// The batch that is to be written next.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let batch = self.pending.pop_front()?;
        self.taken = batch.bytes.len();
        Some(batch)
    }

    /// The batch that was taken is written; its buffer is used again.
    pub(super) fn give_back(&mut self, mut buffer: Vec<u8>) {
        self.bytes = self.bytes.saturating_sub(std::mem::take(&mut self.taken));
        if buffer.capacity() <= SPARE {
            buffer.clear();
            self.spare = buffer;
        }
    }

    /// Bytes that are not durable yet.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Drops all that waits. Returns what was known before it.
    pub(super) fn clear(&mut self) -> Option<State> {
        let first = self.pending.pop_front();
        self.pending.clear();
        first.map(|batch| batch.before)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::record::{Body, Entry};
    use crate::sequencer::Change;

    fn draft(session: u128, change: Change) -> Draft {
        let entry = Entry { kind: "session.start", body: Body::Ready(b"{}".to_vec()), change };
        Draft::plain(Some(Uuid::from_u128(session)), 1, entry)
    }

    #[test]
    fn a_state_as_large_as_a_segment_is_not_written_for_each_record() {
        let mut sequencer = Sequencer::new(State::new("log"), Uuid::from_u128(1), None);
        for session in 2..5002 {
            let change = Change::Session { actor: "a".into(), resource: "r".into() };
            sequencer.make(&draft(session, change), 0);
        }
        let mut batches = Batches::new(1 << 19, Left::default());
        for _ in 0..1000 {
            let draft = draft(2, Change::Nothing);
            batches.prepare(draft.bound(), &sequencer).unwrap();
            let made = sequencer.make(&draft, 0);
            batches.put(&made, &draft);
        }
        let begun: Vec<Batch> = std::iter::from_fn(|| batches.take()).collect();
        assert!(begun[0].head.as_ref().unwrap().len() > 1 << 19);
        assert!(begun.len() < 5, "{}", begun.len());
    }
}
