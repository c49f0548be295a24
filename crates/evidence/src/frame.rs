//! How a record stands in a segment: length u32, CRC-32 u32, sequence u64 (little-endian), then the record as JSON.
//!
//! The CRC covers the JSON, the length and the sequence, in that order: what is costly to sum up is known to the caller
//! before the sequence is, and need not be summed up under the lock. JSON escapes control characters, so no text that a
//! client chose can pass for a header, whose length always holds one.

use crc32fast::Hasher;
use model::Record;

/// Bytes before the JSON.
pub(crate) const HEADER: usize = 16;

/// No record is longer. Bounds what a reader allocates for a length that it cannot trust yet.
pub(crate) const LONGEST: usize = 256 << 20;

/// A record that has no place in the order yet.
pub(crate) struct Draft {
    json: Vec<u8>,
    length: u32,
    sum: Hasher,
}

impl Draft {
    /// Serialises a record; `None` when it cannot be a frame.
    pub(crate) fn of(record: &Record) -> Option<Self> {
        let json = serde_json::to_vec(record).ok()?;
        if json.len() > LONGEST {
            return None;
        }
        let length = u32::try_from(json.len()).ok()?;
        let mut sum = Hasher::new();
        sum.update(&json);
        sum.update(&length.to_le_bytes());
        Some(Self { json, length, sum })
    }

    /// Writes the frame behind what is in `batch`.
    pub(crate) fn put(mut self, sequence: u64, batch: &mut Vec<u8>) {
        self.sum.update(&sequence.to_le_bytes());
        batch.extend_from_slice(&self.length.to_le_bytes());
        batch.extend_from_slice(&self.sum.finalize().to_le_bytes());
        batch.extend_from_slice(&sequence.to_le_bytes());
        batch.extend_from_slice(&self.json);
    }
}

/// What stands before the JSON.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    pub(crate) length: usize,
    sum: u32,
    pub(crate) sequence: u64,
}

impl Header {
    /// Reads a header; `None` when `bytes` are too few or no header of ours.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (sum, rest) = rest.split_first_chunk::<4>()?;
        let (sequence, _) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let sane = length > 0 && length <= LONGEST;
        sane.then(|| Self { length, sum: u32::from_le_bytes(*sum), sequence: u64::from_le_bytes(*sequence) })
    }

    /// Whether `json` is what the header was written for.
    pub(crate) fn fits(&self, json: &[u8]) -> bool {
        let Ok(length) = u32::try_from(json.len()) else { return false };
        let mut sum = Hasher::new();
        sum.update(json);
        sum.update(&length.to_le_bytes());
        sum.update(&self.sequence.to_le_bytes());
        json.len() == self.length && sum.finalize() == self.sum
    }
}

/// Whether a whole frame with a sequence above `after` begins anywhere in `bytes`.
pub(crate) fn any_above(after: u64, bytes: &[u8]) -> bool {
    // So many records at most can stand there; it keeps chance matches from costing a checksum each.
    let most = after.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    (0..bytes.len()).any(|start| {
        let candidate = bytes.get(start..).unwrap_or_default();
        let Some(header) = Header::parse(candidate) else { return false };
        let json = candidate.get(HEADER..HEADER.saturating_add(header.length));
        header.sequence > after && header.sequence <= most && json.is_some_and(|json| header.fits(json))
    })
}
