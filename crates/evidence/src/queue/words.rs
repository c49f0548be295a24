//! How a journal fails, and what it still says then.

use std::sync::atomic::Ordering;

use super::Queue;
use crate::record::{Draft, gateway_failclosed};
use crate::sequencer::State;
use crate::wal::Parts;

/// Why the journal takes nothing any more.
pub(super) struct Failure {
    why: String,
    /// What was known before the first record that was not handed to the writer, until the last words are said.
    before: Option<State>,
}

impl Queue {
    /// It failed: nothing is taken any more, and nobody waits for what will not come.
    pub(crate) fn fail(&self, why: String) {
        self.failed.store(true, Ordering::Release);
        let mut growing = self.growing();
        if growing.failure.is_none() {
            let unwritten = growing.batches.clear();
            let before = unwritten.unwrap_or_else(|| growing.sequencer.outline());
            growing.failure = Some(Failure { why, before: Some(before) });
        }
        self.filled.notify_one();
        drop(growing);
        self.end();
    }

    /// Why it failed, and what was known before the first record that was not handed to the writer: once.
    pub(crate) fn unsaid(&self) -> Option<(State, String)> {
        let mut growing = self.growing();
        let failure = growing.failure.as_mut()?;
        Some((failure.before.take()?, failure.why.clone()))
    }

    /// The frame of the last words behind a state: nothing that comes after it is written. None when the chain of the run has
    /// not begun there, for they cannot be its first record.
    pub(crate) fn last_words(&self, before: State, reason: &str) -> Option<Vec<u8>> {
        let mut sequencer = self.growing().sequencer.resume(before);
        if !sequencer.begun() {
            return None;
        }
        let now = self.clocks.now();
        let draft = Draft::plain(None, now.wall, gateway_failclosed(reason));
        let made = sequencer.make(&draft, now.mono);
        let (sequence, hash) = (made.sequence, made.hash);
        let mut frame = Vec::new();
        Parts { sequence, batch: sequence, hash, leaf: &made.leaf, key: &[], payloads: &[] }.put(&mut frame);
        Some(frame)
    }

    /// Why it failed; `None` while it has not.
    pub(crate) fn failure(&self) -> Option<String> {
        self.growing().failure.as_ref().map(|failure| failure.why.clone())
    }
}
