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
}

/// A probe, which leaves on a connection of its own and must not overtake what was queued before it.
struct Aside {
    mark: Mark,
    /// How many items were queued before it.
    behind: u64,
    probe: Probe,
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
    /// Items ever queued.
    queued: u64,
    asides: VecDeque<Aside>,
    /// The peer takes nothing: probes wait for no bytes any more.
    hurried: bool,
}

impl Queue {
    /// Closes a gate: what is queued from now on leaves when the journal's durable mark has reached `mark`.
    pub(crate) fn gate(&mut self, mark: Mark) {
        self.gate = self.gate.max(mark);
    }

    /// How many items were ever queued.
    pub(crate) fn queued(&self) -> u64 {
        self.queued
    }

    /// Closes a gate in front of all but the first `before` items that were ever queued, as far as they have not been let out.
    pub(crate) fn gate_from(&mut self, before: u64, mark: Mark) {
        self.gate(mark);
        let behind = usize::try_from(self.queued.saturating_sub(before)).unwrap_or(usize::MAX);
        self.waiting.iter_mut().rev().take(behind).for_each(|(gate, _)| *gate = mark.max(*gate));
    }

    /// Queues an item. After the end nothing is queued any more.
    pub(crate) fn push(&mut self, item: Item) {
        if self.ended {
            return;
        }
        match &item {
            Item::Leave(Departure::Data(_, bytes)) if bytes.is_empty() => return,
            Item::Leave(Departure::Data(_, bytes)) => self.length += bytes.len(),
            Item::Leave(Departure::End) => self.ended = true,
            _ => {}
        }
        self.queued += 1;
        self.waiting.push_back((self.gate, item));
    }

    /// Lets out what the durable mark has reached; whether TLS begins now, because all bytes before it have left the process.
    pub(crate) fn release(&mut self, durable: Mark, flushed: bool) -> bool {
        while let Some((mark, item)) = self.waiting.pop_front() {
            match item {
                Item::Leave(departure) if mark <= durable => self.ready.push_back(departure),
                Item::Secure if mark <= durable && flushed && self.ready.is_empty() => return true,
                held => {
                    self.waiting.push_front((mark, held));
                    return false;
                }
            }
        }
        false
    }

    // --- probes ---

    /// Queues a probe behind what is queued now; nothing that is queued later holds it up.
    pub(crate) fn aside(&mut self, probe: Probe) {
        self.asides.push_back(Aside { mark: self.gate, behind: self.queued, probe });
    }

    /// A probe whose time has come: its record is durable, and what was queued before it has left the process.
    pub(crate) fn due_aside(&mut self, durable: Mark, flushed: bool) -> Option<Probe> {
        let first = self.asides.front()?;
        let clear = self.hurried || (flushed && self.aside_is_next());
        if first.mark > durable || !clear {
            return None;
        }
        let probe = self.asides.pop_front().map(|aside| aside.probe);
        self.hurried &= !self.asides.is_empty();
        probe
    }

    /// Whether nothing is queued any more in front of the first probe.
    pub(crate) fn aside_is_next(&self) -> bool {
        let queued = u64::try_from(self.waiting.len() + self.ready.len()).unwrap_or(u64::MAX);
        self.asides.front().is_some_and(|aside| self.queued.saturating_sub(queued) >= aside.behind)
    }

    /// How many probes wait.
    pub(crate) fn asides(&self) -> usize {
        self.asides.len()
    }

    /// The probes that wait do so no longer for bytes before them.
    pub(crate) fn hurry(&mut self) {
        self.hurried = !self.asides.is_empty();
    }

    /// Forgets the probes that wait.
    pub(crate) fn forget_asides(&mut self) {
        self.asides.clear();
    }

    /// The mark that the first probe needs.
    pub(crate) fn aside_needs(&self) -> Option<Mark> {
        self.asides.front().map(|aside| aside.mark)
    }

    // --- what is there ---

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

    /// Forgets everything that waits, except probes: they have connections of their own.
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
