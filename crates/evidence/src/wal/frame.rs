//! How one record stands in a segment: a header of 64 bytes, the leaf, the wrapped key of its chain when it is the chain's
//! first record, the ciphertexts, and zeros up to a multiple of 64.
//!
//! Header, little-endian: CRC-32 u32 of all that follows but the zeros, length u32 of leaf, key and ciphertexts, sequence
//! u64, first sequence of the batch u64, leaf hash, length of the leaf u32, length of the key u32.

use crc32fast::Hasher;

/// Bytes before the leaf; also what the place of every frame is a multiple of.
pub(crate) const HEADER: usize = 64;

/// No frame is longer. Bounds what a reader allocates for a length that it cannot trust yet.
pub(crate) const LONGEST: usize = 256 << 20;

/// What stands behind the last frame.
pub(crate) const END: [u8; HEADER] = [0; HEADER];

/// A record as it was made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Index of the record in the log.
    pub(crate) sequence: u64,
    /// Of the leaf.
    pub(crate) hash: [u8; 32],
    /// The record, as it stands in the log.
    pub(crate) leaf: Vec<u8>,
    /// The wrapped key of the chain that begins here: the text of its file.
    pub(crate) key: Option<Vec<u8>>,
    /// The ciphertexts, one behind the other; the leaf's references say where each begins.
    pub(crate) payloads: Vec<u8>,
}

/// What a frame is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// Index of the record in the log.
    pub(crate) sequence: u64,
    /// Of the first record of its batch.
    pub(crate) batch: u64,
    /// Of the leaf.
    pub(crate) hash: [u8; 32],
    pub(crate) leaf: &'a [u8],
    /// Empty, but for the first record of a chain.
    pub(crate) key: &'a [u8],
    /// The ciphertexts, one behind the other.
    pub(crate) payloads: &'a [u8],
}

impl Parts<'_> {
    /// Writes the frame behind what is in `bytes`; says whether it may be a frame at all.
    pub(crate) fn put(&self, bytes: &mut Vec<u8>) -> bool {
        let length = self.leaf.len().saturating_add(self.key.len()).saturating_add(self.payloads.len());
        let numbers = (u32::try_from(length), u32::try_from(self.leaf.len()), u32::try_from(self.key.len()));
        let (Ok(whole), Ok(leaf), Ok(key)) = numbers else { return false };
        if length > LONGEST || leaf == 0 {
            return false;
        }
        let mut summed = [0; HEADER - 4];
        let fields: [&[u8]; 6] = [
            &whole.to_le_bytes(),
            &self.sequence.to_le_bytes(),
            &self.batch.to_le_bytes(),
            &self.hash,
            &leaf.to_le_bytes(),
            &key.to_le_bytes(),
        ];
        for (to, from) in summed.iter_mut().zip(fields.into_iter().flatten()) {
            *to = *from;
        }
        let mut sum = Hasher::new();
        [&summed[..], self.leaf, self.key, self.payloads].into_iter().for_each(|part| sum.update(part));
        bytes.reserve(room(length));
        bytes.extend_from_slice(&sum.finalize().to_le_bytes());
        bytes.extend_from_slice(&summed);
        [self.leaf, self.key, self.payloads].into_iter().for_each(|part| bytes.extend_from_slice(part));
        bytes.resize(bytes.len().saturating_add(padding(length)), 0);
        true
    }
}

impl Frame {
    /// Takes what a header stands before; `None` when the checksum does not fit, and then nothing of it can be believed.
    pub(crate) fn of(header: &Header, mut body: Vec<u8>) -> Option<Self> {
        if !header.fits(&body) {
            return None;
        }
        // A header is only one when the lengths in it add up.
        let payloads = body.split_off(header.leaf.saturating_add(header.key));
        let key = Some(body.split_off(header.leaf)).filter(|key| !key.is_empty());
        Some(Self { sequence: header.sequence, hash: header.hash, leaf: body, key, payloads })
    }
}

/// What stands before the leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    sum: u32,
    /// Of leaf, key and ciphertexts.
    pub(crate) length: usize,
    pub(crate) sequence: u64,
    pub(crate) batch: u64,
    hash: [u8; 32],
    leaf: usize,
    key: usize,
}

impl Header {
    /// Reads a header; `None` when `bytes` are too few or no header of ours.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes;
        let sum = number(&mut bytes)?;
        let length = usize::try_from(number(&mut bytes)?).ok()?;
        let (sequence, batch) = (long(&mut bytes)?, long(&mut bytes)?);
        let (hash, rest) = bytes.split_first_chunk::<32>()?;
        bytes = rest;
        let leaf = usize::try_from(number(&mut bytes)?).ok()?;
        let key = usize::try_from(number(&mut bytes)?).ok()?;
        let sane = leaf > 0 && length <= LONGEST && leaf.saturating_add(key) <= length && batch <= sequence;
        sane.then_some(Self { sum, length, sequence, batch, hash: *hash, leaf, key })
    }

    /// Whether `body` is what the header was written for.
    pub(crate) fn fits(&self, body: &[u8]) -> bool {
        let numbers = (u32::try_from(self.length), u32::try_from(self.leaf), u32::try_from(self.key));
        let (Ok(length), Ok(leaf), Ok(key)) = numbers else { return false };
        let mut sum = Hasher::new();
        sum.update(&length.to_le_bytes());
        sum.update(&self.sequence.to_le_bytes());
        sum.update(&self.batch.to_le_bytes());
        sum.update(&self.hash);
        sum.update(&leaf.to_le_bytes());
        sum.update(&key.to_le_bytes());
        sum.update(body);
        body.len() == self.length && sum.finalize() == self.sum
    }
}

/// Bytes that a frame takes whose leaf, key and ciphertexts have `length`.
pub(crate) fn room(length: usize) -> usize {
    HEADER.saturating_add(length).saturating_add(padding(length))
}

/// Zeros up to the next place where a frame may begin.
pub(crate) fn padding(length: usize) -> usize {
    length.wrapping_neg() % HEADER
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

fn long(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}
