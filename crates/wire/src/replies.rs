//! The reply queue: which answers are owed to the client, in order, so that answers of ours wait their turn.

use std::collections::VecDeque;

use bytes::Bytes;

/// Answers owed to the client. `T` is what the protocol must know of an answer that the target owes.
#[derive(Debug)]
pub struct Replies<T> {
    owed: VecDeque<Owed<T>>,
}

#[derive(Debug)]
enum Owed<T> {
    Target(T),
    Ours(Bytes),
}

impl<T> Default for Replies<T> {
    fn default() -> Self {
        Self { owed: VecDeque::new() }
    }
}

impl<T> Replies<T> {
    /// How many answers are owed, ours included.
    pub fn len(&self) -> usize {
        self.owed.len()
    }

    /// Whether nothing is owed.
    pub fn is_empty(&self) -> bool {
        self.owed.is_empty()
    }

    /// The target owes one more.
    pub fn target(&mut self, owed: T) {
        self.owed.push_back(Owed::Target(owed));
    }

    /// We owe one more, which waits behind all that is owed already.
    #[must_use = "release what has become due"]
    pub fn ours(&mut self, answer: Bytes) -> Vec<Bytes> {
        self.owed.push_back(Owed::Ours(answer));
        self.due()
    }

    /// Our answers at the head of the queue: their turn has come. Call after every `pop`.
    #[must_use = "what is due must be sent"]
    pub fn due(&mut self) -> Vec<Bytes> {
        let mut due = Vec::new();
        while let Some(Owed::Ours(_)) = self.owed.front() {
            if let Some(Owed::Ours(answer)) = self.owed.pop_front() {
                due.push(answer);
            }
        }
        due
    }

    /// The answer that the target owes next.
    pub fn next(&self) -> Option<&T> {
        self.owed.iter().find_map(|owed| match owed {
            Owed::Target(owed) => Some(owed),
            Owed::Ours(_) => None,
        })
    }

    /// The same, to be changed.
    pub fn next_mut(&mut self) -> Option<&mut T> {
        self.owed.iter_mut().find_map(|owed| match owed {
            Owed::Target(owed) => Some(owed),
            Owed::Ours(_) => None,
        })
    }

    /// The last answer that the target owes.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.owed.iter_mut().rev().find_map(|owed| match owed {
            Owed::Target(owed) => Some(owed),
            Owed::Ours(_) => None,
        })
    }

    /// Takes the answer that the target owes next off the queue. With `due` called after every change none of ours stands
    /// before it.
    pub fn pop(&mut self) -> Option<T> {
        let at = self.owed.iter().position(|owed| matches!(owed, Owed::Target(_)))?;
        match self.owed.remove(at)? {
            Owed::Target(owed) => Some(owed),
            Owed::Ours(_) => None,
        }
    }

    /// An answer that was popped is owed next after all.
    pub fn put_back(&mut self, owed: T) {
        self.owed.push_front(Owed::Target(owed));
    }

    /// The same of all of them, to be changed, oldest first.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.owed.iter_mut().filter_map(|owed| match owed {
            Owed::Target(owed) => Some(owed),
            Owed::Ours(_) => None,
        })
    }

    /// All answers that the target owes, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.owed.iter().filter_map(|owed| match owed {
            Owed::Target(owed) => Some(owed),
            Owed::Ours(_) => None,
        })
    }
}
