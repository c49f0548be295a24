//! What a peer has said and the stream has yet to take, and how it is cut.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Bytes, BytesMut};
use wire::Lane;

use crate::peer::Said;
use crate::random::Random;

/// How the bytes of a peer are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cuts {
    /// As much as is there.
    Whole,
    /// One byte at a time.
    Bytes,
    /// At places that follow from a seed.
    Seeded(u64),
}

impl Cuts {
    /// The seed of everything that is left to chance.
    pub fn seed(self) -> u64 {
        match self {
            Self::Whole | Self::Bytes => 1,
            Self::Seeded(seed) => seed,
        }
    }
}

/// What one peer has said.
pub(super) struct Inbox {
    waiting: VecDeque<Said>,
    buffers: BTreeMap<Lane, Buffer>,
    cuts: Cuts,
    random: Random,
    ended: bool,
}

#[derive(Default)]
struct Buffer {
    bytes: BytesMut,
    /// The stream could do nothing with what is there, so it is called again only when there is more.
    stuck: bool,
}

impl Inbox {
    pub(super) fn new(cuts: Cuts, salt: u64) -> Self {
        Self {
            waiting: VecDeque::new(),
            buffers: BTreeMap::new(),
            cuts,
            random: Random::new(cuts.seed().wrapping_add(salt)),
            ended: false,
        }
    }

    pub(super) fn said(&mut self, said: Vec<Said>) {
        for said in said {
            // Behind its end a side says nothing; a cancel comes on another connection.
            if self.ended && said != Said::Cancel {
                continue;
            }
            self.ended |= said == Said::End;
            self.waiting.push_back(said);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.buffers.values().all(|buffer| buffer.bytes.is_empty())
    }

    /// A buffer that holds what the stream wants.
    pub(super) fn ready(&mut self, wants: usize) -> Option<(Lane, BytesMut)> {
        let enough = |buffer: &Buffer| wants > 0 && buffer.bytes.len() >= wants && !buffer.stuck;
        let (lane, buffer) = self.buffers.iter_mut().find(|(_, buffer)| enough(buffer))?;
        Some((*lane, std::mem::take(&mut buffer.bytes)))
    }

    /// What the stream left.
    pub(super) fn give_back(&mut self, lane: Lane, bytes: BytesMut, moved: bool) {
        self.buffers.insert(lane, Buffer { bytes, stuck: !moved });
    }

    /// The next piece that arrives. While the stream does not read, nothing does, except a cancel; and the end, when a
    /// question is what stops it.
    pub(super) fn next(&mut self, reads: bool, asked: bool) -> Option<Said> {
        let out_of_band = self.waiting.iter().position(|said| *said == Said::Cancel);
        if let Some(at) = out_of_band {
            return self.waiting.remove(at);
        }
        if asked && self.waiting.back() == Some(&Said::End) {
            self.waiting.clear();
            return Some(Said::End);
        }
        match self.waiting.front()? {
            Said::Bytes(..) if !reads => None,
            Said::Bytes(..) => self.piece(),
            _ => self.waiting.pop_front(),
        }
    }

    fn piece(&mut self) -> Option<Said> {
        let Some(Said::Bytes(lane, first)) = self.waiting.pop_front() else { return None };
        let mut bytes = first;
        while let Some(Said::Bytes(same, more)) = self.waiting.front()
            && *same == lane
        {
            bytes = Bytes::from([&bytes[..], &more[..]].concat());
            self.waiting.pop_front();
        }
        let length = match self.cuts {
            Cuts::Whole => bytes.len(),
            Cuts::Bytes => 1,
            Cuts::Seeded(_) if self.random.once_in(4) => bytes.len(),
            Cuts::Seeded(_) => 1 + self.random.below(bytes.len().clamp(1, 40)),
        };
        let rest: Bytes = bytes.split_off(length.min(bytes.len()));
        if !rest.is_empty() {
            self.waiting.push_front(Said::Bytes(lane, rest));
        }
        Some(Said::Bytes(lane, bytes))
    }

    pub(super) fn arrived(&mut self, lane: Lane, bytes: &[u8]) {
        let buffer = self.buffers.entry(lane).or_default();
        buffer.bytes.extend_from_slice(bytes);
        buffer.stuck = false;
    }
}
