//! All that is owed, and how much of it may leave a transaction open. Whatever is asked of it costs the same however long it is.

use bytes::Bytes;
use wire::{Replies, Ticket};

use super::expected::Expected;
use super::running::Running;

/// The reply queue of a conversation.
#[derive(Debug, Default)]
pub(super) struct Owed {
    replies: Replies<Expected>,
    opening: usize,
    bounded: usize,
}

impl Owed {
    /// How many answers are owed, ours included.
    pub(super) fn len(&self) -> usize {
        self.replies.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.replies.is_empty()
    }

    /// Whether the target may have a transaction open behind one of its answers, of which no ReadyForQuery has told yet.
    pub(super) fn may_open(&self) -> bool {
        self.opening > 0
    }

    /// Whether a command has not ended whose result may be too large.
    pub(super) fn is_bounded(&self) -> bool {
        self.bounded > 0
    }

    fn count(&mut self, expected: &Expected) {
        self.opening = self.opening.saturating_add(usize::from(expected.may_open()));
        self.bounded = self.bounded.saturating_add(usize::from(expected.is_bounded()));
    }

    /// The target owes one more.
    pub(super) fn target(&mut self, expected: Expected) {
        self.count(&expected);
        self.replies.target(expected);
    }

    /// We owe one more; gives what has become due.
    pub(super) fn ours(&mut self, answer: Bytes) -> Vec<Bytes> {
        self.replies.ours(answer)
    }

    /// Our answers whose turn has come.
    pub(super) fn due(&mut self) -> Vec<Bytes> {
        self.replies.due()
    }

    /// What the target owes next.
    pub(super) fn next(&self) -> Option<&Expected> {
        self.replies.next()
    }

    pub(super) fn next_mut(&mut self) -> Option<&mut Expected> {
        self.replies.next_mut()
    }

    /// What the target owes next is owed no more.
    pub(super) fn pop(&mut self) -> Option<Expected> {
        let expected = self.replies.pop()?;
        self.opening = self.opening.saturating_sub(usize::from(expected.may_open()));
        self.bounded = self.bounded.saturating_sub(usize::from(expected.is_bounded()));
        Some(expected)
    }

    /// What was popped is owed next after all.
    pub(super) fn put_back(&mut self, expected: Expected) {
        self.count(&expected);
        self.replies.put_back(expected);
    }

    /// The command that the target's next answer is part of. A Bind and what is described with it are part of their Execute.
    pub(super) fn answering(&self) -> Option<Ticket> {
        self.running().map(|running| running.go.ticket())
    }

    /// The same, and what came of it so far.
    pub(super) fn running(&self) -> Option<&Running> {
        self.replies.iter().find(|expected| !expected.is_begun())?.running()
    }

    /// What the target answers up to its next ReadyForQuery.
    pub(super) fn group(&self) -> impl Iterator<Item = &Expected> {
        let mut ended = false;
        self.replies.iter().take_while(move |expected| !std::mem::replace(&mut ended, expected.ends_group()))
    }

    /// Whether what runs now is a command, and the last one before the next ReadyForQuery. When that has not been asked for
    /// yet, nobody knows.
    pub(super) fn is_last_of_group(&self) -> bool {
        let mut group = self.group();
        match group.next() {
            Some(Expected::Query(batch)) => batch.opaque || batch.commands.len() == 1,
            Some(Expected::Function(running)) => running.is_some(),
            Some(Expected::Execute { .. }) => group.next().is_some_and(|next| matches!(next, Expected::Sync { .. })),
            _ => false,
        }
    }

    /// The command of that question.
    pub(super) fn command_mut(&mut self, ticket: Ticket) -> Option<&mut Running> {
        self.replies.iter_mut().find_map(|expected| expected.command_mut(ticket))
    }

    /// What the target owes, the last first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &Expected> {
        self.replies.iter().rev()
    }
}
