//! One side's output queue, with the gates that hold bytes back until the record they stand behind is durable.

use std::collections::VecDeque;

use ports::Mark;
use wire::Probe;

use crate::leg::Departure;

/// Something that leaves in its turn.
pub(crate) enum Item {
    /// Bytes, a head, or the end.
    Leave(Departure),
    /// TLS begins here.
    Secure,
    /// A probe on a connection of its own begins here.
    Aside(Probe),
}

/// What stands at the head of the queue and is not bytes.
pub(crate) enum Due {
    /// Begin TLS.
    Secure,
    /// Begin a probe.
    Aside(Probe),
}

/// Outputs in order. Each carries the mark of the newest gate that was closed before it.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: VecDeque<(Mark, Item)>,
    /// What may leave now.
    pub(crate) ready: VecDeque<Departure>,
    gate: Mark,
    length: usize,
    ended: bool,
}

impl Queue {
    /// Closes a gate: what is queued from now on leaves when the journal's durable mark has reached `mark`.
    pub(crate) fn gate(&mut self, mark: Mark) {
        self.gate = self.gate.max(mark);
    }

    /// Queues an item. After the end nothing is queued any more, but for a probe, which has a connection of its own.
    pub(crate) fn push(&mut self, item: Item) {
        if self.ended && !matches!(item, Item::Aside(_)) {
            return;
        }
        match &item {
            Item::Leave(Departure::Data(_, bytes)) if bytes.is_empty() => return,
            Item::Leave(Departure::Data(_, bytes)) => self.length += bytes.len(),
            Item::Leave(Departure::End) => self.ended = true,
            _ => {}
        }
        self.waiting.push_back((self.gate, item));
    }

    /// Lets out what the durable mark has reached, and says what else has come to the head of the queue.
    /// TLS and probes begin when all bytes before them have left the process.
    pub(crate) fn release(&mut self, durable: Mark, flushed: bool) -> Option<Due> {
        while let Some((mark, item)) = self.waiting.pop_front() {
            if mark > durable {
                self.waiting.push_front((mark, item));
                return None;
            }
            match item {
                Item::Leave(departure) => self.ready.push_back(departure),
                Item::Secure if flushed && self.ready.is_empty() => return Some(Due::Secure),
                Item::Aside(probe) if flushed && self.ready.is_empty() => return Some(Due::Aside(probe)),
                held => {
                    self.waiting.push_front((mark, held));
                    return None;
                }
            }
        }
        None
    }

    /// The mark that the next waiting item needs.
    pub(crate) fn needs(&self) -> Option<Mark> {
        self.waiting.front().map(|(mark, _)| *mark)
    }

    /// Whether `release` would let out bytes at this mark.
    pub(crate) fn releasable(&self, durable: Mark) -> bool {
        self.waiting.front().is_some_and(|(mark, item)| *mark <= durable && matches!(item, Item::Leave(_)))
    }

    /// Notes that bytes have left.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.length = self.length.saturating_sub(bytes);
    }

    /// Bytes queued, gated ones included.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Whether everything has left.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.ready.is_empty()
    }

    /// Forgets everything that waits.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.ready.clear();
        self.length = 0;
    }

    /// What stands in the queue now stands behind no gate any more. For the goodbye of a session whose journal is gone: what
    /// stood behind a gate was dropped before.
    pub(crate) fn open_gates(&mut self) {
        self.waiting.iter_mut().for_each(|(mark, _)| *mark = Mark::default());
        self.gate = Mark::default();
    }

    /// The journal has failed: what stands behind a gate will never leave, and what is queued from now on (the goodbye)
    /// stands behind none.
    pub(crate) fn abandon_gated(&mut self, durable: Mark) {
        self.waiting.retain(|(mark, _)| *mark <= durable);
        let left: usize = self
            .ready
            .iter()
            .chain(self.waiting.iter().filter_map(|(_, item)| match item {
                Item::Leave(departure) => Some(departure),
                _ => None,
            }))
            .map(|departure| if let Departure::Data(_, bytes) = departure { bytes.len() } else { 0 })
            .sum();
        self.length = left;
        self.gate = Mark::default();
        self.ended = false;
    }
}
